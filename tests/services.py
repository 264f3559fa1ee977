"""Real services for the tests, started from what the machine has installed."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

_USER = "postgres"
# Twice what the databases and the log of one server grow to.
_SERVER_BYTES = 2 << 30


def unavailable(service: str, why: str) -> None:
    """Skip by name; a failure where the services must be there."""
    reason = f"{service} is not here: {why}"
    if os.environ.get("KAMIZERO_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a server that is running for as long as the tests do."""
    named = os.environ.get("KAMIZERO_TEST_POSTGRES_URL")
    if named:
        yield named
        return
    programs = postgres_programs()
    if programs is None:
        unavailable("PostgreSQL", "run `make services`, or install `postgresql`")
        return
    # A socket's path may have 107 bytes at most: pytest's own folders are longer.
    with tempfile.TemporaryDirectory(prefix="kz-pg-", dir=_in_memory()) as folder:
        yield from _started(programs, Path(folder))


@contextmanager
def postgres_database(server: str, *, like: str = "template1") -> Iterator[str]:
    """The address of a database of its own, dropped afterwards.

    It begins as the one at the address `like`, which nobody may be connected to, or
    empty.
    """
    name = f"kamizero_{uuid4().hex}"
    template = make_url(like).database if "//" in like else like
    with psycopg.connect(server, autocommit=True) as connection:
        # Copying its files is faster than logging what is in them, which is what
        # PostgreSQL does by itself where it can do both.
        by = "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
        connection.execute(  # pyright: ignore
            f'CREATE DATABASE "{name}" TEMPLATE "{template}" {by}'
        )
        try:
            address = make_url(server).set(database=name)
            yield address.render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # pyright: ignore


def _in_memory() -> Path | None:
    """Where files are kept in memory and there is room for a server; None elsewhere.

    Each test's database is a thousand files, and half its time goes into making them.
    """
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < _SERVER_BYTES:
        return None
    return memory


def postgres_programs() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    # Debian keeps one folder a major version, and none of them on the PATH.
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


def _started(programs: Path, folder: Path) -> Iterator[str]:
    # PostgreSQL refuses to run as root.
    as_user = ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"]
    prefix = as_user if os.geteuid() == 0 else []
    if prefix:
        account = pwd.getpwnam(_USER)
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    control = [*prefix, str(programs / "pg_ctl"), "-D", str(data), "-w", "-s"]
    _run(*prefix, str(programs / "initdb"), "-D", str(data), "-U", _USER, "-A", "trust")
    options = f"-c listen_addresses= -c unix_socket_directories={folder}"
    # Nothing here outlives its server.
    options += " -c fsync=off -c full_page_writes=off -c max_wal_size=256MB"
    _run(*control, "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://{_USER}@/postgres?host={folder}"
    finally:
        _run(*control, "-m", "immediate", "stop")


def _run(*arguments: str) -> None:
    done = subprocess.run(
        arguments, cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"{arguments}: {done.stdout}{done.stderr}")


@contextmanager
def rabbitmq_server() -> Iterator[str]:
    """The address of a broker that is running for as long as the tests do."""
    named = os.environ.get("KAMIZERO_TEST_RABBITMQ_URL")
    if named:
        yield named
        return
    program = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    if not program.exists():
        unavailable("RabbitMQ", "run `make services`, or install `rabbitmq-server`")
    with tempfile.TemporaryDirectory(prefix="kz-mq-") as folder:
        yield from _broker(program, Path(folder))


def broker_environment(folder: Path, *, port: int) -> dict[str, str]:
    """What a broker is started with that lives in the folder alone."""
    return {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"kamizero{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "db"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }


def _broker(program: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    environment = {**os.environ, **broker_environment(folder, port=port)}
    with (folder / "out").open("wb") as out:
        server = subprocess.Popen(
            [program], env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait_for_port(port, server)
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        # The start script is the leader of everything the broker runs as.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


S3_KEY, S3_SECRET = "kamizero-test", "a secret of no worth"


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of an S3 store that is running for as long as the tests do.

    Ceph's, on memory: Debian has it, and it keeps object versions as they must be.
    """
    named = os.environ.get("KAMIZERO_TEST_S3_URL")
    if named:
        yield named
        return
    if shutil.which("radosgw") is None or shutil.which("ceph-mon") is None:
        unavailable("Ceph RGW", "run `make services`, or install `radosgw ceph-osd`")
    with tempfile.TemporaryDirectory(prefix="kz-s3-") as folder, ExitStack() as running:
        yield _ceph(Path(folder), running)


def _ceph(folder: Path, running: ExitStack) -> str:
    """One monitor, one store in memory and the gateway; stopped with the stack."""
    monitor, first, port = free_port(), free_port(), free_port()
    addresses = f"[v2:127.0.0.1:{monitor},v1:127.0.0.1:{first}]"
    fsid = str(uuid4())
    config = folder / "ceph.conf"
    config.write_text(_ceph_settings(folder, fsid, addresses, port), "utf-8")
    of_ceph = ("-c", str(config))
    keyring = folder / "keyring"
    _run("ceph-authtool", "--create-keyring", str(keyring), "--gen-key", "-n", "mon.")
    for name, rights in (
        ("client.admin", ("mon", "allow *", "osd", "allow *", "mgr", "allow *")),
        ("client.rgw.a", ("mon", "allow rw", "osd", "allow rwx")),
    ):
        caps = [
            word
            for n in range(0, len(rights), 2)
            for word in ("--cap", *rights[n : n + 2])
        ]
        _run("ceph-authtool", str(keyring), "--gen-key", "-n", name, *caps)
    _run("ceph-authtool", str(keyring), "-n", "mon.", "--cap", "mon", "allow *")
    monmap = folder / "monmap"
    _run(
        "monmaptool", "--create", "--fsid", fsid, "--addv", "a", addresses, str(monmap)
    )
    _run(*("ceph-mon", *of_ceph, "-i", "a", "--mkfs", "--monmap", str(monmap)))
    _start(running, "ceph-mon", *of_ceph, "-i", "a", "-f")
    osd = folder / "osd"
    osd.mkdir()
    secret = _said("ceph-authtool", "--gen-print-key").strip()
    (osd / "keyring").write_text(f"[osd.0]\n    key = {secret}\n", "utf-8")
    told = folder / "osd.json"
    told.write_text(f'{{"cephx_secret": "{secret}"}}', "utf-8")
    uuid = str(uuid4())
    _run(
        "ceph", *of_ceph, "--connect-timeout", "60", "osd", "new", uuid, "-i", str(told)
    )
    _run("ceph-osd", *of_ceph, "-i", "0", "--mkfs", "--osd-uuid", uuid)
    _start(running, "ceph-osd", *of_ceph, "-i", "0", "-f")
    _until_said("1 up", "ceph", *of_ceph, "osd", "stat")
    gateway = _start(running, "radosgw", *of_ceph, "-n", "client.rgw.a", "-f")
    _wait_for_port(port, gateway)
    _run(
        *("radosgw-admin", *of_ceph, "user", "create", "--uid=t", "--display-name=t"),
        *(f"--access-key={S3_KEY}", f"--secret-key={S3_SECRET}"),
    )
    return f"http://127.0.0.1:{port}"


def _ceph_settings(folder: Path, fsid: str, addresses: str, port: int) -> str:
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
osd objectstore=memstore
memstore_device_bytes=1073741824
public network=127.0.0.0/8
[osd]
keyring={folder}/osd/keyring
[client.rgw.a]
rgw frontends=beast endpoint=127.0.0.1:{port}
rgw crypt require ssl=false
"""


def _start(running: ExitStack, *arguments: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )

    def end() -> None:
        process.kill()
        process.wait()

    running.callback(end)
    return process


def _said(*arguments: str) -> str:
    return subprocess.run(
        arguments, cwd="/", capture_output=True, text=True, check=False
    ).stdout


def _until_said(words: str, *arguments: str) -> None:
    end = time.monotonic() + 120
    while words not in _said(*arguments):
        if time.monotonic() > end:
            pytest.fail(f"{arguments} never said {words!r}")
        time.sleep(0.5)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def free_ports(count: int) -> range:
    """So many ports beside each other that nobody uses now."""
    for _ in range(100):
        first = free_port()
        with ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
        return range(first, first + count)
    raise AssertionError("there are no free ports")


def _wait_for_port(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if server.poll() is not None:
            break
        time.sleep(0.2)
    pytest.fail(f"{server.args!r} did not start")
