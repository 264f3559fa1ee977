"""Rules about other filings of the same person and form."""

from collections.abc import Iterator

from forms.occasions import Named, occasions
from kamizero.model import Filed, FilingKind, Severity
from validation.line import Found, Line
from validation.registry import Example, first_line, rule

_CHANGES = (FilingKind.CORRECTION, FilingKind.CANCELLATION)

# Somebody whose acquisition on 2020-12-01 is filed already.
_FILED: Example = first_line(pension_number="5556667778", acquired_on="9 021201")


@rule(
    "common.filed_before",
    Severity.WARNING,
    kinds=(FilingKind.NEW,),
    ja="この人の同じ内容の届書がほかにも届いています（受付番号 {receipt}）。"
    "二重の届出でないか確認してください。",
    en="Another filing tells the same of this person ({receipt}). Check for a double "
    "filing.",
    passes={**_FILED, **first_line(acquired_on="9 021202")},
    fails=_FILED,
)
def filed_before(line: Line) -> Iterator[Found]:
    for named in _occasions(line):
        others = line.filed.get(named.occasion, ()) if named.occasion.when else ()
        for other in others:
            yield _telling_of(line, named, other)
            return


@rule(
    "common.changes_filing",
    Severity.INFO,
    kinds=_CHANGES,
    ja="この届書が訂正・取消をする届書と思われるものがあります（受付番号 {receipt}）。"
    "内容を見比べてください。",
    en="This seems to be the filing that is corrected or cancelled ({receipt}). "
    "Compare the two.",
    passes=first_line(pension_number="1112223334", acquired_on="9 021201"),
    fails={**_FILED, **first_line(acquired_on="9 021202")},
)
def changes_filing(line: Line) -> Iterator[Found]:
    found = _to_change(line)
    if found is not None:
        yield _telling_of(line, *found)


@rule(
    "common.nothing_to_change",
    Severity.INFO,
    kinds=_CHANGES,
    ja="訂正・取消の対象となる届書は、このシステムに届いていません。"
    "以前の処理を登録で確認してください。",
    en="The filing that is corrected or cancelled did not come in here. Check in the "
    "register what was processed before.",
    passes=_FILED,
    fails=first_line(pension_number="1112223334", acquired_on="9 021201"),
)
def nothing_to_change(line: Line) -> Iterator[Found]:
    named = _occasions(line)
    if named and _to_change(line) is None:
        yield line.found_in(dict.fromkeys(one.by for one in named))


def _occasions(line: Line) -> list[Named]:
    if line.n is None:
        return []
    return list(occasions(line.filing.form, line.n, line.filing.value))


def _to_change(line: Line) -> tuple[Named, Filed] | None:
    """What tells of the same occasion, else the newest of the person.

    The day may be just what is corrected.
    """
    named = _occasions(line)
    for one in sorted(named, key=lambda one: one.occasion.when == ""):
        for other in line.filed.get(one.occasion, ()):
            if other.kind is FilingKind.NEW:
                return one, other
    return None


def _telling_of(line: Line, named: Named, other: Filed) -> Found:
    form = line.filing.form
    days = [line.name(item) for items in form.occasion for item in items]
    written = [name for name in (*days, named.by) if line.filing.value(name)]
    found = line.found_in(dict.fromkeys(written), receipt=other.receipt_number)
    return found._replace(about=other.id)
