"""Settles fifty doubtful fields by keyboard in a real browser, and counts.

Prints keys a field by how it was settled, and how long the next field and the next
item take to be painted; every answer is held against what is written on the paper.
"""

import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import expect, sync_playwright
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.review_people import ROMAJI, Doubt, papers
from forms.grammar import to_written
from forms.library import Library
from forms.standards import Standards
from kamizero import logs
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.tables import Field
from storage.values import body_of, decided_version
from storage.vault import KeyRing, Vault
from tests.desk import Desk
from tests.reviewer import Reviewer
from tests.served import ServedOffice
from workers.recheck import Recheck

FILINGS = 10
SEED = 2027
# Painted is what the second frame after the change shows.
_WATCH = """() => {
  window.painted = [];
  let pressed = 0;
  addEventListener("keydown", () => { pressed = performance.now(); }, true);
  const shown = () => document.querySelector("[data-value]")?.dataset.field;
  const item = () => location.pathname;
  let before = item() + shown();
  new MutationObserver(() => {
    const now = item() + shown();
    if (now === before || !shown()) return;
    const what = now.startsWith(before.split("insured")[0]) ? "field" : "item";
    before = now;
    requestAnimationFrame(() => requestAnimationFrame(() =>
      painted.push([what, performance.now() - pressed])));
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


class Stopwatch:
    """Times every answer of the server, by what was asked."""

    def __init__(self, app: ASGIApp, times: dict[str, list[float]]) -> None:
        self._app = app
        self._times = times

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        await self._app(scope, receive, send)
        if scope["type"] == "http" and not scope["path"].startswith("/static"):
            asked = re.sub(
                r"/\d+", "/N", re.sub(r"/fields/.*", "/fields", scope["path"])
            )
            self._times[asked].append((time.perf_counter() - started) * 1000)


@dataclass
class Hands:
    """Presses keys, and counts them."""

    rei: Reviewer
    count: int = 0
    by_way: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.rei.press(key)
            self.count += 1

    def settle(self, doubt: Doubt) -> None:
        """Do what a person does who sees what is written."""
        before = self.count
        is_numeric = doubt.kind not in ("name_kana", "name_kanji")
        if doubt.way == "candidate":
            self.press("NumpadAdd" if is_numeric else "ArrowDown")
        elif doubt.way == "typed":
            self._type(doubt)
        self.press("NumpadEnter" if is_numeric else "Enter")
        self.by_way[doubt.way].append(self.count - before)

    def _type(self, doubt: Doubt) -> None:
        if doubt.kind == "name_kanji":
            self._convert(doubt.truth)
            return
        typed = doubt.truth
        if doubt.kind == "birth_date":
            written = to_written(date.fromisoformat(typed))
            typed = f"{written.era}{written.digits}"
        self.press(*ROMAJI.get(typed, typed).replace(" ", "\u0020"))

    def _convert(self, name: str) -> None:
        """As with an input method: letters, then space and Enter for each part."""
        self.count += len(ROMAJI[name].replace(" ", "")) + 2 * len(name.split()) + 1
        self.rei.page.keyboard.insert_text(name)


def main() -> int:
    """Run it all; 1 where an answer is not what is written."""
    logs.configure("json")
    expect.set_options(timeout=60_000)
    times: dict[str, list[float]] = defaultdict(list)
    with an_office(times) as office, a_browser() as chromium:
        doubts = list(pile_up(office))
        hands = Hands(Reviewer(chromium, office))
        painted = work(hands, [one for _, one in doubts])
        wrong = [
            one.name for filing, one in doubts if said(office, filing, one) != one.truth
        ]
    print_keys(hands, doubts)
    print_times("painted after the key", painted)
    print_times("answered by the server", times)
    print(f"\nanswers that are not what is written: {len(wrong)} of {len(doubts)}")
    return 1 if wrong else 0


@contextmanager
def an_office(times: dict[str, list[float]]) -> Iterator[ServedOffice]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        database = Database(embedded_url(root))
        database.upgrade()
        vault = Vault(KeyRing.load(root / "keys"))
        library = Library.shipped()
        desk = Desk(database, vault, DirectoryStore(root), library.get("2200@2020-12"))
        served = ServedOffice(desk)
        state = served.office.app.state
        # The rules look again at every answer, as they do in an installation.
        recheck = Recheck(
            library=library,
            standards=Standards.shipped(),
            vault=vault,
            records=lambda _: None,
            clock=lambda: served.office.now,
        )
        state.rooms = replace(state.rooms, recheck=recheck)
        served.office.app.add_middleware(Stopwatch, times=times)
        yield served
        served.stop()
        database.close()


@contextmanager
def a_browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def pile_up(office: ServedOffice) -> Iterator[tuple[int, Doubt]]:
    for paper in papers(FILINGS, seed=SEED):
        names = [one.name for one in paper.doubts]
        read = {one.name: one.read for one in paper.doubts}
        filing = office.waiting(
            doubtful=names,
            written={**paper.values, **read},
            other={one.name: one.other for one in paper.doubts},
        )
        office.pages.papers[filing] = tuple(paper.values.items())
        for one in paper.doubts:
            yield filing, one


def work(hands: Hands, doubts: Sequence[Doubt]) -> dict[str, list[float]]:
    rei = hands.rei
    rei.go("/queue")
    rei.see("queue-next").press("Enter")
    expect(rei.label).not_to_be_empty()
    rei.page.evaluate(_WATCH)
    for at, doubt in enumerate(doubts):
        rei.at(doubt.name)
        hands.settle(doubt)
        if doubt is not doubts[-1] and doubts[at + 1].name.endswith("name_kana"):
            rei.saved()
            # The button that goes on has the focus once nothing is left.
            hands.press("Enter")
    painted: dict[str, list[float]] = defaultdict(list)
    rei.saved()
    for what, milliseconds in rei.page.evaluate("window.painted"):
        painted[f"next {what}"].append(milliseconds)
    return painted


def said(office: ServedOffice, filing: int, doubt: Doubt) -> str:
    with office.desk.database.look() as session:
        row = session.scalars(
            select(Field).where(Field.filing_id == filing, Field.name == doubt.name)
        ).one()
        return body_of(decided_version(row), office.desk.vault).value


def print_keys(hands: Hands, doubts: Sequence[tuple[int, Doubt]]) -> None:
    corrected = hands.by_way["candidate"] + hands.by_way["typed"]
    rows = [*hands.by_way.items(), ("corrected", corrected)]
    print(f"{'keys':28}{'fields':>8}{'keys':>8}{'a field':>9}")
    for way, keys in rows:
        if keys:
            print(f"{way:28}{len(keys):8}{sum(keys):8}{sum(keys) / len(keys):9.2f}")
    print(
        f"{'all, with finishing':28}{len(doubts):8}{hands.count:8}"
        f"{hands.count / len(doubts):9.2f}"
    )


def print_times(title: str, times: dict[str, list[float]]) -> None:
    print(f"\n{title:36}{'n':>6}{'median ms':>11}{'p95 ms':>9}")
    for what, found in sorted(times.items()):
        ordered = sorted(found)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        print(f"{what:36}{len(found):6}{statistics.median(found):11.1f}{p95:9.1f}")


if __name__ == "__main__":
    sys.exit(main())
