"""A real little time-stamp authority: certificates of our own, answers by OpenSSL."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import (
    BasicConstraints,
    CertificateBuilder,
    ExtendedKeyUsage,
    KeyUsage,
    Name,
    NameAttribute,
    random_serial_number,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.2.3.4.1"
_CONFIG = """
[tsa]
default_tsa = tsa1
[tsa1]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass
class LittleAuthority:
    """Where it answers, and how it can be made to misbehave.

    Attributes:
        answer: what it says instead of a stamp, where it is set.
        asked: every question it got.
    """

    url: str
    root: Path
    folder: Path
    answer: bytes | None = None
    asked: list[bytes] = field(default_factory=list)

    def reply(self, query: bytes) -> bytes:
        self.asked.append(query)
        if self.answer is not None:
            return self.answer
        return openssl_reply(self.folder, query)

    def renew(self, *, days: int) -> None:
        """Sign with a new certificate from now on."""
        write_authority(self.folder, days=days)


def openssl_reply(folder: Path, query: bytes) -> bytes:
    question, reply = folder / "question.tsq", folder / "reply.tsr"
    question.write_bytes(query)
    command: list[str | Path] = [
        "openssl",
        "ts",
        "-reply",
        "-config",
        folder / "tsa.cnf",
    ]
    subprocess.run(
        [*command, "-queryfile", question, "-out", reply],
        check=True,
        capture_output=True,
    )
    return reply.read_bytes()


@contextmanager
def little_authority(folder: Path, *, days: int = 3650) -> Iterator[LittleAuthority]:
    """It answers on a port of its own until the block ends."""
    folder.mkdir()
    root = write_authority(folder, days=days)
    found: list[LittleAuthority] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = found[0].reply(self.rfile.read(length))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        url = f"http://127.0.0.1:{server.server_port}/tsa"
        found.append(LittleAuthority(url, root, folder))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield found[0]
        finally:
            server.shutdown()
            thread.join()


def write_authority(folder: Path, *, days: int) -> Path:
    """Certificate and key of an authority; its root is made once and its path given."""
    now = datetime.now(UTC)
    root_path, root_key_path = folder / "root.pem", folder / "root.key"
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
    if not (folder / "serial").exists():
        (folder / "serial").write_text("01\n")
    root_key = _key()
    if not root_path.exists():
        root = (
            _certificate("root", root_key, days=7300, now=now)
            .add_extension(BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(ca=True), critical=True)
            .sign(root_key, hashes.SHA256())
        )
        root_path.write_bytes(root.public_bytes(Encoding.PEM))
        root_key_path.write_bytes(_pem(root_key))
    else:
        loaded = load_pem_private_key(root_key_path.read_bytes(), password=None)
        assert isinstance(loaded, RSAPrivateKey)
        root_key = loaded
    key = _key()
    signer = (
        _certificate("authority", key, days=days, now=now)
        .add_extension(BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(
            ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
        .sign(root_key, hashes.SHA256())
    )
    (folder / "signer.pem").write_bytes(signer.public_bytes(Encoding.PEM))
    (folder / "signer.key").write_bytes(_pem(key))
    return root_path


def _key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _certificate(
    name: str, key: RSAPrivateKey, *, days: int, now: datetime
) -> CertificateBuilder:
    return (
        CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name("root"))
        .public_key(key.public_key())
        .serial_number(random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, ca: bool) -> KeyUsage:
    return KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> Name:
    return Name([NameAttribute(NameOID.COMMON_NAME, text)])
