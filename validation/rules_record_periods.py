"""Rules that compare an entry's event with the periods of insurance on record."""

from collections.abc import Iterator
from datetime import date

from kamizero.model import FilingKind, Severity
from kamizero.records import InsuredRecord, RecordKind
from validation.line import Found, Line
from validation.payment import paid_on, payment_field
from validation.records import named_person, persons_named_by
from validation.registry import Example, first_line, rule

# A person of the example register who is insured at 01-ケイト since 2018-04-01, and
# one who left it: their insurance ended on 2020-04-01.
_INSURED: Example = {
    "office.symbol": "01-ケイト",
    **first_line(my_number="123456789018"),
}
_GONE: Example = {
    "office.symbol": "01-ケイト",
    **first_line(pension_number="9876543210"),
}
_ELSEWHERE: Example = {**_INSURED, "office.symbol": "21-モミジ"}


@rule(
    "records.already_insured",
    Severity.ERROR,
    kinds=(FilingKind.NEW,),
    needs=RecordKind.INSURED,
    ja="この人は同じ事業所ですでに資格を取得しています。"
    "二重の届出でないか確認してください。",
    en="The person is already insured at this office. Check for a double filing.",
    fields=("acquired_on",),
    passes={**_GONE, **first_line(acquired_on="9 030101")},
    fails={**_INSURED, **first_line(acquired_on="9 030101")},
)
def already_insured(line: Line) -> Iterator[Found]:
    # Rehired after retirement: the loss is filed together with the acquisition.
    if line.ticked("rehired"):
        return
    for record in _records_here(line):
        if record.acquired_on and record.lost_on is None:
            yield _about_person(
                line, "acquired_on", record=f"{record.acquired_on.isoformat()} 取得"
            )


@rule(
    "records.already_lost",
    Severity.ERROR,
    kinds=(FilingKind.NEW,),
    needs=RecordKind.INSURED,
    ja="この人はこの事業所ですでに資格を喪失しています。"
    "二重の届出でないか確認してください。",
    en="The person's insurance at this office has already ended. Check for a double "
    "filing.",
    fields=("lost_on",),
    passes={**_INSURED, **first_line(lost_on="9 030101")},
    fails={**_GONE, **first_line(lost_on="9 030101")},
)
def already_lost(line: Line) -> Iterator[Found]:
    here = _records_here(line)
    ends = [record.lost_on for record in here if record.lost_on]
    if ends and len(ends) == len(here):
        yield _about_person(line, "lost_on", record=f"{max(ends).isoformat()} 喪失")


@rule(
    "records.not_insured_here",
    Severity.WARNING,
    needs=RecordKind.INSURED,
    ja="この人はこの事業所の被保険者として登録されていません。"
    "事業所と番号を確認してください。",
    en="The person is not on record at this office. Check office and number.",
    newcomers=False,
    passes=_INSURED,
    fails=_ELSEWHERE,
)
def not_insured_here(line: Line) -> Iterator[Found]:
    match = named_person(line)
    if match and line.value("office.symbol") and not _records_here(line):
        record = match.record.office_symbol
        yield line.found(match.by, "office.symbol", record=record)


@rule(
    "records.lost_before_acquired",
    Severity.ERROR,
    needs=RecordKind.INSURED,
    ja="資格喪失日が、登録されている資格取得日以前です。喪失日を確認してください。",
    en="The insurance ends on or before the day it began on record. Check the day.",
    fields=("lost_on",),
    passes={**_INSURED, **first_line(lost_on="7 300402")},
    fails={**_INSURED, **first_line(lost_on="7 300331")},
)
def lost_before_acquired(line: Line) -> Iterator[Found]:
    lost = line.date("lost_on")
    begun = [r.acquired_on for r in _records_here(line) if r.acquired_on]
    if lost and begun and lost < min(begun):
        yield _about_person(line, "lost_on", record=f"{min(begun).isoformat()} 取得")


@rule(
    "records.paid_while_not_insured",
    Severity.WARNING,
    needs=RecordKind.INSURED,
    ja="賞与支払日に、この事業所の被保険者ではありません。"
    "支払日と資格を確認してください。",
    en="On the day of payment the person was not insured at this office. Check both.",
    fields=("paid_on",),
    passes={**_INSURED, "paid_on": "9 021210"},
    fails={**_GONE, "paid_on": "9 021210"},
)
def paid_while_not_insured(line: Line) -> Iterator[Found]:
    paid, here = paid_on(line), _records_here(line)
    if not paid or not here:
        return
    if not any(_runs_on(record, paid) for record in here):
        match = named_person(line)
        naming = (line.name(match.by),) if match else ()
        yield line.found_in((payment_field(line), *naming))


def _records_here(line: Line) -> list[InsuredRecord]:
    """All periods of the entry's person at the filing's office."""
    match = named_person(line)
    symbol = line.value("office.symbol")
    if match is None or not symbol:
        return []
    return [r for r in persons_named_by(line, match.by) if r.office_symbol == symbol]


def _runs_on(record: InsuredRecord, day: date) -> bool:
    begun = record.acquired_on is None or record.acquired_on <= day
    return begun and (record.lost_on is None or day < record.lost_on)


def _about_person(line: Line, item: str, *, record: str) -> Found:
    match = named_person(line)
    naming = (match.by,) if match else ()
    return line.found(item, *naming, "office.symbol", record=record)
