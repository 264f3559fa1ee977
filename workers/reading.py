"""Reading one filing as a whole: fields, then the rules that may doubt them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from forms.definition import FormDefinition
from kamizero.model import (
    Candidate,
    FilingKind,
    Finding,
    LocalText,
    Reading,
    Severity,
)
from ocr.engine import Recogniser
from ocr.form import FormReading, read_form
from ocr.page import Look
from validation.check import check, doubted
from validation.filing import FilingValues

MISREAD = "may be misread"
"""The doubt about a reading of which another candidate would clear a finding."""

_KIND_MESSAGES = {
    FilingKind.NEW: LocalText(
        ja="表題の欄または記入欄に、新規の届にはない書き込みや赤字があるか、"
        "表題の欄の一部が写っていません。訂正届・取消届でないか確認してください。",
        en="By the title or in red something may be written that a new notice does "
        "not have, or the title is not all on the picture. See whether it is a "
        "correction or a cancellation.",
    ),
    FilingKind.CORRECTION: LocalText(
        ja="訂正届と読み取りました。赤字は訂正前、黒字は訂正後の内容です。"
        "画像で確認してください。",
        en="Read as a correction: red is what was filed before, black is the new "
        "value. Check it on the picture.",
    ),
    FilingKind.CANCELLATION: LocalText(
        ja="取消届と読み取りました。画像で確認してください。",
        en="Read as a cancellation. Check it on the picture.",
    ),
}


@dataclass(frozen=True, slots=True)
class FilingReading:
    """What stands on one filing, before any record was asked."""

    kind: FilingKind
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]


def read_filing(
    looks: Sequence[Look],
    *,
    definition: FormDefinition,
    engine: Recogniser,
    today: date,
) -> FilingReading:
    """Read every field of the definition from its pages.

    A reading keeps its acceptance only where no plausible other candidate would
    clear a finding: what the paper says wrongly stays, what was misread does not.

    Raises:
        RegistrationError: a page does not fit the form well enough to be read.
    """
    form = read_form(looks, definition=definition, engine=engine)
    values = FilingValues.of_readings(definition, form.kind, form.readings)
    findings = check(values, records=None, today=today)
    doubts = doubted(
        values, findings, candidates_of(form.readings), records=None, today=today
    )
    return FilingReading(
        kind=form.kind,
        readings=tuple(
            _doubted(reading) if reading.name in doubts else reading
            for reading in form.readings
        ),
        findings=(*findings, *_disagreements(form), *_kind(form)),
    )


def _doubted(reading: Reading) -> Reading:
    return replace(reading, accepted=False, doubts=(*reading.doubts, MISREAD))


def candidates_of(readings: Sequence[Reading]) -> Mapping[str, Sequence[Candidate]]:
    """The other ways each field could be read, by field name."""
    return {reading.name: reading.alternatives for reading in readings}


def _disagreements(form: FormReading) -> list[Finding]:
    return [
        Finding(
            rule="reading.text_and_picture_differ",
            severity=Severity.WARNING,
            fields=(name,),
            message=LocalText(
                ja="PDFに埋め込まれた文字と、見えている文字が一致しません。"
                "画像で確認してください。",
                en="The PDF's text differs from what is visible on the page. "
                "Check it on the picture.",
            ),
        )
        for name in form.disagreements
    ]


def _kind(form: FormReading) -> list[Finding]:
    """A person looks at the kind of whatever is not plainly a new notice."""
    if form.kind_plain:
        return []
    return [
        Finding(
            rule="reading.kind_to_be_seen",
            severity=Severity.WARNING,
            fields=(),
            message=_KIND_MESSAGES[form.kind],
        )
    ]
