"""The certificate doors show where passwords must not be seen on the network."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from kamizero.errors import SetupError


@dataclass(frozen=True, slots=True)
class Certificate:
    """A chain and its key, as PEM files."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """What a server needs. Raises SetupError."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.chain, self.key)
        except (OSError, ssl.SSLError) as error:
            raise SetupError(
                f"The certificate {self.chain} with its key {self.key} cannot be used "
                f"({error}). Give both as PEM files."
            ) from error
        return context
