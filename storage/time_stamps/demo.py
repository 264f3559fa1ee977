"""A time-stamp authority on this machine, to see how stamps look: no proof.

Whoever can write the data folder has its key and can stamp any time they like.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
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
    Certificate,
    CertificateBuilder,
    ExtendedKeyUsage,
    KeyUsage,
    Name,
    NameAttribute,
    load_pem_x509_certificates,
    random_serial_number,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from kamizero.errors import TamperedError
from storage.files import explained, replace_file
from storage.time_stamps.der import (
    NULL,
    OCTETS,
    SEQUENCE,
    SET,
    TIME,
    integer,
    oid,
    set_of,
    tlv,
)
from storage.time_stamps.token import Token, Trust, checked

DEMO = "demo"
_FILE = "demo-authority.pem"
# Below the arc that is reserved for examples.
_POLICY = "2.999.3161"
_YEARS = timedelta(days=3653)
_SHA256 = tlv(SEQUENCE, oid("2.16.840.1.101.3.4.2.1"), NULL)
_ECDSA = tlv(SEQUENCE, oid("1.2.840.10045.4.3.2"))
_TST_INFO = oid("1.2.840.113549.1.9.16.1.4")
_SIGNED_DATA = oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE = oid("1.2.840.113549.1.9.3")
_DIGEST = oid("1.2.840.113549.1.9.4")
_SIGNER = oid("1.2.840.113549.1.9.16.2.47")


class DemoAuthority:
    """Stamps with a key of its own beside the other keys."""

    name = DEMO

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        path = folder / _FILE
        if not path.exists():
            replace_file(path, _made(clock()))
        self._key, self._certificate, root = _read(path)
        self._clock = clock
        self.trust = _trust(root)

    def stamp(self, data: bytes) -> Token:
        request = (
            TimestampRequestBuilder()
            .data(data)
            .hash_algorithm(HashAlgorithm.SHA256)
            .build()
        )
        nonce = request.nonce or 0
        raw = self.reply(request.message_imprint.message, nonce)
        return checked(raw, data, trust=self.trust, nonce=nonce)

    def reply(self, digest: bytes, nonce: int) -> bytes:
        """A TimeStampResp over a SHA-256."""
        info = tlv(
            SEQUENCE,
            integer(1),
            oid(_POLICY),
            tlv(SEQUENCE, _SHA256, tlv(OCTETS, digest)),
            integer(secrets.randbits(64)),
            tlv(TIME, f"{self._clock():%Y%m%d%H%M%SZ}".encode()),
            integer(nonce),
        )
        content = tlv(SEQUENCE, _SIGNED_DATA, tlv(0xA0, self._signed(info)))
        return tlv(SEQUENCE, tlv(SEQUENCE, integer(0)), content)

    def _signed(self, info: bytes) -> bytes:
        certificate = self._certificate.public_bytes(Encoding.DER)
        attributes = (
            tlv(SEQUENCE, _CONTENT_TYPE, tlv(SET, _TST_INFO)),
            tlv(SEQUENCE, _DIGEST, tlv(SET, tlv(OCTETS, _hash(info)))),
            tlv(SEQUENCE, _SIGNER, tlv(SET, _signer_id(certificate))),
        )
        # Signed as a SET, carried under a tag of its own.
        signature = self._key.sign(set_of(SET, *attributes), ECDSA(hashes.SHA256()))
        signer = tlv(
            SEQUENCE,
            integer(1),
            tlv(
                SEQUENCE,
                self._certificate.issuer.public_bytes(),
                integer(self._certificate.serial_number),
            ),
            _SHA256,
            set_of(0xA0, *attributes),
            _ECDSA,
            tlv(OCTETS, signature),
        )
        return tlv(
            SEQUENCE,
            integer(3),
            tlv(SET, _SHA256),
            tlv(SEQUENCE, _TST_INFO, tlv(0xA0, tlv(OCTETS, info))),
            tlv(0xA0, certificate),
            tlv(SET, signer),
        )


def demo_trust(folder: Path) -> Trust | None:
    """What the demo's stamps lead to, None where it never stamped."""
    path = folder / _FILE
    return _trust(_read(path)[2]) if path.exists() else None


def _trust(root: Certificate) -> Trust:
    return Trust(roots=(root,), is_proof=False)


def _signer_id(certificate: bytes) -> bytes:
    return tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, tlv(OCTETS, _hash(certificate)))))


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _made(now: datetime) -> str:
    """Key, certificate and root as PEM; the root's own key is thrown away."""
    root_key, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    root_name = _name("kamizero demo root (no proof)")
    root = (
        _certificate(root_name, root_name, root_key, now)
        .add_extension(BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    own = (
        _certificate(_name("kamizero demo authority (no proof)"), root_name, key, now)
        .add_extension(BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
        .sign(root_key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    parts = (secret, own.public_bytes(Encoding.PEM), root.public_bytes(Encoding.PEM))
    return b"".join(parts).decode()


def _read(path: Path) -> tuple[EllipticCurvePrivateKey, Certificate, Certificate]:
    with explained(path):
        text = path.read_bytes()
    try:
        key = load_pem_private_key(text, password=None)
        own, root = load_pem_x509_certificates(text)
    except ValueError as error:
        raise TamperedError(
            f"{path} is not as it was written; remove it, it proves nothing."
        ) from error
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TamperedError(f"{path} holds another kind of key; remove it.")
    return key, own, root


def _certificate(
    subject: Name, issuer: Name, key: EllipticCurvePrivateKey, now: datetime
) -> CertificateBuilder:
    return (
        CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(random_serial_number())
        # A clock may be set back a little after the first start.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _YEARS)
    )


def _usage(*, signs_certificates: bool) -> KeyUsage:
    return KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> Name:
    return Name([NameAttribute(NameOID.COMMON_NAME, text)])
