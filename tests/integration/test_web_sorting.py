"""The scanning desk over HTTP: what it shows, what it does, and for whom."""

import pytest

from kamizero.model import Role
from storage.tables import Arrival, Bundle, FilingStep, Page
from tests.desk import NOW
from tests.office import Office
from tests.workshop import a_form, a_separator, an_unknown, new_arrival
from workers.bundles import open_run
from workers.filings import sort_bundle


def a_bundle(office: Office, *pages: Page) -> int:
    """A bundle of these pages, all of it read."""
    arrival = new_arrival(office.desk, *pages)
    with office.desk.database.begin() as session:
        (bundle,) = open_run(session, session.get_one(Arrival, arrival))
        for filing in sort_bundle(session, bundle, now=NOW):
            filing.step = FilingStep.DONE
        return bundle.id


def short_of_one(office: Office) -> int:
    return a_bundle(office, a_separator(7, sheets=2, entries=0), a_form())


def pages_of(office: Office, bundle: int) -> list[int]:
    with office.desk.database.look() as session:
        rows = session.query(Page).filter_by(bundle_id=bundle).order_by(Page.position)
        return [page.id for page in rows]


def test_what_does_not_balance_waits_at_the_desk(office: Office) -> None:
    bundle = short_of_one(office)
    ken = office.person("ken", Role.SCANNER)

    listed = ken.get("/sorting").text
    shown = ken.get(f"/sorting/{bundle}").text

    assert f'href="/sorting/{bundle}"' in listed
    assert "1 / 2" in listed
    assert 'data-issue="sheets"' in shown
    assert 'data-kind="separator"' in shown


def test_an_act_is_answered_with_the_bundle_as_it_is_then(office: Office) -> None:
    bundle = a_bundle(
        office, a_separator(7, sheets=2, entries=0), a_form(), an_unknown()
    )
    paper = pages_of(office, bundle)[-1]
    ken = office.person("ken", Role.SCANNER)

    answer = ken.send(f"/sorting/{bundle}/acts", act="blank", pages=[paper])

    assert answer.status_code == 200, answer.text
    assert f'data-page="{paper}" data-kind="blank"' in answer.json()["html"]
    assert answer.json()["pending"] is True
    undone = ken.send(f"/sorting/{bundle}/acts", act="undo")
    assert f'data-page="{paper}" data-kind="attachment"' in undone.json()["html"]


def test_a_split_leads_to_the_new_bundle(office: Office) -> None:
    bundle = a_bundle(office, a_separator(7, sheets=1, entries=0), a_form(), a_form())
    last = pages_of(office, bundle)[-1]
    ken = office.person("ken", Role.SCANNER)

    answer = ken.send(
        f"/sorting/{bundle}/acts", act="split", pages=[last], sheets=1, entries=0
    )

    new = answer.json()["goes_to"]
    assert pages_of(office, new) == [last]


@pytest.mark.parametrize("act", ["split", "replace"])
def test_what_is_done_to_one_page_is_refused_for_several(
    office: Office, act: str
) -> None:
    bundle = a_bundle(office, a_separator(7, sheets=2, entries=0), a_form(), a_form())
    before = pages_of(office, bundle)
    ken = office.person("ken", Role.SCANNER)

    refused = ken.send(
        f"/sorting/{bundle}/acts", act=act, pages=before[1:], sheets=1, entries=0
    )

    assert refused.status_code == 400, refused.text
    assert pages_of(office, bundle) == before


def test_what_cannot_be_done_is_said_and_changes_nothing(office: Office) -> None:
    bundle = short_of_one(office)
    ken = office.person("ken", Role.SCANNER)

    refused = ken.send(f"/sorting/{bundle}/acts", act="explain", why=" ")

    assert refused.status_code in (400, 422)
    with office.desk.database.look() as session:
        assert session.get_one(Bundle, bundle).explained_why is None


def test_the_receipt_says_what_was_declared_and_what_came(office: Office) -> None:
    bundle = short_of_one(office)
    ken = office.person("ken", Role.SCANNER, language="ja")

    line = ken.get(f"/sorting/{bundle}/slip.txt").text

    assert line == "束 0007 申告 2 枚 受領 1 枚 要確認\n"


def test_an_auditor_does_not_sort(office: Office) -> None:
    bundle = short_of_one(office)
    eve = office.person("eve", Role.AUDITOR)

    looked = eve.get(f"/sorting/{bundle}")
    tried = eve.send(f"/sorting/{bundle}/acts", act="undo")

    assert (looked.status_code, tried.status_code) == (403, 403)


def test_a_job_with_a_bundle_that_waits_is_not_settled(office: Office) -> None:
    short_of_one(office)
    ken = office.person("ken", Role.SCANNER)

    html = ken.get("/jobs").text

    assert "Bundles that do not balance 1" in html
    assert "Settled" not in html
