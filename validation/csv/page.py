"""The page on tables of e-filings, written from the layouts and rules themselves."""

from collections.abc import Iterator

from forms.csv.layout import FIRST_SPEC, Item, Layout
from forms.csv.layouts import form_codes, layouts, office_layout
from validation.csv.registry import TableRule
from validation.csv.rules import table_rules
from validation.csv.values import BEYOND_THE_LISTS, NOT_FOR_TABLES

_INTRODUCTION = """\
# Tables of e-filings (SHFD0006.CSV)

`kamizero csv check FILE` says line by line and item by item what is wrong with a table.
It ends with 0 where nothing is wrong or only warnings are, 1 at errors in lines, 3 where nothing of the file can be taken.
`--json` prints one object a problem: `file`, `line`, `item`, `name`, `severity`, `rule`, `message`.

```text
SHFD0006.CSV:6:10: error[common.date_does_not_exist]: ...
```

`kamizero csv write --out SHFD0006.CSV --prefecture 21 [FILING]...` writes approved entries, as they were decided, into one table of all their offices; `--attorney CODE:NAME` files for a labour attorney.
The kana that 2221, 2225 and 2265 do not ask on paper are those of the records, where number, name and birth date agree.
A kanji the file cannot hold takes its usual form; where it has none, or with `--blank-names`, the name is left blank.
Each item that is written otherwise than decided, or left out, is told with its line, and the file is checked at once; an event keeps its SHA-256.
The prefecture stands on no paper, and the bonus form on paper has no name in kana: fill that item in before filing.

A table is read liberally: other line ends, a byte order mark, UTF-8, blank lines and full width are told and read all the same.
It is written strictly: CP932 within JIS X 0201 and JIS X 0208, CR LF, no quotes, no comma in a value, every comma of a blank item.
What is right reads and writes back byte for byte.
Lengths count bytes of the file.
What is marked uncertain was not seen in an official text, and is a warning at most.

Its lines are: the head (maker, serial 001 to 999, day YYYYMMDD, `22223`), `[kanri]`, the number of offices, one line an office, `[data]`, one line a person.
A labour attorney's file begins with two blank items and the attorney's code, and names the attorney before the number of offices.
At most 999 offices stand in a file, and it stays below 4,500,000 bytes.

The layouts are data in `forms/csv/lines`; an item says which field of the form it is, so that the rules of [rules.md](rules.md) are asked about rows too, under the same ids.
"""  # noqa: E501 - one sentence a line, as it stands in the page.


def tables_markdown() -> str:
    """All layouts and rules as a Markdown page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield from _items(office_layout())
    for code in form_codes():
        yield from _items(layouts()[code][-1])
    yield "## Rules on tables\n"
    yield "| id | severity | Japanese | English |"
    yield "|---|---|---|---|"
    yield from (_rule(rule) for _, rule in sorted(table_rules().items()))
    yield ""
    yield "## Rules of the forms that rows are not asked\n"
    yield "What only paper can show, or what the rules above say more exactly:\n"
    yield from (f"- `{id_}`" for id_ in sorted(_not_asked()))
    yield ""
    names = ", ".join(f"`{id_}`" for id_ in sorted(BEYOND_THE_LISTS))
    yield f"A warning at most, as no published list demands it: {names}."
    yield ""


def _items(layout: Layout) -> Iterator[str]:
    counts = [
        f"{len(one.items)} items from {one.spec}" for one in layouts()[layout.code]
    ]
    yield f"## {layout.code}: {layout.title} ({layout.title_en})\n"
    yield ", ".join(counts) + ".\n"
    yield "| item | name | | holds | bytes | required | codes | field |"
    yield "|---|---|---|---|---|---|---|---|"
    yield from (_item(item) for item in layout.items)
    yield ""


def _item(item: Item) -> str:
    since = f" (from {item.since})" if item.since != FIRST_SPEC else ""
    unsure = " *uncertain*" if item.uncertain else ""
    cells = (
        str(item.n),
        item.label,
        f"{item.label_en}{since}{unsure}",
        item.holds,
        _bytes(item),
        "yes" if item.required else "",
        " ".join(f"{code}={label}" for code, label in item.codes.items()),
        f"`{item.field}`" if item.field else "",
    )
    return f"| {' | '.join(cells)} |"


def _bytes(item: Item) -> str:
    if item.lengths:
        return " or ".join(str(size) for size in item.lengths)
    if item.length:
        return str(item.length)
    if item.least:
        return f"{item.least} to {item.most}"
    return f"at most {item.most}" if item.most else ""


def _rule(rule: TableRule) -> str:
    cells = (f"`{rule.id}`", rule.severity.value, rule.message.ja, rule.message.en)
    return f"| {' | '.join(cells)} |"


def _not_asked() -> frozenset[str]:
    restated = [layouts()[code][-1].restated() for code in form_codes()]
    return NOT_FOR_TABLES.union(*restated)
