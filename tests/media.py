"""Made-up discs and e-filings: a table of records, a summary, a letter."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

from sqlalchemy import select

from forms.library import Library
from ingest.intake import Delivery, Incoming, Intake
from ingest.page_image import Limits
from storage.balance import weigh
from storage.tables import Bundle, BundleKind, Site
from tests.desk import NOW, Desk
from tests.scanner import saved, sheet
from tests.workshop import rooms
from workers.loop import Loop

ITEMS = {"2200700": 34, "2201700": 27, "2202700": 139, "2265700": 21}
OFFICE = (
    "21,01,ｹｲﾄ,{n},100,0000,東京都千代田区霞が関９－９－{n},"
    "見本商事株式会社,見本　太郎,03,0000,000{n}"
)


def a_table(
    records: Mapping[str, int],
    *,
    serial: str = "003",
    offices: int = 1,
    said: int | None = None,
) -> bytes:
    """SHFD0006.CSV with so many made-up rows of each form code."""
    lines = [
        f"21,01,ｹｲﾄ,{serial},20201201,22223",
        "[kanri]",
        f",{offices if said is None else said:03d}",
        *(OFFICE.format(n=n) for n in range(1, offices + 1)),
        "[data]",
        *(a_row(code, n) for code, count in records.items() for n in range(count)),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("cp932")


def a_row(code: str, n: int) -> str:
    """One record of nobody; the name tells it from the next."""
    items = [code, "21", "01", "ｹｲﾄ", "123", str(n + 1), "ﾐﾎﾝ ﾀﾛｳ", "見本　太郎"]
    return ",".join([*items, *([""] * (ITEMS[code] - len(items)))])


def a_summary(
    records: Mapping[str, int], *, offices: int = 1, number: str = ""
) -> bytes:
    """総括票.csv that declares this."""
    lines = ["総括票", *([number] if number else []), f"事業所,{offices}"]
    lines += [f"{code},{count}" for code, count in records.items()]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def a_letter(number: int = 1) -> bytes:
    """A paper that lies with them, scanned."""
    return saved(sheet(number), "PNG", dpi=(200, 200))


def take_in(desk: Desk, files: Mapping[str, bytes]) -> int:
    intake = Intake(
        database=desk.database,
        store=desk.store,
        limits=Limits(),
        short_lock=timedelta(days=120),
        clock=lambda: NOW,
        hint=lambda _: None,
    )
    incoming = [Incoming(name, partial(bytes, data)) for name, data in files.items()]
    with desk.database.begin() as session:
        session.merge(Site(code="main", name="本所"))
    delivery = Delivery("webdav", "ken", "main", date(2020, 12, 9))
    return intake.receive(incoming, delivery)


def work_off(desk: Desk, *, library: Library | None = None) -> None:
    loop = Loop(rooms(desk, library=library), worker="w")
    while loop.work_once():
        pass


def media(desk: Desk) -> list[tuple[str | None, str, tuple[str, ...]]]:
    """Medium, number and issues of each, the oldest first."""
    with desk.database.look() as session:
        found = session.scalars(
            select(Bundle).where(Bundle.kind == BundleKind.MEDIA).order_by(Bundle.id)
        )
        return [(one.medium, one.number, weigh(session, one).issues) for one in found]


def issues(desk: Desk) -> tuple[str, ...]:
    ((_, _, found),) = media(desk)
    return found


def the_medium(desk: Desk) -> int:
    with desk.database.look() as session:
        return session.scalars(select(Bundle.id)).one()
