"""The pages everybody works on, in a small window: what is on them fits into it."""

from collections.abc import Iterator
from datetime import time

import pytest
from playwright.sync_api import Browser, expect

from kamizero.model import Role
from review.grounds import Inquiry
from tests.camera import Camera
from tests.desk import NOW
from tests.reviewer import Reviewer
from tests.served import ServedOffice

KANA = "insured.1.name_kana"
KANJI = "insured.1.name_kanji"
BIRTH = "insured.1.birth_date"
ACQUIRED = "insured.1.acquired_on"


@pytest.fixture(params=["ja", "en"])
def ann(
    chromium: Browser, served: ServedOffice, request: pytest.FixtureRequest
) -> Iterator[Reviewer]:
    one = Reviewer(chromium, served, "ann", role=Role.APPROVER, language=request.param)
    yield one
    one.context.close()


def waiting(office: ServedOffice) -> int:
    filing = office.waiting(
        entries=2,
        doubtful=[BIRTH, KANJI, "insured.2.name_kana"],
        other={BIRTH: "1990-05-17", KANJI: "髙崎　大郎"},
        written={KANJI: "髙崎　太郎"},
    )
    office.desk.find(
        filing, "records.birth_date_differs", fields=[BIRTH], record="1990-05-21"
    )
    return filing


def ready(office: ServedOffice) -> int:
    """Reviewed by somebody who changed, decided and waived."""
    filing = office.waiting(doubtful=[KANA, KANJI, BIRTH])
    finding = office.desk.find(filing, "records.name_differs", fields=[KANJI])
    claim = office.desk.claim(filing, person="hanako")
    office.desk.settle(claim, KANA, "ヤマダ　ジロウ")
    office.desk.accept(claim, KANJI, BIRTH)
    ground = Inquiry("総務 鈴木", NOW.date(), time(14, 5), "12月2日の取得です")
    office.desk.decide(claim, ACQUIRED, "9 021202", ground)
    office.desk.waive(claim, finding, why="改姓を電話で確認")
    office.desk.finish(claim)
    return filing


def test_pages_fit_into_a_small_window(ann: Reviewer) -> None:
    office = ann.office
    reviewed, open_one = ready(office), waiting(office)
    for _ in range(4):
        office.waiting()
    pages = {
        "queue": "/queue",
        "review": f"/review/{office.desk.entry_id(open_one)}",
        "approval": f"/approvals/{reviewed}",
        "filing": f"/filings/{reviewed}",
    }
    take = Camera(ann.page)

    for name, path in pages.items():
        ann.go(path)
        expect(ann.page.locator("main")).to_be_visible()
        too_wide = "document.documentElement.scrollWidth > innerWidth"
        assert not ann.page.evaluate(too_wide), name
        if name == "review":
            expect(ann.label).not_to_be_empty()
            ann.choose(BIRTH)
        take.as_it_is(name if ann.language == "ja" else f"{name}-en")
