"""The register of paper, on every database: what became of it, and who has it."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kamizero.model import Role
from review.refusals import ReasonMissingError
from review.sorting import custody, received
from review.sorting.received import Envelope, PaperSettledError
from review.sorting.record import Clerk
from storage.database import Database
from storage.tables import Bundle, Job, ReceivedPaper, Site, Way
from tests.desk import LATER

KEN = Clerk("ken", Role.SCANNER, LATER)
TUESDAY = date(2020, 12, 8)


@pytest.fixture
def bundle(database: Database) -> int:
    with database.begin() as session:
        session.add(Site(code="main", name="main"))
        session.flush()
        job = Job(
            site="main", door="x", operator="k", created_at=LATER, received_on=TUESDAY
        )
        session.add(job)
        session.flush()
        row = Bundle(job_id=job.id, number="7", site="main", scheme="", form="")
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def paper(database: Database, bundle: int) -> int:
    del bundle
    with database.begin() as session:
        envelope = Envelope(Way.POST, TUESDAY, sheets=3)
        return received.register(session, KEN, site="main", envelope=envelope).id


def found(database: Database) -> tuple[list[int], list[int]]:
    """What is waited for, and what is settled."""
    with database.look() as session:
        waiting = received.waiting(session, limit=10)
        settled = received.settled(session, limit=10)
        return [row.id for row in waiting], [row.id for row in settled]


def test_what_was_said_of_a_paper_can_be_taken_back(
    database: Database, paper: int, bundle: int
) -> None:
    seen = [found(database)]

    with database.begin() as session:
        row = session.get_one(ReceivedPaper, paper)
        received.scanned_as(session, KEN, row, session.get_one(Bundle, bundle))
    seen.append(found(database))
    with database.begin() as session:
        received.look_for_again(session, KEN, session.get_one(ReceivedPaper, paper))
    with database.begin() as session:
        received.close(session, KEN, session.get_one(ReceivedPaper, paper), "back")
    seen.append(found(database))

    assert seen == [([paper], []), ([], [paper]), ([], [paper])]


def test_a_settled_paper_is_not_settled_again(
    database: Database, paper: int, bundle: int
) -> None:
    with database.begin() as session:
        received.close(session, KEN, session.get_one(ReceivedPaper, paper), "back")

    with database.begin() as session:
        row, other = (
            session.get_one(ReceivedPaper, paper),
            session.get_one(Bundle, bundle),
        )
        with pytest.raises(PaperSettledError):
            received.scanned_as(session, KEN, row, other)
    with pytest.raises(ReasonMissingError), database.begin() as session:
        received.close(session, KEN, session.get_one(ReceivedPaper, paper), " ")


@pytest.mark.parametrize(
    "change", ["closed_why = 'back'", "closed_why = 'x', closed_by = 'k'"]
)
def test_the_database_wants_one_reason_and_who_gave_it(
    database: Database, paper: int, bundle: int, change: str
) -> None:
    with database.begin() as session:
        session.get_one(ReceivedPaper, paper).bundle_id = bundle

    with pytest.raises(DBAPIError), database.begin() as session:
        session.execute(text(f"UPDATE received_paper SET {change}"))  # noqa: S608


def test_what_is_lent_is_listed_until_it_comes_back(
    database: Database, bundle: int
) -> None:
    with database.begin() as session:
        row = session.get_one(Bundle, bundle)
        custody.put(session, KEN, row, box="A-1", place="archive")
        before = custody.lent_out(session)
        custody.lend(session, KEN, row, to="hanako")
        lent = custody.lent_out(session)
        custody.take_back(session, KEN, row)
        after = custody.lent_out(session)
        acts = [one.act for one in custody.history(session, row)]

    assert (before, [one.holder for one in lent], after) == ([], ["hanako"], [])
    assert acts == ["back", "lent", "put"]
