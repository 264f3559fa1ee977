"""The provider over HTTP: what it publishes, and the codes it redeems.

Nothing here asks an address that a visitor named: the issuer stands in the settings,
the others in the document it publishes, and no redirect is followed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
from pydantic import BaseModel, ValidationError

from web.sso import id_token
from web.sso.refusals import DeclinedError, ProviderDownError, UntrustedTokenError
from web.sso.registration import Registration

_DISCOVERY = "/.well-known/openid-configuration"
_KEPT_FOR = timedelta(hours=1)
_TIMEOUT_S = 10.0


class Published(BaseModel):
    """The provider's discovery document, as far as we read it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    published: Published
    keys: Mapping[str | None, Mapping[str, Any]]
    until: datetime


class Provider:
    """One provider; may be asked by several threads at once.

    All its methods raise ProviderDownError where the provider does not answer.
    """

    def __init__(
        self, registration: Registration, *, clock: Callable[[], datetime]
    ) -> None:
        self.registration = registration
        self._clock = clock
        self._kept: _Kept | None = None

    def login_address(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where a browser goes to log in; `challenge` is the hash of the verifier."""
        asked = {
            "response_type": "code",
            "client_id": self.registration.client_id,
            "redirect_uri": self.registration.redirect_uri,
            "scope": self.registration.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return _with(self._known().published.authorization_endpoint, asked)

    def logout_address(self, *, back: str) -> str | None:
        """Where a browser ends its session at the provider, None where it cannot."""
        address = self._known().published.end_session_endpoint
        asked = {
            "client_id": self.registration.client_id,
            "post_logout_redirect_uri": back,
        }
        return _with(address, asked) if address else None

    def demand_named(self, issuer: str | None) -> None:
        """The answer names who gave it, where it must (RFC 9207).

        Raises:
            UntrustedTokenError: it is another provider's.
        """
        published = self._known().published
        demanded = published.authorization_response_iss_parameter_supported
        if issuer != published.issuer and (demanded or issuer is not None):
            raise UntrustedTokenError("Another provider answered.", why="issuer")

    def claims(self, *, code: str, verifier: str, nonce: str) -> Mapping[str, Any]:
        """What the provider says about whoever brought the code.

        Raises:
            DeclinedError: it does not take the code.
            UntrustedTokenError: the ID token does not hold.
        """
        answer = self._redeemed(code, verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderDownError("The provider gave no ID token.")
        return id_token.verified(
            token,
            registration=self.registration,
            key_of=self._key,
            nonce=nonce,
            now=self._clock(),
        )

    def _redeemed(self, code: str, verifier: str) -> Mapping[str, Any]:
        known = self._known().published
        ours = self.registration
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ours.redirect_uri,
            "code_verifier": verifier,
        }
        basic: httpx.BasicAuth | None = None
        if ours.client_secret is None:
            form["client_id"] = ours.client_id
        elif "client_secret_basic" in known.token_endpoint_auth_methods_supported:
            basic = httpx.BasicAuth(ours.client_id, ours.client_secret)
        else:
            form |= {"client_id": ours.client_id, "client_secret": ours.client_secret}
        answer = self._asked("POST", known.token_endpoint, data=form, auth=basic)
        if answer.status_code in (400, 401, 403):
            raise DeclinedError("The provider does not take the code.", why="code")
        return _object(answer)

    def _key(self, kid: str | None, algorithm: str) -> jwt.PyJWK:
        """Asks for the keys anew once: the provider may have changed them."""
        known = self._known()
        if kid not in known.keys:
            known = self._kept = self._with_keys(known.published)
        found = known.keys.get(kid)
        if found is None or found.get("alg", algorithm) != algorithm:
            raise UntrustedTokenError("Nobody knows its key.", why="key")
        return jwt.PyJWK.from_dict(dict(found), algorithm=algorithm)

    def _known(self) -> _Kept:
        kept = self._kept
        if kept is None or kept.until <= self._clock():
            kept = self._kept = self._with_keys(self._discovered())
        return kept

    def _discovered(self) -> Published:
        issuer = self.registration.issuer
        answer = self._asked("GET", issuer.rstrip("/") + _DISCOVERY)
        try:
            found = Published.model_validate(_object(answer))
        except ValidationError as error:
            raise ProviderDownError("The provider's document is not whole.") from error
        if found.issuer != issuer:
            raise ProviderDownError("The provider's document names another issuer.")
        return found

    def _with_keys(self, published: Published) -> _Kept:
        keys = _object(self._asked("GET", published.jwks_uri)).get("keys")
        signing = [
            key
            for key in (keys if isinstance(keys, list) else [])
            if isinstance(key, dict) and key.get("use", "sig") == "sig"
        ]
        by_id = {key.get("kid"): key for key in signing}
        if len(signing) == 1:
            # Tokens need not name the only key there is.
            by_id.setdefault(None, signing[0])
        return _Kept(published, by_id, self._clock() + _KEPT_FOR)

    def _asked(self, method: str, address: str, **more: Any) -> httpx.Response:
        # What is published under TLS is not asked for without.
        if urlsplit(address).scheme != urlsplit(self.registration.issuer).scheme:
            raise ProviderDownError("The provider names an address without TLS.")
        try:
            return httpx.request(
                method, address, timeout=_TIMEOUT_S, follow_redirects=False, **more
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderDownError("The provider does not answer.") from error


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    if answer.status_code != 200:
        raise ProviderDownError(f"The provider answered {answer.status_code}.")
    try:
        found = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ProviderDownError("The provider's answer is no JSON.") from error
    if not isinstance(found, dict):
        raise ProviderDownError("The provider's answer is no JSON object.")
    return found


def _with(address: str, asked: Mapping[str, str]) -> str:
    joint = "&" if urlsplit(address).query else "?"
    return f"{address}{joint}{urlencode(asked)}"
