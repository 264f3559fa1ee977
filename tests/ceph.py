"""An S3 store of one machine: Ceph's monitor, one store of objects and the gateway.

Debian has it, and it keeps object versions as they must be. In memory for tests; on the
disk, where it outlives its own processes, for whoever strikes them:
`python -m tests.ceph FOLDER` runs what was laid there until one of them ends.
"""

import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from tests.listening import until_listening

S3_KEY, S3_SECRET = "kamizero-test", "a secret of no worth"
_USER = "t"
_PORT = "port"
_IN_MEMORY = """osd objectstore=memstore
memstore_device_bytes=1073741824
"""
_ON_DISK = """osd objectstore=bluestore
bluestore block size=8589934592
bluestore cache autotune=false
bluestore cache size=67108864
"""


class CephError(Exception):
    """One of Ceph's programs did not do what it was asked."""


class Ceph:
    """One store in one folder, whose gateway serves a port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._config = ("-c", str(folder / "ceph.conf"))

    @property
    def port(self) -> int:
        return int((self.folder / _PORT).read_text("utf-8"))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lay(self, *, ports: tuple[int, int, int], in_memory: bool) -> None:
        """Make its folders and accounts; nothing of it runs afterwards."""
        *monitors, port = ports
        (self.folder / _PORT).write_text(str(port), "utf-8")
        addresses = "[v2:127.0.0.1:{},v1:127.0.0.1:{}]".format(*monitors)
        fsid = str(uuid4())
        kind = _IN_MEMORY if in_memory else _ON_DISK
        settings = _settings(self.folder, fsid, addresses, port) + kind
        (self.folder / "ceph.conf").write_text(settings, "utf-8")
        self._make_keys()
        monmap = str(self.folder / "monmap")
        made = ("--create", "--fsid", fsid, "--addv", "a", addresses, monmap)
        _run("monmaptool", *made)
        _run("ceph-mon", *self._config, "-i", "a", "--mkfs", "--monmap", monmap)
        with ExitStack() as running:
            self._start(running, "ceph-mon", "-i", "a")
            self._make_store()

    def start(self, running: ExitStack) -> list[subprocess.Popen[bytes]]:
        """Run it until the stack ends; return once the gateway listens."""
        monitor = self._start(running, "ceph-mon", "-i", "a")
        store = self._start(running, "ceph-osd", "-i", "0")
        self._until_up()
        gateway = self._start(running, "radosgw", "-n", "client.rgw.a")
        until_listening(self.port, gateway)
        return [monitor, store, gateway]

    def know_account(self) -> None:
        """Make the account whose keys are `S3_KEY` and `S3_SECRET`."""
        who = (f"--uid={_USER}", f"--display-name={_USER}")
        keys = (f"--access-key={S3_KEY}", f"--secret-key={S3_SECRET}")
        self._administer("user", "create", *who, *keys)

    def limit(self) -> None:
        """Name the least that the account may keep, for whenever it `is_full`."""
        self._administer("quota", "set", *_OF_USER, "--max-size=1", "--max-objects=-1")

    def fill(self, *, on: bool) -> None:
        """Refuse whatever the account would keep more, or take it again."""
        self._administer("quota", "enable" if on else "disable", *_OF_USER)

    def _administer(self, *words: str) -> None:
        _run("radosgw-admin", *self._config, *words)

    def _make_keys(self) -> None:
        keyring = str(self.folder / "keyring")
        _run(*("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon."))
        for name, rights in (
            ("client.admin", ("mon", "allow *", "osd", "allow *", "mgr", "allow *")),
            ("client.rgw.a", ("mon", "allow rw", "osd", "allow rwx")),
        ):
            caps = [
                word
                for n in range(0, len(rights), 2)
                for word in ("--cap", *rights[n : n + 2])
            ]
            _run("ceph-authtool", keyring, "--gen-key", "-n", name, *caps)
        _run("ceph-authtool", keyring, "-n", "mon.", "--cap", "mon", "allow *")

    def _make_store(self) -> None:
        osd = self.folder / "osd"
        osd.mkdir()
        secret = _said("ceph-authtool", "--gen-print-key").strip()
        (osd / "keyring").write_text(f"[osd.0]\n    key = {secret}\n", "utf-8")
        told = self.folder / "osd.json"
        told.write_text(f'{{"cephx_secret": "{secret}"}}', "utf-8")
        uuid, patient = str(uuid4()), ("--connect-timeout", "60")
        _run("ceph", *self._config, *patient, "osd", "new", uuid, "-i", str(told))
        _run("ceph-osd", *self._config, "-i", "0", "--mkfs", "--osd-uuid", uuid)

    def _start(
        self, running: ExitStack, program: str, *words: str
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [program, *self._config, *words, "-f"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )

        def end() -> None:
            process.kill()
            process.wait()

        running.callback(end)
        return process

    def _until_up(self) -> None:
        end = time.monotonic() + 120
        while "1 up" not in _said("ceph", *self._config, "osd", "stat"):
            if time.monotonic() > end:
                raise CephError("Ceph's store of objects did not come up")
            time.sleep(0.5)


_OF_USER = ("--quota-scope=user", f"--uid={_USER}")


def main(folder: Path) -> None:
    """Run the store; end where one of its programs does, as under a supervisor."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ExitStack() as running:
        programs = Ceph(folder).start(running)
        while all(program.poll() is None for program in programs):
            time.sleep(0.2)


def _settings(folder: Path, fsid: str, addresses: str, port: int) -> str:
    return f"""[global]
fsid={fsid}
mon host={addresses}
mon initial members=a
keyring={folder}/keyring
mon data={folder}/mon
osd data={folder}/osd
run dir={folder}
admin socket={folder}/$name.asok
log file={folder}/$name.log
osd pool default size=1
osd pool default min size=1
osd pool default pg num=4
osd pool default pg autoscale mode=off
osd crush chooseleaf type=0
mon allow pool size one=true
mon_max_pg_per_osd=1000
mon_data_avail_warn=1
public network=127.0.0.0/8
[client]
rgw cache enabled=false
[client.rgw.a]
rgw frontends=beast endpoint=127.0.0.1:{port}
rgw crypt require ssl=false
[osd]
keyring={folder}/osd/keyring
"""


def _run(*arguments: str) -> None:
    done = subprocess.run(
        arguments, cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CephError(f"{arguments}: {done.stdout}{done.stderr}")


def _said(*arguments: str) -> str:
    return subprocess.run(
        arguments, cwd="/", capture_output=True, text=True, check=False
    ).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]))
