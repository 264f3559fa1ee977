"""What differs on a disc or an e-filing is named, and nothing of it is lost."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from kamizero.model import Role
from review.sorting import acts
from review.sorting.record import Clerk
from storage.originals import read_original
from storage.tables import (
    Arrival,
    ArrivalState,
    AttachmentKind,
    Bundle,
    Filing,
    Medium,
    Page,
)
from tests.desk import LATER, Desk
from tests.media import (
    a_letter,
    a_summary,
    a_table,
    issues,
    media,
    take_in,
    the_medium,
    work_off,
)

RECORDS = {"2200700": 3, "2201700": 2}
KEN = Clerk("ken", Role.SCANNER, LATER)


def test_the_table_is_kept_byte_for_byte_as_an_electronic_original(desk: Desk) -> None:
    table = a_table(RECORDS)

    take_in(desk, {"SHFD0006.CSV": table})

    with desk.database.look() as session:
        original = session.scalars(select(Arrival)).one().original
    assert read_original(desk.store, original) == table
    assert (original.media_type, original.legal_medium) == ("text/csv", "electronic")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"SHFD0006.CSV": a_table(RECORDS)}, ("media_no_summary",)),
        (
            {"SHFD0006.CSV": a_table(RECORDS), "総括票.png": a_letter()},
            ("media_undeclared",),
        ),
        (
            {
                "SHFD0006.CSV": a_table(RECORDS, offices=2, said=3),
                "総括票.csv": a_summary({"2200700": 4, "2265700": 1}, offices=3),
            },
            (
                "media_office_lines:2/3",
                "media_offices:2/3",
                "media_records:2200700 3/4",
                "media_records:2201700 2/0",
                "media_records:2265700 0/1",
            ),
        ),
        (
            {"総括票.csv": a_summary(RECORDS, number="媒体番号,7")},
            (
                "media_tables:0/1",
                "media_offices:0/1",
                "media_records:2200700 0/3",
                "media_records:2201700 0/2",
            ),
        ),
        (
            {
                "SHFD0006.CSV": a_table(RECORDS)[:-30],
                "総括票.csv": a_summary(RECORDS, number="媒体番号,7"),
            },
            (
                "media_tables:0/1",
                "media_offices:0/1",
                "media_records:2200700 0/3",
                "media_records:2201700 0/2",
                "media_refused:1",
            ),
        ),
        (
            {
                "SHFD0006.CSV": a_table(RECORDS),
                "総括票.csv": a_summary(RECORDS),
                "notes.docx": b"PK\x03\x04",
            },
            ("media_refused:1",),
        ),
        (
            {
                "SHFD0006.CSV": a_table({"2200700": 3}),
                "shfd0006.csv": a_table({"2201700": 2}, serial="004"),
                "総括票.csv": a_summary(RECORDS, offices=2),
            },
            ("media_tables:2/1",),
        ),
        ({"媒体/x.png": a_letter(), "media-3/y.png": a_letter(2)}, None),
    ],
)
def test_whatever_differs_or_is_missing_is_named(
    desk: Desk, files: Mapping[str, bytes], expected: tuple[str, ...] | None
) -> None:
    take_in(desk, files)

    work_off(desk)

    assert issues(desk) == (expected or ("media_tables:0/1", "media_no_summary"))


def test_nothing_of_a_refused_file_is_lost(desk: Desk) -> None:
    half = a_table(RECORDS)[:-30]

    take_in(desk, {"SHFD0006.CSV": half})

    with desk.database.look() as session:
        arrival = session.scalars(select(Arrival)).one()
        kept = read_original(desk.store, arrival.original)
    assert (arrival.state, arrival.error_code) == ("refused", "media_damaged")
    assert kept == half


def test_the_folder_of_an_e_filing_gives_its_number(desk: Desk) -> None:
    number = "2020120100001234"

    take_in(desk, {f"in/{number}/SHFD0006.CSV": a_table(RECORDS)})

    assert media(desk) == [(Medium.E_FILING, number, ("media_no_summary",))]


def test_each_folder_with_a_table_is_a_medium_of_its_own(desk: Desk) -> None:
    take_in(
        desk,
        {
            "a/SHFD0006.CSV": a_table(RECORDS),
            "a/letter.png": a_letter(1),
            "b/SHFD0006.CSV": a_table(RECORDS, serial="004"),
            "scan.png": a_letter(2),
        },
    )

    work_off(desk)

    assert [number for _, number, _ in media(desk)] == ["003", "004"]
    with desk.database.look() as session:
        laid = {
            page.arrival.source: session.get_one(Bundle, page.bundle_id).kind
            for page in session.scalars(select(Page))
        }
    assert laid == {
        "a/SHFD0006.CSV": "media",
        "a/letter.png": "media",
        "b/SHFD0006.CSV": "media",
        "scan.png": "plain",
    }


def test_the_same_disc_again_says_where_its_table_is(desk: Desk) -> None:
    first = take_in(desk, {"SHFD0006.CSV": a_table(RECORDS)})

    take_in(desk, {"SHFD0006.CSV": a_table(RECORDS)})
    take_in(desk, {"SHFD0006.CSV": a_table(RECORDS), "new.png": a_letter()})

    work_off(desk)
    again = ("media_tables:0/1", "media_no_summary", f"media_again:{first}")
    assert [found[:3] for *_, found in media(desk)] == [("media_no_summary",), again]


def test_a_summary_that_came_as_a_paper_is_named_by_a_person(desk: Desk) -> None:
    take_in(desk, {"SHFD0006.CSV": a_table(RECORDS), "scan.png": a_letter()})
    work_off(desk)

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, the_medium(desk))
        page = session.scalars(select(Page.id).where(Page.form.is_(None))).one()
        kind = AttachmentKind.MEDIA_SUMMARY
        acts.classify(session, KEN, bundle, [page], attachment=kind)

    assert issues(desk) == ("media_undeclared",)


def test_a_person_lets_a_medium_pass_that_differs(desk: Desk) -> None:
    take_in(desk, {"SHFD0006.CSV": a_table(RECORDS)})
    work_off(desk)
    medium_id = the_medium(desk)

    with desk.database.begin() as session:
        bundle = session.get_one(Bundle, medium_id)
        acts.explain(session, KEN, bundle, "the summary came by post, see job 12")

    with desk.database.look() as session:
        assert session.get_one(Bundle, medium_id).balance == "explained"


def test_a_form_among_the_papers_of_a_medium_waits_for_a_person(desk: Desk) -> None:
    take_in(desk, {"SHFD0006.CSV": a_table(RECORDS), "総括票.csv": a_summary(RECORDS)})
    filing = desk.receive()
    with desk.database.begin() as session:
        row = session.get_one(Filing, filing)
        row.bundle_id, row.step = the_medium(desk), "done"
        for page in row.pages:
            page.bundle_id = row.bundle_id

    assert issues(desk) == ("form:2200",)


def test_a_medium_that_holds_what_it_declares_balances_once_it_is_read(
    desk: Desk,
) -> None:
    take_in(desk, {"SHFD0006.CSV": a_table(RECORDS), "総括票.csv": a_summary(RECORDS)})

    work_off(desk)

    with desk.database.look() as session:
        states = session.scalars(select(Arrival.state)).all()
        assert session.scalars(select(Bundle.balance)).one() == "balanced"
    assert set(states) == {ArrivalState.TAKEN}
