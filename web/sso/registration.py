"""What the office and its provider agreed on: who we are there, and whom we let in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from kamizero.model import Role


@dataclass(frozen=True, slots=True)
class Registration:
    """One provider (OpenID Connect), as the settings describe it.

    Attributes:
        issuer: where its discovery document lies, and what its tokens must say.
        client_secret: None for a public client, which PKCE alone protects.
        redirect_uri: our address the provider sends people back to.
        label: what the account is called on the login page.
        account_claim: the claim that names the account; one that people cannot change
            themselves.
        role_claim: the claim whose values `roles` knows; without it administrators
            alone make accounts and give roles.
        roles: which role a value of the role claim means, the first one counts.
        site_claim: the claim that lists the sites a person sees, "*" for all.
        leeway: how far the provider's clock may be from ours.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    label: str
    client_secret: str | None = None
    scopes: str = "openid profile"
    account_claim: str = "preferred_username"
    role_claim: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    site_claim: str | None = None
    leeway: timedelta = timedelta(seconds=60)
