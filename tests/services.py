"""Real services for the tests, started from what the machine has installed."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.ceph import Ceph
from tests.listening import until_listening

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
def postgres_server(
    *, on_disk: bool = False, settings: Sequence[str] = ()
) -> Iterator[str]:
    """The address of a server that is running for as long as the tests do.

    `settings` such as `shared_buffers=4GB` come after its own, and win.
    """
    named = os.environ.get("KAMIZERO_TEST_POSTGRES_URL")
    if named:
        yield named
        return
    programs = postgres_programs()
    if programs is None:
        unavailable("PostgreSQL", "run `make services`, or install `postgresql`")
        return
    # A socket's path may have 107 bytes at most: pytest's own folders are longer.
    place = None if on_disk else _in_memory()
    with tempfile.TemporaryDirectory(prefix="kz-pg-", dir=place) as folder:
        yield from _started(programs, Path(folder), settings)


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


def _started(
    programs: Path, folder: Path, settings: Sequence[str] = ()
) -> Iterator[str]:
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
    options += "".join(f" -c {setting}" for setting in settings)
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
        until_listening(port, server)
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        # The start script is the leader of everything the broker runs as.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of an S3 store that is running for as long as the tests do."""
    named = os.environ.get("KAMIZERO_TEST_S3_URL")
    if named:
        yield named
        return
    if shutil.which("radosgw") is None or shutil.which("ceph-mon") is None:
        unavailable("Ceph RGW", "run `make services`, or install `radosgw ceph-osd`")
    with tempfile.TemporaryDirectory(prefix="kz-s3-") as folder, ExitStack() as running:
        ceph = Ceph(Path(folder))
        ceph.lay(ports=(free_port(), free_port(), free_port()), in_memory=True)
        ceph.start(running)
        ceph.know_account()
        yield ceph.address


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
