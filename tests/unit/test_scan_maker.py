"""The scan maker draws what its truth says, and its splits share nothing."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bench.distortions import turned
from bench.make_scans import make_scans
from bench.making import families, kinds_rows
from bench.making.cast import person
from bench.making.damages import hidden_marks, scanned_badly
from bench.making.digits import RealDigits
from bench.making.faces import (
    DEVELOPMENT_DIGITS,
    DEVELOPMENT_TEXT,
    PACKAGES,
    TEST_DIGITS,
    TEST_TEXT,
    require,
)
from bench.making.families import Family
from bench.making.filings import FORMS, draw_filing
from bench.making.mistakes import possible, with_mistakes
from bench.making.page import KINDS, make_page
from bench.making.plan import Plan
from bench.making.splits import SPLITS
from forms.definition import FieldType
from forms.grammar import my_number_is_valid
from forms.library import Library
from kamizero.errors import SetupError, WrongCallError
from kamizero.model import Box, Severity
from samples.making.filing import Filing
from validation.check import check
from validation.examples import example_filing

TODAY = date(2026, 4, 1)

have_typefaces = pytest.mark.skipif(
    not all(face.exists() for face in (*DEVELOPMENT_TEXT, *DEVELOPMENT_DIGITS)),
    reason="the typefaces of the development hands are not installed",
)


def _chance(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _filings(count: int) -> Iterator[Filing]:
    for seed in range(count):
        yield draw_filing(FORMS[seed % len(FORMS)], _chance(seed))


def test_the_splits_share_no_typeface() -> None:
    development = {*DEVELOPMENT_TEXT, *DEVELOPMENT_DIGITS}

    assert not development & {*TEST_TEXT, *TEST_DIGITS}
    assert {face.stem for face in TEST_DIGITS} == set(PACKAGES)


def test_the_splits_know_the_same_damages_with_other_parameters() -> None:
    assert set(families.DEVELOPMENT) == set(families.TEST)
    for name, family in families.DEVELOPMENT.items():
        other = families.TEST[name]
        for mine, theirs in zip(family.degrees, other.degrees, strict=True):
            # Damages are closures: the same parameters make the same cells.
            same = [_parameters(step) for step in mine] == [
                _parameters(step) for step in theirs
            ]
            assert not same or family.jpeg != other.jpeg, name


def _parameters(step: object) -> tuple[object, ...]:
    cells = getattr(step, "__closure__", None) or ()
    return (getattr(step, "__qualname__", ""), *(c.cell_contents for c in cells))


def test_a_missing_typeface_is_named_with_what_brings_it(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"lost\.ttf.*apt-get install"):
        require([tmp_path / "lost.ttf"])


def test_a_filing_without_mistakes_breaks_no_rule() -> None:
    for filing in _filings(30):
        example = example_filing(filing.definition, filing.written)

        findings = check(example, records=None, today=TODAY)

        assert not [f.rule for f in findings if f.severity != Severity.INFO]


@pytest.mark.parametrize("form", sorted({one.form for one in Library.shipped().all()}))
def test_a_filing_of_any_form_is_drawn_without_a_mistake(form: str) -> None:
    for seed in range(4):
        filing = draw_filing(form, _chance(seed))
        example = example_filing(filing.definition, filing.written)

        findings = check(example, records=None, today=TODAY)

        assert not [f.rule for f in findings if f.severity != Severity.INFO]


def test_every_entry_of_a_drawn_filing_is_filled() -> None:
    for filing in _filings(3):
        entries = filing.definition.entries

        names = [n for n in filing.written if n.endswith("name_kanji")]

        assert len(names) == entries


def test_about_one_value_in_twenty_that_can_go_wrong_does() -> None:
    wrong = able = 0
    for seed, filing in enumerate(_filings(90)):
        able += len(list(possible(filing)))
        wrong += len(with_mistakes(filing, _chance(1000 + seed)).wrong)

    assert 0.03 < wrong / able < 0.07


def test_each_mistake_is_found_by_a_rule() -> None:
    missed = []
    for seed, drawn in enumerate(_filings(60)):
        filing = with_mistakes(drawn, _chance(seed))
        example = example_filing(filing.definition, filing.written)
        findings = check(example, records=None, today=TODAY)
        named = {
            name
            for finding in findings
            if finding.severity != Severity.INFO
            for name in finding.fields
        }
        missed += [name for name in filing.wrong if name not in named]

    assert missed == []


def test_a_miscopied_number_fails_its_check_digit() -> None:
    for seed, drawn in enumerate(_filings(60)):
        filing = with_mistakes(drawn, _chance(seed))
        for name, value in filing.written.items():
            if name.endswith(".my_number"):
                assert my_number_is_valid(value) != (name in filing.wrong)


def test_a_person_is_as_old_as_asked_for() -> None:
    who = person(_chance(1), on=date(2024, 4, 1), ages=(71, 75))

    assert date(1949, 4, 1) < who.born < date(1953, 4, 1)
    assert my_number_is_valid(who.my_number)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_each_special_kind_finds_fields_of_its_own(kind: object) -> None:
    plan = Plan.of(next(_filings(1)))

    assert callable(kind)
    kind(plan, _chance(2))

    assert plan.kinds
    assert len(set(plan.kinds.values())) == 1


def test_a_ditto_has_the_value_above() -> None:
    from bench.making.kinds_rows import ditto_marks

    plan = Plan.of(next(_filings(1)))

    ditto_marks(plan, _chance(3))

    for name in plan.kinds:
        prefix, number, item = name.split(".")
        assert plan.truth()[name] == plan.truth()[f"{prefix}.{int(number) - 1}.{item}"]


def test_unused_rows_are_empty_and_the_rest_is_not() -> None:
    from bench.making.kinds_rows import unused_diagonal

    filing = next(_filings(1))
    plan = Plan.of(filing)

    unused_diagonal(plan, _chance(4))

    emptied = {plan.form.field(name).entry for name in plan.kinds}
    assert emptied == {filing.definition.entries}
    assert all(plan.truth()[name] == "" for name in plan.kinds)
    assert plan.truth()["insured.1.name_kanji"] != ""


@have_typefaces
def test_a_later_page_of_a_form_holds_what_stands_on_that_page_alone() -> None:
    form = Library.shipped().get("2202")

    made = make_page(2, split=SPLITS["development"], seed=5, forms=("2202",))

    fields = made.truth["fields"]
    assert isinstance(fields, dict)
    assert {form.field(name).page for name, value in fields.items() if value} == {2}


def test_a_form_for_one_person_is_never_left_without_that_one() -> None:
    plan = Plan.of(draw_filing("UKETORI", _chance(1)))
    written = dict(plan.written)

    kinds_rows.unused_diagonal(plan, _chance(2))

    assert plan.written == written
    assert not plan.acts


@have_typefaces
def test_the_same_seed_gives_the_same_bytes() -> None:
    split = SPLITS["development"]

    one, two = (make_page(3, split=split, seed=5) for _ in range(2))

    assert one.data == two.data
    assert one.truth == two.truth
    assert one.data != make_page(3, split=split, seed=6).data


@have_typefaces
def test_a_folder_holds_its_pages_and_their_truth(tmp_path: Path) -> None:
    paths = list(make_scans(tmp_path, split="development", pages=2, seed=1))

    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))

    assert list(truth) == paths
    for path, (filing,) in truth.items():
        form = Library.shipped().get(f"{filing['form']}@2020-12")
        assert (tmp_path / path).stat().st_size > 50_000
        assert list(filing["fields"]) == [field.name for field in form.fields]
        filled = {name for name, value in filing["fields"].items() if value}
        assert filled <= set(filing["kinds"])


def test_an_unknown_split_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(WrongCallError, match="development, test"):
        list(make_scans(tmp_path, split="training", pages=1, seed=1))


def test_real_digits_are_drawn_as_what_they_are(tmp_path: Path) -> None:
    images = np.zeros((10, 28, 28), np.uint8)
    for digit in range(10):
        images[digit, 4 : 6 + digit * 2, 10:18] = 255
    np.savez(tmp_path / "d.npz", images=images, labels=np.arange(10, dtype=np.uint8))
    real = RealDigits.load(tmp_path / "d.npz")

    mask = np.asarray(real.draw("9", 40, _chance(1)))

    rows = np.flatnonzero(mask.max(axis=1) > 128)
    columns = np.flatnonzero(mask.max(axis=0) > 128)
    assert abs(len(rows) - 40) <= 2
    assert abs(len(columns) - 16) <= 2


def test_a_file_that_holds_no_digits_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.npz").write_bytes(b"no digits")

    with pytest.raises(SetupError, match="--digits"):
        RealDigits.load(tmp_path / "d.npz")


def test_amounts_written_on_drawn_filings_add_up() -> None:
    for filing in _filings(9):
        for name, value in filing.written.items():
            if name.endswith(".remuneration_total"):
                prefix = name.removesuffix("total")
                parts = (filing.written[prefix + p] for p in ("cash", "in_kind"))
                assert int(value) == sum(map(int, parts))


def test_checks_are_ticked_or_empty() -> None:
    for filing in _filings(9):
        for field in filing.definition.fields:
            if field.type is FieldType.CHECK:
                assert filing.written.get(field.name, "1") == "1"


def test_what_a_strong_skew_cuts_off_is_known() -> None:
    page = np.full((468, 331, 3), 255, np.uint8)
    skew = {"skew": Family(2, [[turned(10)]] * 3)}

    befallen = scanned_badly(page, skew, 0, _chance(1), 40)

    assert befallen.holds(Box(95, 140, 20, 10))
    corners = [Box(x, y, 8, 8) for x in (3, 199) for y in (3, 286)]
    assert sum(befallen.holds(corner) for corner in corners) < 4


def test_a_page_scanned_badly_names_its_damages_and_their_degrees() -> None:
    page = np.full((468, 331, 3), 255, np.uint8)

    for first, name in enumerate(families.TEST):
        befallen = scanned_badly(page, families.TEST, first, _chance(first), 40)

        assert befallen.damages[0]["name"] == name
        assert 1 <= len(befallen.damages) <= 3
        assert (befallen.suffix == ".tif") == ("fax" in str(befallen.damages))


def test_marks_are_painted_out_and_nothing_else() -> None:
    page = np.zeros((2339, 1654, 3), np.uint8)
    form = Library.shipped().get("2200@2020-12")

    hidden = hidden_marks(page, form, 200)

    assert (hidden != page).mean() < 0.02
    for mark in form.marks:
        x, y = (round(side * 200 / 25.4) for side in mark.centre)
        assert hidden[y, x].min() == 255
