"""The page of exports, and the commands that make destinations and files."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select, update

from delivery.exports.making import plan
from kamizero.model import Role
from storage import site_rights, sites
from storage.tables import ExportBlock, Filing, Person
from tests.exporting import (
    House,
    approved,
    destination_in,
    open_destination,
    said,
    states,
)
from tests.installation import Installation
from tests.office import Office
from workers.exporting import expire_once

RARE = {"insured.1.name_kanji": "𠮷田 花"}


@pytest.fixture
def blocked(office: Office, tmp_path: Path) -> Office:
    """A destination with an entry in a file and one that cannot be written."""
    open_destination(office.desk, tmp_path / "out")
    approved(office.desk, written=RARE)
    approved(office.desk)
    with office.desk.database.begin() as session:
        plan(session, office.desk.vault, destination_in(session), now=office.now)
    return office


def test_a_person_settles_what_cannot_be_written_once(blocked: Office) -> None:
    rei = blocked.person("rei", Role.REVIEWER)
    page = rei.get("/exports").text

    settled = rei.submit("/exports/blocked/1", how="by_hand", host_number="H-7")
    again = rei.submit("/exports/blocked/1", how="substitute")
    after = rei.get("/exports").text

    assert 'data-testid="by_hand-1"' in page
    assert "shikaku-0001.csv" in page
    assert (settled.status_code, again.status_code) == (303, 409)
    assert states(blocked.desk) == ["registered", "pending"]
    assert 'data-testid="blocked"' not in after


def test_what_nobody_would_take_is_offered_to_be_registered_by_hand_alone(
    blocked: Office,
) -> None:
    with blocked.desk.database.begin() as session:
        session.execute(update(ExportBlock).values(may_substitute=False))
    rei = blocked.person("rei", Role.REVIEWER)

    page = rei.get("/exports").text
    refused = rei.submit("/exports/blocked/1", how="substitute")

    assert 'data-testid="by_hand-1"' in page
    assert 'data-testid="substitute-1"' not in page
    assert refused.status_code == 409


@pytest.fixture
def expired(office: Office, tmp_path: Path) -> Office:
    """A file of a destination that nobody fetched in time."""
    open_destination(office.desk, tmp_path / "out", expires_days=5)
    approved(office.desk)
    house = House(office.desk)
    house.plan_and_lay()
    house.clock.now += timedelta(days=6)
    expire_once(house.rooms)
    return office


def test_who_sees_some_of_a_file_is_told_that_others_settle_it(
    office: Office, tmp_path: Path
) -> None:
    open_destination(office.desk, tmp_path / "out", expires_days=5)
    approved(office.desk)
    there = approved(office.desk)
    office.employ("rei", Role.REVIEWER)
    with office.desk.database.begin() as session:
        sites.know(session, "OTHER")
        session.get_one(Filing, there).site = "OTHER"
        person = session.scalars(select(Person).where(Person.name == "rei")).one()
        site_rights.keep_to_sites(session, person, ["OTHER"], now=office.now)
    house = House(office.desk)
    house.plan_and_lay()
    house.clock.now += timedelta(days=6)
    expire_once(house.rooms)
    rei = office.log_in("rei")

    page = rei.get("/exports").text
    refused = rei.submit("/exports/expired/1", how="reissue")

    assert "entries of other sites too" in page
    assert 'data-testid="reissue-1"' not in page
    assert refused.status_code == 403


def test_a_person_lets_a_file_that_nobody_fetched_go_out_again(
    expired: Office,
) -> None:
    rei, ada = expired.person("rei", Role.REVIEWER), expired.person("ada", Role.AUDITOR)
    page = rei.get("/exports").text
    looked = ada.get("/exports").text
    forbidden = ada.submit("/exports/expired/1", how="reissue")

    settled = rei.submit("/exports/expired/1", how="reissue")
    again = rei.submit("/exports/expired/1", how="registered")

    assert 'data-testid="reissue-1"' in page
    assert 'data-testid="expired"' in looked
    assert 'data-testid="reissue-1"' not in looked
    codes = [one.status_code for one in (forbidden, settled, again)]
    assert codes == [403, 303, 409]
    assert states(expired.desk) == ["pending"]
    assert 'data-testid="expired"' not in rei.get("/exports").text


def test_who_only_looks_is_offered_no_act(blocked: Office) -> None:
    ada = blocked.person("ada", Role.AUDITOR)

    page = ada.get("/exports")
    act = ada.submit("/exports/blocked/1", how="substitute")

    assert 'data-testid="blocked"' in page.text
    assert 'data-testid="substitute-1"' not in page.text
    assert act.status_code == 403


def test_destinations_are_made_listed_and_closed_by_commands(
    installation: Installation, tmp_path: Path
) -> None:
    terms = said(tmp_path).model_dump(mode="json")
    source = tmp_path / "host.yaml"
    source.write_text(yaml.safe_dump(terms, allow_unicode=True), "utf-8")

    made = installation.run("exports", "add", "host", str(source))
    ran = installation.run("exports", "run", "host")
    missing = installation.run("exports", "again", "host", "1", str(tmp_path / "x"))
    closed = installation.run("exports", "close", "host")
    listed = installation.answer("exports", "list", "--json")

    codes = [one.returncode for one in (made, ran, missing, closed)]
    assert codes == [0, 0, 2, 0], made.stderr
    assert "nothing to write" in ran.stdout
    (one,) = listed["destinations"]
    assert (one["name"], one["is_closed"], one["last_number"]) == ("host", True, 0)
