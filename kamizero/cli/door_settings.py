"""What the settings say about doors, checked before anything is started."""

import socket
from collections.abc import Iterator

from ingest.doors.tls import Certificate
from kamizero.errors import SetupError
from kamizero.settings import Settings


def demand_doors(settings: Settings) -> None:
    """Find out what is wrong. Raises SetupError."""
    folder = settings.watch_dir
    if folder is not None and not folder.is_dir():
        raise SetupError(
            f"KAMIZERO_WATCH_DIR names {folder}, which is no folder. Make it, or "
            "mount the share that holds it."
        )
    certificate = certificate_of(settings)
    if certificate is not None:
        certificate.context()
    elif not settings.door_plain and any(_plain_ports(settings)):
        raise SetupError(
            "FTP, WebDAV and mail send passwords and papers in the clear without TLS. "
            "Set KAMIZERO_DOOR_TLS_CERT and KAMIZERO_DOOR_TLS_KEY; or, on a network "
            "that is closed itself, KAMIZERO_DOOR_PLAIN=1."
        )
    if settings.inbox_url is not None:
        inbox_keys(settings)
    for port in (*_plain_ports(settings), settings.sftp_port):
        if port:
            _demand_free(settings.door_host, port)


def certificate_of(settings: Settings) -> Certificate | None:
    """What the doors show, None where they are open in the clear."""
    chain, key = settings.door_tls_cert, settings.door_tls_key
    if (chain is None) != (key is None):
        raise SetupError(
            "Set both KAMIZERO_DOOR_TLS_CERT and KAMIZERO_DOOR_TLS_KEY, or neither."
        )
    return Certificate(chain, key) if chain and key else None


def inbox_keys(settings: Settings) -> tuple[str, str]:
    """Access and secret key of the inbox bucket."""
    access, secret = settings.inbox_access_key, settings.inbox_secret_key
    if access is None or secret is None:
        raise SetupError(
            "The inbox bucket needs KAMIZERO_INBOX_ACCESS_KEY and "
            "KAMIZERO_INBOX_SECRET_KEY beside KAMIZERO_INBOX_URL."
        )
    return access, secret.get_secret_value()


def _plain_ports(settings: Settings) -> Iterator[int]:
    for port in (settings.ftp_port, settings.webdav_port, settings.smtp_port):
        if port is not None:
            yield port


def _demand_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"A door cannot be opened at {host}:{port} ({error.strerror}). Choose "
                "another port or address, or stop what runs there."
            ) from error
