"""The settings of single sign-on: whole or refused with what to set."""

from pathlib import Path

import pytest

from kamizero.cli.single_sign_on import provider_of
from kamizero.errors import SetupError
from kamizero.model import Role
from kamizero.settings import Settings

WHOLE = {
    "OIDC_ISSUER": "https://id.example/realm",
    "OIDC_CLIENT_ID": "kamizero",
    "PUBLIC_URL": "https://kamizero.example",
}


def settings(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in {**WHOLE, **given}.items():
        if value:
            monkeypatch.setenv(f"KAMIZERO_{name}", value)
    return Settings.load()


def test_without_an_issuer_there_is_no_provider(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert provider_of(settings(monkeypatch, OIDC_ISSUER="")) is None


def test_a_provider_is_as_the_settings_describe_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    given = settings(
        monkeypatch,
        OIDC_CLIENT_SECRET_FILE=str(secret),
        OIDC_ROLE_CLAIM="groups",
        OIDC_ROLES='{"approvers": "approver", "all": "reviewer"}',
    )

    provider = provider_of(given)

    assert provider is not None
    made = provider.registration
    assert made.redirect_uri == "https://kamizero.example/login/provider/back"
    assert made.client_secret == "s3cret"
    assert list(made.roles.items()) == [
        ("approvers", Role.APPROVER),
        ("all", Role.REVIEWER),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"OIDC_ISSUER": "http://id.example"}, "https://"),
        ({"OIDC_CLIENT_SECRET_FILE": "/nowhere"}, "cannot be read"),
        ({"OIDC_ROLE_CLAIM": "groups"}, "set together"),
        ({"OIDC_ROLES": '{"all": "reviewer"}'}, "set together"),
        (
            {"OIDC_ROLE_CLAIM": "groups", "OIDC_ROLES": '{"it": "administrator"}'},
            "gives administrator",
        ),
    ],
    ids=str,
)
def test_settings_that_let_the_wrong_ones_in_are_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    found = settings(monkeypatch, **given)

    with pytest.raises(SetupError, match=said):
        provider_of(found)


def test_an_address_with_a_path_is_no_public_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SetupError, match="PUBLIC_URL"):
        settings(monkeypatch, PUBLIC_URL="https://kamizero.example/app")
