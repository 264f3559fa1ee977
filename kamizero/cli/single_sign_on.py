"""The provider of single sign-on, where the settings name one."""

from urllib.parse import urlsplit

from kamizero.cli.clock import now
from kamizero.errors import SetupError
from kamizero.model import Role
from kamizero.settings import Settings
from web.sso.provider import Provider
from web.sso.registration import Registration

# Whoever gives out rights is made here, by somebody.
_NEVER = frozenset({Role.ADMINISTRATOR, Role.ROBOT, Role.MACHINE})
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def provider_of(settings: Settings) -> Provider | None:
    """None where people log in by password alone. Raises SetupError."""
    issuer = settings.oidc_issuer
    if issuer is None:
        return None
    if settings.oidc_client_id is None or settings.public_url is None:
        raise SetupError(
            "Single sign-on needs KAMIZERO_OIDC_CLIENT_ID and KAMIZERO_PUBLIC_URL "
            "beside KAMIZERO_OIDC_ISSUER."
        )
    _demand_tls(issuer)
    registration = Registration(
        issuer=issuer,
        client_id=settings.oidc_client_id,
        client_secret=_secret(settings),
        redirect_uri=f"{settings.public_url}/login/provider/back",
        label=settings.oidc_label,
        scopes=settings.oidc_scopes,
        account_claim=settings.oidc_account_claim,
        role_claim=settings.oidc_role_claim,
        roles=_roles(settings),
        site_claim=settings.oidc_site_claim,
    )
    return Provider(registration, clock=now)


def _demand_tls(issuer: str) -> None:
    address = urlsplit(issuer)
    is_here = address.hostname in _HERE
    if address.scheme != "https" and not (address.scheme == "http" and is_here):
        raise SetupError(
            f"KAMIZERO_OIDC_ISSUER is {issuer}; it must begin with https://, or "
            "anybody on the way could let themselves in."
        )


def _secret(settings: Settings) -> str | None:
    path = settings.oidc_client_secret_file
    if path is None:
        return None
    try:
        secret = path.read_text("utf-8").strip()
    except OSError as error:
        raise SetupError(
            f"KAMIZERO_OIDC_CLIENT_SECRET_FILE {path} cannot be read "
            f"({error.strerror})."
        ) from error
    if not secret:
        raise SetupError(f"KAMIZERO_OIDC_CLIENT_SECRET_FILE {path} is empty.")
    return secret


def _roles(settings: Settings) -> dict[str, Role]:
    given = settings.oidc_roles or {}
    if bool(given) != (settings.oidc_role_claim is not None):
        raise SetupError(
            "KAMIZERO_OIDC_ROLE_CLAIM and KAMIZERO_OIDC_ROLES are set together."
        )
    known = {role.value: role for role in Role if role not in _NEVER}
    wrong = sorted(set(given.values()) - set(known))
    if wrong:
        raise SetupError(
            f"KAMIZERO_OIDC_ROLES gives {', '.join(wrong)}; it may give "
            f"{', '.join(known)}."
        )
    return {claim: known[role] for claim, role in given.items()}
