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
    programs = _programs()
    if programs is None:
        unavailable("PostgreSQL", "run `make services`, or install `postgresql`")
        return
    # A socket's path may have 107 bytes at most: pytest's own folders are longer.
    with tempfile.TemporaryDirectory(prefix="kz-pg-") as folder:
        yield from _started(programs, Path(folder))


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """The address of an empty database of its own, dropped afterwards."""
    name = f"kamizero_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # pyright: ignore
        try:
            address = make_url(server).set(database=name)
            yield address.render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # pyright: ignore


def _programs() -> Path | None:
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
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
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


def _broker(program: Path, folder: Path) -> Iterator[str]:
    port, distribution = free_port(), free_port()
    environment = {
        **os.environ,
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"kamizero{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder / "db"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
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
    pytest.fail("RabbitMQ did not start")
