"""How what was read compares with what is written, field by field."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from forms.definition import FormDefinition

Line = Mapping[str, Any]
"""One object of `read --json`."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One field of one filing; `expected` and `found` are canonical values."""

    file: str
    name: str
    type: str
    expected: str
    found: str
    accepted: bool

    @property
    def filled(self) -> bool:
        return self.expected != ""

    @property
    def exact(self) -> bool:
        return self.found == self.expected

    @property
    def folder(self) -> str:
        return self.file.split("/")[0]


@dataclass(frozen=True, slots=True)
class WrittenError:
    """A field its writer got wrong, and whether a finding names it."""

    file: str
    name: str
    reported: bool


@dataclass(frozen=True, slots=True)
class FileScore:
    """One file: its fields, its written errors, and what else went wrong."""

    file: str
    fields: tuple[Scored, ...]
    errors: tuple[WrittenError, ...]
    problems: tuple[str, ...]


def score_file(
    file: str,
    truth: Line | Sequence[Line],
    lines: Sequence[Line],
    forms: Mapping[str, FormDefinition],
) -> FileScore:
    """Compare one file's lines with its part of `values.json`."""
    if isinstance(truth, Mapping):
        return FileScore(file, (), (), tuple(_refusal(file, truth["error"], lines)))
    found = [line for line in lines if line.get("form")]
    pairs = list(zip_longest(truth, found))
    fields = (_fields(file, *pair, forms) for pair in pairs if pair[0])
    errors = (_errors(file, *pair) for pair in pairs if pair[0])
    return FileScore(
        file=file,
        fields=tuple(scored for filing in fields for scored in filing),
        errors=tuple(error for filing in errors for error in filing),
        problems=tuple(_problems(file, truth, lines)),
    )


def _fields(
    file: str, truth: Line, line: Line | None, forms: Mapping[str, FormDefinition]
) -> Iterator[Scored]:
    """Every field of a filing; one that was not read has found nothing."""
    readings = _readings(truth, line)
    for field in forms[truth["form"]].fields:
        reading = readings.get(field.name, {"value": "", "accepted": False})
        yield Scored(
            file=file,
            name=field.name,
            type=field.type.value,
            expected=truth["fields"][field.name],
            found=reading["value"],
            accepted=reading["accepted"],
        )


def _readings(truth: Line, line: Line | None) -> dict[str, Line]:
    if line is None or line["form"] != truth["form"]:
        return {}
    return {reading["name"]: reading for reading in line.get("fields", ())}


def _errors(file: str, truth: Line, line: Line | None) -> Iterator[WrittenError]:
    named = {
        name
        for finding in (line or {}).get("findings", ())
        if finding["severity"] in ("error", "warning")
        for name in finding["fields"]
    }
    for name in truth["wrong"]:
        yield WrittenError(file, name, reported=name in named)


def _refusal(file: str, code: str, lines: Sequence[Line]) -> Iterator[str]:
    codes = [line.get("error", {}).get("code", "taken") for line in lines]
    if codes != [code]:
        yield f"{file}: should be refused as {code}, was {', '.join(codes)}"


def _problems(file: str, truth: Sequence[Line], lines: Sequence[Line]) -> Iterator[str]:
    expected = [filing["form"] for filing in truth]
    found = [line["form"] for line in lines if line.get("form")]
    if expected != found:
        yield f"{file}: holds filings {expected or 'of no form'}, found {found}"
    for line in lines:
        if "error" in line:
            yield f"{file}: {line['error']['code']}: {line['error']['message']}"


def all_fields(scores: Iterable[FileScore]) -> list[Scored]:
    return [field for score in scores for field in score.fields]
