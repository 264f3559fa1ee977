"""Bundles as separator sheets cut them out of what was scanned."""

from sqlalchemy import select

from kamizero.model import FilingKind, PageKind
from storage.balance import weigh
from storage.tables import (
    Arrival,
    ArrivalState,
    Batch,
    Bundle,
    Entry,
    Filing,
    Page,
)
from tests.desk import NOW, Desk
from tests.paper import new_filing
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


def several_files(desk: Desk, *files: tuple[str, list[Page]], sides: str = "1") -> int:
    """One job of files by name, each with its pages; the last arrival's id."""
    with desk.database.begin() as session:
        first = new_filing(session, desk.definition, FilingKind.NEW).arrival
        first.job.sides = sides
        for seq, (source, pages) in enumerate(files, start=1):
            arrival = first if seq == 1 else Arrival(
                job_id=first.job_id, seq=seq, original_id=first.original_id,
                state=ArrivalState.TAKEN,
            )  # fmt: skip
            arrival.source = source
            session.add(arrival)
            session.flush()
            for number, page in enumerate(pages, start=1):
                page.arrival_id, page.number = arrival.id, number
                session.add(page)
            session.flush()
        return arrival.id


def sort(desk: Desk, arrival_id: int) -> None:
    with desk.database.begin() as session:
        for bundle in open_run(session, session.get_one(Arrival, arrival_id)):
            sort_bundle(session, bundle, now=NOW)


def found(desk: Desk) -> list[tuple[str, int, tuple[str, ...]]]:
    """Number, sheets and what does not balance, bundle by bundle."""
    with desk.database.look() as session:
        weights = [
            (bundle.number, weigh(session, bundle))
            for bundle in session.scalars(select(Bundle).order_by(Bundle.id))
        ]
        return [(number, one.sheets, one.issues) for number, one in weights]


def a_declared(number: int, sheets: int, **said: object) -> Page:
    return a_separator(number, sheets=sheets, entries=0, **said)


def test_a_separator_scanned_twice_is_one_boundary_that_stays_visible(
    desk: Desk,
) -> None:
    arrival = new_arrival(desk, a_declared(1, 1), a_declared(1, 1), a_form())

    sort(desk, arrival)

    assert found(desk) == [("1", 1, ())]
    assert page_kinds(desk, arrival) == ["separator", "separator", "form"]


def test_its_blank_back_does_not_keep_a_separator_from_being_doubled(
    desk: Desk,
) -> None:
    arrival = several_files(
        desk,
        ("a.tif", [a_declared(1, 1), a_blank(), a_declared(1, 1), a_blank(),
                   a_form(), a_blank()]),
        sides="2",
    )  # fmt: skip

    sort(desk, arrival)

    assert found(desk) == [("1", 1, ())]


def test_the_same_separator_behind_papers_is_a_second_bundle_that_is_told(
    desk: Desk,
) -> None:
    arrival = new_arrival(desk, a_declared(1, 1), a_form(), a_declared(1, 1), a_form())

    sort(desk, arrival)

    assert found(desk) == [("1", 1, ("number_again",)), ("1", 1, ("number_again",))]


def test_a_missed_separator_leaves_the_bundle_before_it_unbalanced(desk: Desk) -> None:
    arrival = new_arrival(desk, a_declared(1, 1), a_form(), an_unknown(), a_form())

    sort(desk, arrival)

    assert found(desk) == [("1", 3, ("sheets:3/1",))]


def test_papers_before_the_first_separator_have_lost_theirs(desk: Desk) -> None:
    arrival = new_arrival(desk, an_unknown(), a_form(), a_declared(2, 1), a_form())

    sort(desk, arrival)

    assert found(desk) == [("", 2, ("no_separator",)), ("2", 1, ())]


def test_where_no_sheet_declares_anything_everything_balances(desk: Desk) -> None:
    arrival = new_arrival(desk, an_unknown(), a_form())

    sort(desk, arrival)

    assert found(desk) == [("", 2, ())]


def test_a_bundle_goes_on_in_the_files_that_follow_by_name(desk: Desk) -> None:
    arrival = several_files(
        desk,
        ("s_1.jpg", [a_declared(1, 2)]),
        ("s_2.jpg", [a_form()]),
        ("s_3.jpg", [an_unknown()]),
        ("s_4.jpg", [a_declared(2, 1)]),
        ("s_5.jpg", [a_form()]),
    )

    sort(desk, arrival)

    assert found(desk) == [("1", 2, ()), ("2", 1, ())]


def test_a_bundle_ends_with_its_file_where_another_name_follows(desk: Desk) -> None:
    arrival = several_files(
        desk, ("a.tif", [a_declared(1, 2), a_form()]), ("b.tif", [a_form()])
    )

    sort(desk, arrival - 1)
    sort(desk, arrival)

    assert found(desk) == [("1", 1, ("sheets:1/2",)), ("", 1, ())]


def test_a_paper_never_joins_a_filing_of_the_file_before_undeclared(
    desk: Desk,
) -> None:
    arrival = several_files(desk, ("s_1.jpg", [a_form()]), ("s_2.jpg", [an_unknown()]))

    sort(desk, arrival)

    assert found(desk) == [("", 1, ()), ("", 1, ())]
    assert page_kinds(desk, arrival) == ["unknown"]


def test_nothing_is_sorted_before_the_last_file_of_a_run_was_looked_at(
    desk: Desk,
) -> None:
    arrival = several_files(
        desk, ("s_1.jpg", [a_declared(1, 1)]), ("s_2.jpg", [a_page()])
    )

    sort(desk, arrival - 1)

    assert found(desk) == []


def test_both_sides_of_a_sheet_count_once_over_files_of_one_page(desk: Desk) -> None:
    sides = [a_declared(1, 1), a_blank(), a_form(), a_blank()]
    arrival = several_files(
        desk, *((f"s_{n}.jpg", [page]) for n, page in enumerate(sides)), sides="2"
    )

    sort(desk, arrival)

    assert found(desk) == [("1", 1, ())]


def test_papers_of_no_filing_keep_a_bundle_open(desk: Desk) -> None:
    arrival = new_arrival(desk, a_declared(1, 2), an_unknown(), a_form())

    sort(desk, arrival)

    assert found(desk) == [("1", 2, ("loose:1",))]


def test_the_back_of_a_separator_is_no_loose_paper_however_dirty(desk: Desk) -> None:
    sides = [a_declared(1, 1), an_unknown(), a_form(), a_blank()]
    arrival = several_files(desk, ("a.tif", sides), sides="2")

    sort(desk, arrival)

    assert found(desk) == [("1", 1, ())]


def test_another_form_than_declared_keeps_a_bundle_open(desk: Desk) -> None:
    arrival = new_arrival(desk, a_declared(1, 1, form="2201"), a_form())

    sort(desk, arrival)

    assert found(desk) == [("1", 1, ("form:2200",))]


def test_the_summary_of_a_form_belongs_into_its_bundle(desk: Desk) -> None:
    base = a_form(form="2225")
    summary = a_form(form="SOUKATSU")
    declared = a_declared(1, 2, form="2225")

    sort(desk, new_arrival(desk, declared, base, summary))
    sort(desk, new_arrival(desk, a_declared(2, 1), a_form(form="SOUKATSU")))

    assert found(desk) == [("1", 2, ()), ("2", 1, ("form:SOUKATSU",))]


def test_nobody_is_counted_for_a_summary(desk: Desk) -> None:
    sort(
        desk, new_arrival(desk, a_declared(1, 1, form="2225"), a_form(form="SOUKATSU"))
    )
    with desk.database.begin() as session:
        filing = session.scalars(select(Filing).where(Filing.form == "SOUKATSU")).one()
        filing.entries.append(Entry(n=1))

    assert found(desk) == [("1", 1, ())]


def test_a_second_page_without_the_first_keeps_a_bundle_open(desk: Desk) -> None:
    arrival = new_arrival(desk, a_declared(1, 1), a_form(form_page=2))

    sort(desk, arrival)

    assert found(desk) == [("1", 1, ("sequence:1",))]


def test_a_cover_counts_the_bundles_behind_it(desk: Desk) -> None:
    cover = a_separator(9, kind="C", sheets=3, entries=2)
    arrival = new_arrival(
        desk, cover, a_declared(1, 1), a_form(), an_unknown(), a_form()
    )

    sort(desk, arrival)

    with desk.database.look() as session:
        assert session.scalars(select(Batch)).one().declared_bundles == 2
    ((_, _, issues), *_) = [one for one in found(desk) if one[0] == "1"]
    assert "batch_bundles:1/2" in issues


def test_late_papers_join_the_filing_they_name(desk: Desk) -> None:
    first = new_arrival(desk, a_form())
    sort(desk, first)
    late = a_separator(2, kind="L", reference=f"{first:08d}-0001", sheets=1, entries=0)
    arrival = new_arrival(desk, late, an_unknown())

    sort(desk, arrival)

    assert found(desk)[-1] == ("2", 1, ())
    with desk.database.look() as session:
        filing = session.scalars(
            select(Filing).where(Filing.receipt_number == f"{first:08d}-0001")
        ).one()
        assert [page.kind for page in filing.pages] == ["form", "attachment"]


def test_late_papers_that_name_no_filing_keep_their_bundle_open(desk: Desk) -> None:
    late = a_separator(2, kind="L", reference="NO-SUCH", sheets=1, entries=0)
    arrival = new_arrival(desk, late, an_unknown())

    sort(desk, arrival)

    assert found(desk) == [("2", 1, ("loose:1", "reference"))]


def test_a_returned_filing_that_comes_again_names_the_one_before(desk: Desk) -> None:
    first = new_arrival(desk, a_form())
    sort(desk, first)
    again = a_separator(2, kind="R", reference=f"{first:08d}-0001", sheets=1, entries=0)
    arrival = new_arrival(desk, again, a_form())

    sort(desk, arrival)

    with desk.database.look() as session:
        before, after = session.scalars(
            select(Filing).where(Filing.bundle_id.is_not(None)).order_by(Filing.id)
        )
    assert after.reentry_of_id == before.id


def test_a_page_that_failed_keeps_its_bundle_open(desk: Desk) -> None:
    broken = a_page(kind=PageKind.FAILED, error_code="damaged")
    arrival = new_arrival(desk, a_declared(1, 2), a_form(), broken)

    sort(desk, arrival)

    assert found(desk) == [("1", 2, ("failed:1",))]
