"""A provider of single sign-on (OpenID Connect), small and honest until told to lie."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT = "kamizero"
SECRET = "the client's secret"


class SigningKey:
    """One key pair of the provider."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def public(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            RSAAlgorithm.to_jwk(self.private.public_key())
        )
        return {**found, "kid": self.kid, "use": "sig", "alg": "RS256"}


@dataclass
class IdentityProvider:
    """Serves on a port of this machine until it is stopped.

    Attributes:
        accounts: what it says of each of its people, by their number (`sub`).
        lies: claims it says otherwise than it should; None leaves one out.
        algorithm: what it signs with, "none" for not at all.
        asked: the paths it was asked for.
    """

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    accounts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    asked: list[str] = field(default_factory=list)
    published: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = SigningKey("first")
        self.shown = [self.key]
        self._codes: dict[str, tuple[str, dict[str, str]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        # It looks at the flag of its end this often, in seconds.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=[0.02], daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Go down: nothing listens any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def rotate(self) -> None:
        """Sign with another key from now on, and publish it alone."""
        self.key = SigningKey("second")
        self.shown = [self.key]

    def approve(self, address: str, subject: str) -> str:
        """Where it sends the browser that came by this address, logged in as this."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = secrets.token_urlsafe(16)
        self._codes[code] = (subject, asked)
        said = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(said)}"

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "authorization_response_iss_parameter_supported": True,
            **self.published,
        }

    def redeem(self, form: Mapping[str, str], authorization: str) -> dict[str, Any]:
        """The tokens for a code, once; {} where something is not as it must be."""
        subject, asked = self._codes.pop(form.get("code", ""), ("", {}))
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        is_ours = (
            authorization == f"Basic {pair}"
            and asked.get("code_challenge_method") == "S256"
            and asked.get("code_challenge") == challenge
            and asked.get("redirect_uri") == form.get("redirect_uri")
        )
        if not is_ours:
            return {}
        return {"token_type": "Bearer", "id_token": self.token(subject, asked["nonce"])}

    def token(self, subject: str, nonce: str) -> str:
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.accounts[subject],
            **self.lies,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        key: Any = {
            "RS256": self.key.private,
            "none": None,
            # The public key as if it were a shared secret.
            "HS256": self.key.public()["n"],
        }[self.algorithm]
        headers = {"kid": self.key.kid}
        return jwt.encode(said, key, algorithm=self.algorithm, headers=headers)


def _handler_of(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            if path == "/authorize":
                self._answer(200, _page(self.path, provider), "text/html")
            elif path == "/approve":
                (subject,) = parse_qs(urlsplit(self.path).query)["subject"]
                self.send_response(302)
                self.send_header("Location", provider.approve(self.path, subject))
                self.end_headers()
            elif path == "/end":
                self._answer(200, "<h1>Logged out</h1>", "text/html")
            else:
                body = (
                    {"keys": [key.public() for key in provider.shown]}
                    if path == "/keys"
                    else provider.document()
                )
                self._answer(200, json.dumps(body), "application/json")

        def do_POST(self) -> None:
            provider.asked.append("/token")
            length = int(self.headers["Content-Length"])
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            tokens = provider.redeem(form, self.headers.get("Authorization", ""))
            body = json.dumps(tokens or {"error": "invalid_grant"})
            self._answer(200 if tokens else 400, body, "application/json")

        def log_message(self, format: str, *args: object) -> None:
            """Keep the terminal for the tests."""

        def _answer(self, status: int, body: str, media_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.end_headers()
            self.wfile.write(body.encode())

    return Handler


def _page(address: str, provider: IdentityProvider) -> str:
    """Its login page: a button for each of its people."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in parse_qsl(urlsplit(address).query)
    )
    buttons = "".join(
        f'<button name="subject" value="{escape(number)}">{escape(number)}</button>'
        for number in provider.accounts
    )
    return f'<title>SSO</title><form action="/approve">{hidden}{buttons}</form>'
