"""Opening bundles and filings from pages that were looked at."""

from datetime import date

from sqlalchemy import select

from storage.tables import Arrival, AuditEvent, Bundle, Filing
from tests.desk import NOW, Desk
from tests.paper import RECEIVED_ON
from tests.workshop import (
    a_blank,
    a_form,
    a_page,
    a_separator,
    an_unknown,
    new_arrival,
    page_kinds,
)
from workers.bundles import open_run
from workers.filings import sort_bundle


def sort(desk: Desk, arrival_id: int) -> list[Filing]:
    """What `identify` does once the pages were looked at."""
    with desk.database.begin() as session:
        bundles = open_run(session, session.get_one(Arrival, arrival_id))
        return [f for one in bundles for f in sort_bundle(session, one, now=NOW)]


def bundles(desk: Desk, arrival_id: int) -> dict[str, list[int]]:
    """The page numbers of each bundle, of those without a separator too."""
    found: dict[str, list[int]] = {}
    with desk.database.look() as session:
        for page in session.get_one(Arrival, arrival_id).pages:
            if page.bundle_id is not None:
                number = session.get_one(Bundle, page.bundle_id).number
                found.setdefault(number, []).append(page.number)
    return found


def test_every_page_lies_in_the_bundle_of_the_separator_before_it(desk: Desk) -> None:
    arrival = new_arrival(
        desk, a_form(), a_separator(1), an_unknown(), a_form(), a_blank(),
        a_separator(2), a_form(),
    )  # fmt: skip

    first, second, third = sort(desk, arrival)

    assert bundles(desk, arrival) == {"": [1], "1": [2, 3, 4, 5], "2": [6, 7]}
    assert len({first.bundle_id, second.bundle_id, third.bundle_id}) == 3


def test_a_bundle_without_a_readable_form_is_there_to_be_balanced(desk: Desk) -> None:
    arrival = new_arrival(desk, a_separator(7), an_unknown())

    assert sort(desk, arrival) == []

    with desk.database.look() as session:
        bundle = session.scalars(select(Bundle)).one()
    declared = (bundle.declared_sheets, bundle.declared_entries)
    assert (bundle.number, *declared) == ("7", 2, 3)


def test_a_filing_was_received_on_the_day_its_separator_says(desk: Desk) -> None:
    arrival = new_arrival(
        desk, a_form(), a_separator(1, received_on="2020-12-01"), a_form()
    )

    loose, bundled = sort(desk, arrival)

    assert loose.received_on == RECEIVED_ON
    assert bundled.received_on == date(2020, 12, 1)


def test_a_filing_keeps_its_pages_and_calls_what_follows_attachments(
    desk: Desk,
) -> None:
    arrival = new_arrival(desk, an_unknown(), a_form(), an_unknown())

    (filing,) = sort(desk, arrival)

    assert page_kinds(desk, arrival) == ["unknown", "form", "attachment"]
    with desk.database.look() as session:
        pages = session.get_one(Filing, filing.id).pages
        assert [page.number for page in pages] == [2, 3]


def test_each_filing_has_a_receipt_number_of_its_own(desk: Desk) -> None:
    arrival = new_arrival(desk, a_form(), a_form())

    numbers = [filing.receipt_number for filing in sort(desk, arrival)]

    assert numbers == [f"{arrival:08d}-0001", f"{arrival:08d}-0002"]


def test_opening_a_filing_is_an_event_of_ids_alone(desk: Desk) -> None:
    arrival = new_arrival(desk, a_form())

    (filing,) = sort(desk, arrival)

    with desk.database.look() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "filing.opened")
        ).one()
    assert event.subject_id == str(filing.id)
    assert event.body == {"arrival": arrival, "form": "2200", "pages": [1]}


def test_a_page_nobody_looked_at_yet_is_of_no_known_kind(desk: Desk) -> None:
    arrival = new_arrival(desk, a_page())

    assert sort(desk, arrival) == []
