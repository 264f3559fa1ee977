"""What the claims of somebody mean here: their account, role and sites."""

from collections.abc import Mapping
from typing import Any

from storage.sign_ins import Proven
from web.sso.refusals import NoAccountError
from web.sso.registration import Registration

_LONGEST = 100


def proven(claims: Mapping[str, Any], registration: Registration) -> Proven:
    """Who the provider says it is. Raises NoAccountError where it names nobody."""
    name = claims.get(registration.account_claim)
    if not isinstance(name, str) or not 0 < len(name.strip()) <= _LONGEST:
        raise NoAccountError("The ID token names no account.", why="no_claim")
    if registration.account_claim == "email" and not claims.get("email_verified"):
        raise NoAccountError("The address is not verified.", why="unverified")
    role = None
    if registration.role_claim is not None:
        held = _words(claims.get(registration.role_claim))
        role = next((r for said, r in registration.roles.items() if said in held), None)
        if role is None:
            raise NoAccountError("The provider gives them no role.", why="no_role")
    return Proven(
        issuer=registration.issuer,
        subject=str(claims["sub"]),
        account=name.strip(),
        role=role,
        sites=_sites(claims, registration),
    )


def _sites(
    claims: Mapping[str, Any], registration: Registration
) -> frozenset[str] | None:
    if registration.site_claim is None:
        return None
    return _words(claims.get(registration.site_claim))


def _words(said: object) -> frozenset[str]:
    """A claim that is one word, or a list of them."""
    if isinstance(said, str):
        return frozenset({said})
    if isinstance(said, list):
        return frozenset(one for one in said if isinstance(one, str))
    return frozenset()
