"""Waiting for a program to serve its port."""

import socket
import subprocess
import time


def until_listening(port: int, server: subprocess.Popen[bytes]) -> None:
    """Raises RuntimeError where it ends before, or does not within a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"{server.args!r} did not start")
