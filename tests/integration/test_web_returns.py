"""Letters in the browser: who may do what, and hand-made requests."""

from typing import Any

import pytest

from kamizero.model import Role
from storage.tables import AuditEvent, ReturnNotice
from tests.office import Browser, Office

TYPED = {
    "kind": "typed",
    "name": "株式会社けいと",
    "postal_code": "１００－００１３",
    "address": "東京都千代田区",
    "reasons": ["unreadable"],
}


@pytest.fixture
def letter(office: Office) -> str:
    """The address of a letter nobody has written yet."""
    filing = office.ready()
    ann = office.person("ann", Role.APPROVER)
    answer = ann.submit(f"/approvals/{filing}/return", reason="the seal is missing")
    return str(answer.headers["location"]).partition("?")[0]


def digest(office: Office) -> str:
    with office.desk.database.look() as session:
        return session.query(ReturnNotice).one().content_digest or ""


def written(browser: Browser, letter: str, **more: Any) -> Any:
    return browser.submit(f"{letter}/prepare", **{**TYPED, **more})


def test_a_letter_is_written_and_checked_by_another(
    office: Office, letter: str
) -> None:
    jun, mio = office.person("jun"), office.person("mio")

    answer = written(jun, letter)
    own = jun.submit(f"{letter}/check", seen=digest(office))
    other = mio.submit(f"{letter}/check", seen=digest(office))
    page = mio.get(letter).text

    assert answer.headers["location"] == f"{letter}?notice=return_prepared"
    assert (own.status_code, other.status_code) == (403, 303)
    assert "〒100-0013" in page
    assert "Writing cannot be read." in page
    assert "Checked by mio" in page


def test_nothing_is_sent_before_it_is_checked(office: Office, letter: str) -> None:
    jun = office.person("jun")
    written(jun, letter)

    answer = jun.submit(f"{letter}/send", way="post", sent_on="2020-12-10")

    assert answer.status_code == 409
    assert "nobody checked it" in answer.text


def test_a_letter_with_an_individual_number_is_refused(
    office: Office, letter: str
) -> None:
    answer = written(office.person("jun"), letter, note="123456789018")

    assert answer.status_code == 400


def test_an_address_that_is_not_on_record_is_not_taken(
    office: Office, letter: str
) -> None:
    answer = written(office.person("jun"), letter, kind="office")

    assert answer.status_code == 404


def test_the_letter_is_a_pdf_and_looking_at_it_leaves_a_trace(
    office: Office, letter: str
) -> None:
    jun = office.person("jun")
    before = jun.get(f"{letter}/letter.pdf")
    written(jun, letter)

    answer = jun.get(f"{letter}/letter.pdf")

    assert before.status_code == 404
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    with office.desk.database.look() as session:
        acts = [event.act for event in session.query(AuditEvent)]
    assert acts.count("return.printed") == 1


def test_who_only_scans_or_looks_sees_no_letters(office: Office, letter: str) -> None:
    ken = office.person("ken", Role.SCANNER)

    assert [ken.get(path).status_code for path in ("/returns", letter)] == [403, 403]
    assert written(ken, letter).status_code == 403


def test_the_list_says_what_is_to_be_done(office: Office, letter: str) -> None:
    jun = office.person("jun")

    before = jun.get("/returns").text
    written(jun, letter)
    after = jun.get("/returns").text

    assert "To be written" in before
    assert "To be checked" in after


def test_an_entry_is_returned_under_its_lease_alone(office: Office) -> None:
    filing = office.waiting()
    ann = office.person("ann", Role.APPROVER)
    entry = office.desk.entry_id(filing)
    office.desk.claim(filing, person="rei")

    taken = ann.submit(f"/review/{entry}/return", fence=1, reason="押印なし")

    assert taken.status_code == 409
    assert office.desk.states(filing) == ["in_review"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_returned_from_the_desk_without_a_reason(
    office: Office, reason: str
) -> None:
    filing = office.waiting()
    ann = office.person("ann", Role.APPROVER)
    claim = office.desk.claim(filing, person="ann")

    answer = ann.submit(
        f"/review/{claim.subject}/return", fence=claim.fence, reason=reason
    )

    assert answer.status_code in (400, 422)
    assert office.desk.states(filing) == ["in_review"]
    with office.desk.database.look() as session:
        assert session.query(ReturnNotice).all() == []
