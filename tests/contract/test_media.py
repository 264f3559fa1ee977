"""A disc or an e-filing is one bundle, and passes only as its summary declares."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from kamizero.model import PageKind, Role
from review.sorting import acts
from review.sorting.acts import MediumDeclared
from review.sorting.record import Clerk, undo
from storage.balance import weigh
from storage.tables import Bundle, Filing, Medium, Page
from tests.desk import LATER, Desk
from tests.media import (
    a_letter,
    a_summary,
    a_table,
    media,
    take_in,
    the_medium,
    work_off,
)

RECORDS = {"2200700": 3, "2201700": 2}
KEN = Clerk("ken", Role.SCANNER, LATER)


def test_a_disc_that_holds_what_it_declares_balances(desk: Desk) -> None:
    take_in(
        desk,
        {
            "cd/SHFD0006.CSV": a_table(RECORDS, offices=2),
            "cd/総括票.csv": a_summary(RECORDS, offices=2),
            "cd/letter.png": a_letter(),
        },
    )

    work_off(desk)

    assert media(desk) == [(Medium.DISC, "003", ())]
    with desk.database.look() as session:
        bundle = session.scalars(select(Bundle)).one()
        page = session.scalars(select(Page).where(Page.form.is_(None))).one()
        weight = weigh(session, bundle)
    assert (bundle.balance, weight.entries, weight.sheets) == ("balanced", 5, 1)
    assert (page.kind, page.bundle_id) == (PageKind.ATTACHMENT, bundle.id)


def test_a_number_that_was_used_is_told(desk: Desk) -> None:
    take_in(desk, {"a/SHFD0006.CSV": a_table(RECORDS)})
    take_in(desk, {"b/SHFD0006.CSV": a_table({"2200700": 1})})

    *_, last = media(desk)
    assert last[2] == ("media_no_summary", "media_number_again")


def test_what_a_person_reads_off_the_summary_balances_and_is_taken_back(
    desk: Desk,
) -> None:
    take_in(desk, {"SHFD0006.CSV": a_table(RECORDS), "総括票.png": a_letter()})
    work_off(desk)
    medium_id = the_medium(desk)

    with desk.database.begin() as session:
        acts.declare_medium(
            session,
            KEN,
            session.get_one(Bundle, medium_id),
            MediumDeclared(Medium.E_FILING, "20201201-7", 1, RECORDS),
        )
    seen = media(desk)
    with desk.database.begin() as session:
        undo(session, KEN, session.get_one(Bundle, medium_id))

    assert seen == [(Medium.E_FILING, "20201201-7", ())]
    assert media(desk) == [(Medium.DISC, "003", ("media_undeclared",))]


def test_the_database_lets_no_entry_of_an_open_medium_pass(desk: Desk) -> None:
    take_in(desk, {"SHFD0006.CSV": a_table(RECORDS)})
    filing = desk.receive()
    with desk.database.begin() as session:
        session.get_one(Filing, filing).bundle_id = the_medium(desk)

    with (
        pytest.raises(DBAPIError, match="before the bundle balances"),
        desk.database.begin() as session,
    ):
        session.execute(text("UPDATE entry SET state = 'ready'"))


@pytest.mark.parametrize("change", ["medium = NULL", "kind = 'plain'", "kind = 'cd'"])
def test_the_database_knows_a_medium_by_its_kind(desk: Desk, change: str) -> None:
    take_in(desk, {"SHFD0006.CSV": a_table(RECORDS)})

    with pytest.raises(DBAPIError), desk.database.begin() as session:
        session.execute(text(f"UPDATE bundle SET {change}"))  # noqa: S608
