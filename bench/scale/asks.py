"""What people and workers ask of a full database, each as the program asks it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any

from bench.crowd.people import People
from bench.crowd.rows import RULE, SITE, SUBSCRIBER, day_of
from bench.scale.questions import Questions
from forms.library import Library
from kamizero.tokyo import business_date
from review import queue
from review.waiting import PAGE_SIZE, Order, Wanted, figures, waiting
from storage import work
from storage.database import Database
from storage.ledger.account import draw_up
from storage.ledger.books import open_books
from storage.ledger.closing import close_days
from storage.ledger.holding import hold
from storage.ledger.report import Ledger
from storage.ledger.span import Span
from storage.searches.criteria import Criteria
from storage.searches.hits import find
from storage.vault import Vault
from web.shown.searches import hit_lines
from workers.failing import MACHINE_WORK

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
_A_MOMENT = timedelta(seconds=60)
# One after the other is asked about another filing.
Ask = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Asks:
    """Everything that is measured, on one database of so many filings."""

    database: Database
    vault: Vault
    library: Library
    people: People
    filings: int

    def all(self) -> Iterator[tuple[str, Ask]]:
        yield "next entry", lambda: self._claim()
        yield "next entry, one site", lambda: self._claim(site=SITE)
        yield "next entry, one form", lambda: self._claim(form="2200")
        yield "idle worker's look", self._idle
        yield "queue page", lambda: self._queue(Wanted(), Order.URGENT)
        yield "queue page, by doubt", lambda: self._queue(Wanted(), Order.DOUBTFUL)
        one_rule, none = Wanted(rule=RULE), Wanted(rule="common.none")
        yield "queue page, one rule", lambda: self._queue(one_rule, Order.URGENT)
        yield "queue page, no such rule", lambda: self._queue(none, Order.URGENT)
        yield from self._look_ups()
        last = day_of(self.filings)
        yield "ledger of one day, counted", lambda: self._counted(Span(last, last))
        yield "ledger of everything", self._everything

    def close(self) -> int:
        """Close every day but the last, as each night does that is over."""
        return close_days(self.database, subscribers=[SUBSCRIBER], now=self._last_noon)

    def hold(self) -> int:
        """Hold every closed day against its rows, row by row."""
        return hold(self.database, subscribers=[SUBSCRIBER], now=self._last_noon)

    @property
    def _last_noon(self) -> datetime:
        return datetime.combine(day_of(self.filings), time(3), UTC)

    def _counted(self, span: Span) -> None:
        with self.database.look() as session:
            _demand_balance(draw_up(session, subscribers=[SUBSCRIBER], span=span))

    def _everything(self) -> None:
        with self.database.look() as session:
            books = open_books(session, subscribers=[SUBSCRIBER])
        _demand_balance(books.ledger)
        if sum(books.ledger.entries.values()) != self.filings:
            raise SystemExit(f"Not everything was counted: {books.ledger.entries}")

    def _claim(self, *, site: str | None = None, form: str | None = None) -> None:
        claim = queue.claim_next(self.database, "rika", now=NOW, site=site, form=form)
        if claim is None:
            raise SystemExit("Nothing waits")
        with self.database.begin() as session:
            queue.release(session, claim, now=NOW)

    def _idle(self) -> None:
        work.claim(
            self.database,
            kinds=MACHINE_WORK,
            worker="bench",
            lease=_A_MOMENT,
            now=NOW,
        )

    def _queue(self, wanted: Wanted, order: Order) -> None:
        limit = PAGE_SIZE + 1
        with self.database.look() as session:
            waiting(session, wanted=wanted, order=order, now=NOW, limit=limit)
            figures(session, today=business_date(NOW), now=NOW)

    def _look_ups(self) -> Iterator[tuple[str, Ask]]:
        kinds = Questions(self.people, self.filings).kinds(Random(7))
        for kind, ask in kinds.items():
            yield f"look-up: {kind}", partial(self._look_up_next, ask)
        common = Criteria(**kinds["most common family name"]())
        half, narrow = self.filings // 2, self.database.within(frozenset({SITE}))
        yield (
            "look-up: the same, half way back",
            lambda: self._look_up(common, before=half),
        )
        yield (
            "look-up: the same, of one site",
            lambda: self._look_up(common, database=narrow),
        )

    def _look_up_next(self, ask: Callable[[], dict[str, Any]]) -> None:
        self._look_up(Criteria(**ask()))

    def _look_up(
        self,
        asked: Criteria,
        *,
        before: int | None = None,
        database: Database | None = None,
    ) -> None:
        limit = PAGE_SIZE + 1
        with (database or self.database).look() as session:
            hits = find(session, self.vault, asked, before=before, limit=limit)
            shown = hits[:PAGE_SIZE]
            hit_lines(session, self.vault, self.library, shown, language="ja")


def _demand_balance(found: Ledger) -> None:
    if found.differences:
        raise SystemExit(f"The crowd does not balance: {found.differences[:3]}")
