"""What `bench read` counts, and what its tables and pictures show."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from bench.doubts import doubt_lines
from bench.measured import Measured, Seconds, errors_of, fields_of
from bench.measuring import Measurement, PeerField, evenly, truth_of
from bench.memory import growth_of, resident_mb
from bench.ours import PageRead, read_page
from bench.reliability import bins, draw
from bench.report import misses, report_of, table
from bench.timing import Spent, Stopwatch, TimedRecogniser
from bench.worst import WorstErrors
from forms.fill import fill
from forms.library import Library
from ingest.page_image import Limits
from kamizero.cli import app
from kamizero.errors import MissingError
from kamizero.model import (
    Box,
    FieldState,
    FilingKind,
    Finding,
    LocalText,
    PageKind,
    Reading,
    Severity,
)
from ocr.engine import GreyImage, Posteriors
from ocr.page import Look
from workers.reading import FilingReading

FORM = Library.shipped().get("2265@2020-12")


class BlindRecogniser:
    """Sees nothing anywhere."""

    name = "blind"
    alphabet = ("", *"0123456789")

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        blank = np.eye(1, len(self.alphabet), dtype=np.float32)
        # Models give a step for eight columns of a line 48 pixels high.
        return [np.repeat(blank, 6 * w // h + 1, axis=0) for h, w in shapes(lines)]


def shapes(lines: Sequence[GreyImage]) -> list[tuple[int, int]]:
    return [(line.shape[0], line.shape[1]) for line in lines]


def _reading(name: str, value: str, **but: Any) -> Reading:
    given: dict[str, Any] = {
        "name": name,
        "state": FieldState.READ if value else FieldState.BLANK,
        "value": value,
        "text": value,
        "confidence": 0.99,
        "accepted": True,
        "chosen_by": None,
        "page": 1,
        "box_px": Box(10, 10, 60, 20),
        "alternatives": (),
        "engine": "fake",
    }
    return Reading(**(given | but))


def _filing(*readings: Reading, finds: tuple[str, ...] = ()) -> FilingReading:
    finding = Finding(
        rule="some.rule",
        severity=Severity.ERROR,
        fields=finds,
        message=LocalText("誤り", "an error"),
    )
    return FilingReading(FilingKind.NEW, readings, (finding,) if finds else ())


def _truth(**fields: str) -> dict[str, Any]:
    values = {field.name: "" for field in FORM.fields} | {
        name.replace("_1_", ".1."): value for name, value in fields.items()
    }
    return {
        "form": "2265",
        "fields": values,
        "kinds": {name: "plain" for name, value in values.items() if value},
        "states": {},
        "wrong": [],
        "written": {},
        "quality": "clean",
        "damages": [],
        "hands": ["a hand"],
        "kind": "new",
    }


def _measured(
    truth: Mapping[str, Any], reading: FilingReading | None
) -> dict[str, Measured]:
    return {one.name: one for one in fields_of("clean/1.jpg", truth, FORM, reading)}


def _one(**but: Any) -> Measured:
    given: dict[str, Any] = {
        "file": "clean/1.jpg",
        "name": "insured.1.name_kanji",
        "type": "text",
        "kind": "plain",
        "quality": "clean",
        "expected": "佐藤　花子",
        "found": "佐藤　花子",
        "state": "read",
        "right": True,
        "accepted": True,
        "confidence": 0.99,
    }
    return Measured(**(given | but))


def test_a_value_read_as_written_is_right() -> None:
    truth = _truth(insured_1_name_kanji="佐藤　花子", insured_1_bonus_cash="280000")
    reading = _filing(
        _reading("insured.1.name_kanji", "佐藤　花子"),
        _reading("insured.1.bonus_cash", "230000"),
    )

    fields = _measured(truth, reading)

    assert fields["insured.1.name_kanji"].right
    assert fields["insured.1.bonus_cash"].accepted_wrong


def test_of_a_page_that_was_not_read_nothing_is_right_not_even_what_is_blank() -> None:
    fields = _measured(_truth(insured_1_name_kanji="佐藤　花子"), None)

    assert not any(one.right or one.accepted for one in fields.values())


def test_a_day_that_does_not_exist_is_right_where_its_writing_is() -> None:
    name = "insured.1.birth_date"
    truth = _truth() | {"written": {name: "7 020230"}, "kinds": {name: "plain"}}

    def read(text: str) -> bool:
        one = _reading(name, "", text=text, state=FieldState.READ)
        return _measured(truth, _filing(one))[name].right

    assert read("7 020230")
    assert not read("7 020228")


def test_two_circled_choices_are_not_a_forgotten_one() -> None:
    name = "insured.1.over70"
    truth = _truth() | {"states": {name: "several"}, "kinds": {name: "two circled"}}

    def read(state: FieldState) -> bool:
        return _measured(truth, _filing(_reading(name, "", state=state)))[name].right

    assert read(FieldState.SEVERAL)
    assert not read(FieldState.BLANK)


def test_a_written_error_counts_as_found_where_a_finding_names_it() -> None:
    truth = _truth() | {"wrong": ["insured.1.bonus_total", "paid_on"]}

    errors = list(errors_of("1.jpg", truth, _filing(finds=("paid_on",))))

    assert [(one.name, one.reported) for one in errors] == [
        ("insured.1.bonus_total", False),
        ("paid_on", True),
    ]


def test_a_subset_is_drawn_evenly() -> None:
    files = [str(n) for n in range(10)]

    assert evenly(files, None) == files
    assert evenly(files, 4) == ["0", "2", "5", "7"]
    assert evenly(files, 0) == []


def test_a_folder_without_truth_says_how_to_make_scans(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="bench scans"):
        truth_of(tmp_path)


def test_the_recogniser_is_timed_and_its_pictures_are_kept_for_the_floor() -> None:
    engine = TimedRecogniser(BlindRecogniser())
    line = np.full((48, 100), 255, np.uint8)

    engine.posteriors([line, line])
    engine.posteriors([line])

    assert len(engine.lines) == 3
    assert engine.seconds > 0
    assert engine.floor() > 0
    engine.reset()
    assert engine.first_asked is None
    assert engine.seconds == 0


def _page(form: str, tmp_path: Path) -> PageRead:
    definition = Library.shipped().get(f"{form}@2020-12")
    path = tmp_path / "page.png"
    fill(definition, {"office.number": "12345"})[0].save(path, dpi=(200, 200))
    return read_page(
        path.read_bytes(),
        form="2201",
        library=Library.shipped(),
        engine=TimedRecogniser(BlindRecogniser()),
        limits=Limits(),
        today=date(2026, 4, 1),
    )


def test_the_steps_of_reading_add_up_to_its_time(tmp_path: Path) -> None:
    read = _page("2201", tmp_path)

    seconds = read.seconds
    parts = (seconds.decode, seconds.look, seconds.crops, seconds.recogniser)
    assert read.reading is not None
    assert all(part >= 0 for part in (*parts, seconds.rest))
    assert seconds.cells > 0
    assert seconds.all == pytest.approx(sum(parts) + seconds.cells + seconds.rest)


def test_the_processor_s_seconds_are_also_those_of_programs_that_were_run() -> None:
    watch = Stopwatch()
    busy = "import time\nwhile time.process_time() < 0.2: pass"

    subprocess.run([sys.executable, "-c", busy], check=True)

    assert watch.spent().processor >= 0.2


def test_a_page_taken_for_another_form_is_not_read(tmp_path: Path) -> None:
    assert _page("2200", tmp_path).reading is None


def _measurement() -> Measurement:
    file = "clean/1.jpg"
    return Measurement(
        fields=[
            _one(),
            _one(name="insured.2.name_kanji", found="佐藤　化子", right=False),
            _one(kind="dirt in empty box", expected="", found="", confidence=0.9),
            _one(kind="blank", expected="", found=""),
        ],
        errors=list(errors_of(file, _truth() | {"wrong": ["paid_on"]}, None)),
        seconds={file: Seconds(0.1, 0.1, 0.1, 0.5, 0.1, cells=0.1)},
        qualities={file: "clean"},
        floors={file: 0.5},
        kinds={file: ("correction", "new", True)},
        peer_files=[file],
        spent={file: Spent(1.0, 0.5)},
        peer_spent={"Other, full page": [Spent(4.0, 6.0)]},
        peer_fields=[PeerField("Other, full page", "text", "clean", found=True)],
    )


def test_a_report_counts_ordinary_writing_and_special_kinds_apart() -> None:
    report = report_of(_measurement(), engine="fake", threads=1)

    rows = {row["row"]: row for row in report["rows"]}
    assert rows["clean text"]["fields"] == 2
    assert rows["clean text"]["exact"] == 1
    assert rows["clean text"]["accepted_wrong"] == 1
    assert rows["clean text"]["peers"] == {"Other, full page": {"found": 1, "of": 1}}
    assert rows["dirt in empty box"]["exact"] == 1
    assert rows["all that is written"]["fields"] == 3
    assert rows["nothing written"]["fields"] == 1
    assert report["errors"]["not_reported"] == ["clean/1.jpg paid_on"]
    assert report["peers"][0]["found"] == 1


def test_the_table_shows_bounds_shares_and_how_much_slower_others_are() -> None:
    text = table(report_of(_measurement(), engine="fake", threads=1))

    assert "all else / both models" in text
    assert "0.67" in text
    assert "4.0x" in text
    assert "12.0x" in text
    assert "written errors found: 0 of 1" in text
    assert "97.47%" in text


def test_a_report_holds_nothing_of_what_is_written() -> None:
    assert "佐藤" not in str(report_of(_measurement(), engine="fake", threads=1))


def test_misses_show_what_was_written_and_read() -> None:
    (line,) = misses(_measurement().fields)

    assert "佐藤\\u3000花子" in line
    assert "佐藤\\u3000化子" in line
    assert line.startswith(" * ")


def test_bins_hold_every_field_once() -> None:
    confidences = (0.0, 0.3, 0.5, 0.97, 0.999, 1.0)

    found = list(bins([_one(confidence=one) for one in confidences]))

    assert sum(one.fields for one in found) == len(confidences)
    assert found[-1].promised == pytest.approx(0.9995)


def test_the_reliability_diagram_is_a_picture(tmp_path: Path) -> None:
    fields = [_one(), _one(type="date", right=False, confidence=0.4)]

    draw(fields, tmp_path / "pictures" / "reliability.png")

    with Image.open(tmp_path / "pictures" / "reliability.png") as picture:
        assert picture.width > 400


def test_the_worst_errors_are_the_accepted_ones_then_the_surest(tmp_path: Path) -> None:
    picture = np.full((200, 300, 3), 255, np.uint8)
    names = [f"insured.{n}.name_kanji" for n in range(1, 5)]
    look = Look(image=picture, kind=PageKind.FORM)
    filing = _filing(*(_reading(name, "佐藤") for name in names))
    read = PageRead(picture, look, filing, Seconds(), Spent(0.0, 0.0))
    worst = WorstErrors(2)
    fields = [
        _one(name=names[0], right=False, accepted=False, confidence=0.9),
        _one(name=names[1], right=False, accepted=True, confidence=0.2),
        _one(name=names[2], right=False, accepted=False, confidence=0.4),
        _one(name=names[3], right=True),
    ]

    worst.take(read, fields, _truth())

    assert worst.names() == [names[1], names[0]]
    paths = worst.write(tmp_path)
    assert [path.name for path in paths] == ["worst-01.png", "worst-02.png"]
    assert all(path.stat().st_size > 1000 for path in paths)


def test_memory_that_grows_is_seen_and_loading_models_is_not() -> None:
    flat = [100.0] + [500.0] * 40
    grows = [500.0 + n * 5 for n in range(40)]

    assert growth_of(flat) == pytest.approx(1.0)
    assert growth_of(grows) > 1.2
    assert resident_mb() > 20


def test_the_command_names_a_folder_without_scans(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bench", "read", "--scans", str(tmp_path)])

    assert isinstance(result.exception, MissingError)


def test_doubts_are_counted_where_they_kept_what_was_read_rightly() -> None:
    fields = [
        _one(),
        _one(accepted=False, doubts=("faint", "not sure")),
        _one(accepted=False, doubts=("faint",)),
        _one(accepted=False, right=False, doubts=("gap",)),
        _one(accepted=False, kind="faint pencil", doubts=("gap",)),
        _one(right=False, found="佐藤　化子"),
    ]

    first, *named = doubt_lines(fields)

    assert first == "clean text: 5 written, 3 exact, 2 accepted"
    assert [line.split() for line in named] == [
        ["40.0%", "1", "alone", "faint"],
        ["20.0%", "0", "alone", "not", "sure"],
    ]
