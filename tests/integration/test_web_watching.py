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
