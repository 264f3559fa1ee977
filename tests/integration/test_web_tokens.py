"""Clients with a secret get short-lived keys, and who calls too often is refused."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from kamizero.model import Role
from storage import api_clients, api_tokens
from tests.desk import LATER
from tests.office import Office
from web.throttle import Throttle

SCOPES = ("filings:read", "queues:read")
FORM = {"grant_type": "client_credentials"}


@pytest.fixture
def secret(office: Office) -> str:
    with office.desk.database.begin() as session:
        return api_clients.add_client(
            session,
            name="flow",
            role=Role.ROBOT,
            scopes=SCOPES,
            expires_at=LATER + timedelta(days=30),
            now=LATER,
        )


def ask(office: Office, secret: str, **more: str) -> Any:
    form = {**FORM, "client_id": "flow", "client_secret": secret, **more}
    return office.browser().post("/api/v1/token", data=form)


def calling(office: Office, token: str) -> TestClient:
    client = office.browser()
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_a_client_gets_a_key_that_ends_within_minutes(
    office: Office, secret: str
) -> None:
    answer = ask(office, secret)
    given = answer.json()
    client = calling(office, given["access_token"])
    before = client.get("/api/v1/filings").status_code
    office.now += timedelta(seconds=given["expires_in"])

    after = client.get("/api/v1/filings")

    assert (given["token_type"], given["expires_in"]) == ("Bearer", 900)
    assert given["scope"] == "filings:read queues:read"
    assert answer.headers["cache-control"] == "no-store"
    assert (before, after.status_code) == (200, 401)
    assert "POST /api/v1/token" in after.json()["detail"]


def test_a_key_may_be_asked_for_less_than_the_client_may(
    office: Office, secret: str
) -> None:
    given = ask(office, secret, scope="queues:read").json()
    more = ask(office, secret, scope="queues:read numbers:read")
    client = calling(office, given["access_token"])

    assert client.get("/api/v1/queues").status_code == 200
    assert client.get("/api/v1/filings").status_code == 403
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


def test_a_client_may_show_itself_by_http_basic(office: Office, secret: str) -> None:
    shown = base64.b64encode(f"flow:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {shown}"}

    good = office.browser().post("/api/v1/token", data=FORM, headers=headers)
    bad = office.browser().post(
        "/api/v1/token", data=FORM, headers={"Authorization": "Basic !"}
    )

    assert (good.status_code, bad.status_code) == (200, 401)


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_who_is_not_known_is_told_so_as_oauth_says(
    office: Office, secret: str, form: dict[str, str], status: int, error: str
) -> None:
    answer = ask(office, secret, **form)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_a_secret_is_exchanged_while_both_are_good_for_a_while(
    office: Office, secret: str
) -> None:
    with office.desk.database.begin() as session:
        new = api_clients.rotate_secret(
            session, name="flow", overlap=timedelta(hours=1), actor="ken", now=LATER
        )
    both = [ask(office, one).status_code for one in (secret, new)]
    office.now += timedelta(hours=1)

    assert both == [200, 200]
    assert ask(office, secret).status_code == 401
    assert ask(office, new).status_code == 200


def test_a_client_that_was_revoked_ends_with_all_its_keys(
    office: Office, secret: str
) -> None:
    client = calling(office, ask(office, secret).json()["access_token"])
    with office.desk.database.begin() as session:
        api_tokens.revoke_token(session, name="flow", actor="ken", now=LATER)

    assert client.get("/api/v1/filings").status_code == 401
    assert ask(office, secret).status_code == 401


def test_nothing_that_opens_the_api_is_kept(office: Office, secret: str) -> None:
    token = ask(office, secret).json()["access_token"]

    with office.desk.database.look() as session:
        raw = session.connection().connection.driver_connection
        assert raw is not None
        kept = "\n".join(raw.iterdump())

    assert "flow" in kept
    assert secret not in kept
    assert token not in kept


def test_who_calls_too_often_is_refused_and_another_is_not(office: Office) -> None:
    office.app.state.rooms = replace(office.app.state.rooms, throttle=Throttle(60))
    robot = office.robot("filings:read")
    answers = [robot.get("/api/v1/filings") for _ in range(16)]
    rei = office.person()

    refused = answers[-1]

    assert {one.status_code for one in answers[:15]} == {200}
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["type"] == "urn:kamizero:problem:too_many_calls"
    assert rei.get("/filings").status_code == 200
