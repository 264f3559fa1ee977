"""Whether an ID token is the provider's, for us, of now and of this very sign-in."""

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options

from web.sso.refusals import UntrustedTokenError
from web.sso.registration import Registration

# Signatures with a key of the provider's own: "none" and shared secrets are not there.
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
_DEMANDED = ["iss", "sub", "aud", "exp", "iat"]
# The library compares times with the system's clock; ours is handed in.
_OPTIONS: Options = {
    "require": _DEMANDED,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}

KeyOf = Callable[[str | None, str], Any]
"""The public key of this id, as one for that algorithm."""


def verified(
    token: str,
    *,
    registration: Registration,
    key_of: KeyOf,
    nonce: str,
    now: datetime,
) -> Mapping[str, Any]:
    """The claims of a token that holds. Raises UntrustedTokenError."""
    claims = _signed(token, registration, key_of)
    _demand_own(claims, registration, nonce)
    _demand_of_now(claims, now.timestamp(), registration.leeway.total_seconds())
    return claims


def _signed(token: str, registration: Registration, key_of: KeyOf) -> Mapping[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise _untrusted("algorithm")
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key_of(header.get("kid"), algorithm),
            algorithms=[algorithm],
            audience=registration.client_id,
            issuer=registration.issuer,
            options=_OPTIONS,
        )
    except jwt.InvalidAudienceError as error:
        raise _untrusted("audience") from error
    except jwt.InvalidIssuerError as error:
        raise _untrusted("issuer") from error
    except jwt.InvalidSignatureError as error:
        raise _untrusted("signature") from error
    except jwt.PyJWTError as error:
        raise _untrusted("token") from error
    return claims


def _demand_own(
    claims: Mapping[str, Any], registration: Registration, nonce: str
) -> None:
    given = str(claims.get("nonce", ""))
    if not hmac.compare_digest(given.encode(), nonce.encode()):
        raise _untrusted("nonce")
    # A token for several is ours only if it was handed to us.
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp")
    if (several or party is not None) and party != registration.client_id:
        raise _untrusted("audience")


def _demand_of_now(claims: Mapping[str, Any], now: float, leeway: float) -> None:
    try:
        ends, made = float(claims["exp"]), float(claims["iat"])
        begins = float(claims.get("nbf", made))
    except (TypeError, ValueError) as error:
        raise _untrusted("token") from error
    if now >= ends + leeway:
        raise _untrusted("expired")
    if max(made, begins) > now + leeway:
        raise _untrusted("not_yet")


def _untrusted(why: str) -> UntrustedTokenError:
    return UntrustedTokenError(f"The ID token does not hold: {why}.", why=why)
