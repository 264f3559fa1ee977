"""Alerts and figures over the API, for programs that watch the house."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from kamizero.model import Role
from storage.alerts import WORDS, Alert
from tests.desk import NOW
from tests.office import Office


@pytest.fixture
def watcher(office: Office) -> TestClient:
    return office.robot("metrics:read")


def test_alerts_are_data_with_words(office: Office, watcher: TestClient) -> None:
    alerts = (Alert("stuck", 3, NOW),)
    office.app.state.rooms = replace(office.app.state.rooms, alerts=lambda: alerts)

    (one,) = watcher.get("/api/v1/alerts").json()["items"]

    assert (one["kind"], one["count"], one["words"]) == ("stuck", 3, WORDS["stuck"])
    assert one["since"].startswith("2020-12-10T01:00:00")


def test_figures_say_what_waits_and_name_nobody(
    office: Office, watcher: TestClient
) -> None:
    office.waiting()

    answer = watcher.get("/api/v1/metrics")

    assert answer.headers["content-type"].startswith("text/plain")
    assert 'kamizero_work{kind="review",state="waiting"} 1.0' in answer.text
    assert 'kamizero_work_oldest_seconds{kind="review"} 60.0' in answer.text
    assert 'kamizero_entries{state="in_review"} 1.0' in answer.text
    for kind in WORDS:
        assert f'kamizero_alert{{kind="{kind}"}} 0.0' in answer.text
    assert "山田" not in answer.text


def test_figures_are_not_for_everybody(office: Office) -> None:
    reviewer = office.person("rei", Role.REVIEWER)

    assert office.browser().get("/api/v1/metrics").status_code == 401
    assert reviewer.get("/api/v1/metrics").status_code == 403
    assert office.robot("jobs:read").get("/api/v1/metrics").status_code == 403


def test_whoever_keeps_the_house_sees_the_alerts_and_what_to_do(
    office: Office,
) -> None:
    rika = office.person("rika", Role.RECORDS_MANAGER)
    quiet = rika.get("/alerts").text
    alerts = tuple(Alert(kind, 3, NOW) for kind in WORDS)
    office.app.state.rooms = replace(office.app.state.rooms, alerts=lambda: alerts)

    shown = rika.get("/alerts").text
    japanese = office.person("ann", Role.ADMINISTRATOR, language="ja").get("/alerts")

    assert "Nothing needs anybody." in quiet
    assert "Certificates of time stamps end soon" in shown
    assert "まもなく証明書が切れるタイムスタンプがあります" in japanese.text
    assert 'href="/retention">' in shown
    # Whoever gives out rights does not see record files.
    assert 'href="/retention">' not in japanese.text
    for kind in WORDS:
        assert f'data-testid="alert-{kind}"' in shown


def test_alerts_are_not_shown_to_who_cannot_act(office: Office) -> None:
    assert office.person("rei", Role.REVIEWER).get("/alerts").status_code == 403
