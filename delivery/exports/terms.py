"""What one destination gets and how it is written, as its file says."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from delivery.answers.layout import AnswerLayout
from delivery.buckets import BucketTerms
from delivery.exports.fixed import Frame, Place
from delivery.exports.recipients import demand_public
from kamizero.errors import DefinitionError, WrongCallError

# What a column may hold beside the fields of the form.
KEY = "$key"
CORRECTS = "$corrects"
TEXT = "$text"
ABOUT = frozenset(
    {
        TEXT,
        KEY,
        CORRECTS,
        "$receipt_number",
        "$entry",
        "$received_on",
        "$file_number",
        "$line",
    }
)
# How the name of an encrypted file ends.
SEALED = ".age"
_NUMBER = re.compile(r"\{number(?::0[1-9])?\}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")

Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Sign = Annotated[str, Field(min_length=1, max_length=1)]
GaijiCode = Annotated[str, Field(pattern=r"^F[0-9][4-9A-F][0-9A-F]$")]


class Missing(StrEnum):
    """What becomes of a character that the receiver's encoding has not."""

    # The entry stays and waits for a person.
    REFUSE = "refuse"
    # Another one stands in its place, and where it does is listed.
    SUBSTITUTE = "substitute"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Days(StrEnum):
    """How days are written."""

    ISO = "iso"
    # 19900512
    PLAIN = "plain"
    # 7020512: the code of the era, and the year in it.
    ERA = "era"


class Column(_Data):
    """One column: its heading, and the field of the form that stands in it.

    Attributes:
        half_kana: kana are written half width, a sound mark as a sign of its own.
        place: where records have fixed columns.
    """

    heading: Annotated[str, Field(min_length=1, max_length=100)]
    field: Annotated[str, Field(min_length=1, max_length=100)]
    # What stands in each line, where the field is `$text`.
    text: str = ""
    days: Days = Days.ISO
    half_kana: bool = False
    place: Place | None = None


class Attorney(_Data):
    """The labour attorney who files."""

    code: Annotated[str, Field(pattern=r"^\d{8}$")]
    name: Annotated[str, Field(min_length=1, max_length=24)]

    @property
    def said(self) -> tuple[str, str]:
        return self.code, self.name


class TableTerms(_Data):
    """What no filing says of a table of an e-filing.

    Attributes:
        prefecture: code of the offices' prefecture, which is not that of JIS.
        blank_names: a name that the table cannot hold is left blank.
    """

    prefecture: Annotated[str, Field(pattern=r"^\d{2}$")]
    attorney: Attorney | None = None
    blank_names: bool = False


class Terms(_Data):
    """One destination.

    Attributes:
        folder: where files are laid, on a disk that this machine sees.
        bucket: the same in a bucket; one of the two.
        recipients: public keys of who alone can read the files; nobody is needed.
        file_name: with `{number}` or, padded with zeros, `{number:06}`.
        missing, substitute: for what is still not to be written after `instead`.
        instead: signs by what is written for them.
        gaiji: signs by the code, four hexadecimal digits, that the host gave them in
            the user-defined area of CP932.
        formula_guard: whether what a spreadsheet would calculate gets a `'` before it.
        times: when a file is made, office time; nothing new makes no file.
        business_days: only on days on which the office works.
        table: what stands in the head of a table of an e-filing.
        frame: header, trailer and ends of records of fixed columns.
        expires_days: after how many days a file that nobody fetched is removed.
        answers: where the host writes what became of the entries, and how.
    """

    title: Annotated[str, Field(min_length=1, max_length=100)]
    form: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,16}$")]
    site: str | None = None
    folder: Annotated[str, Field(pattern=r"^/")] | None = None
    bucket: BucketTerms | None = None
    recipients: tuple[str, ...] = ()
    file_name: str
    kind: Literal["csv", "jsonl", "fixed", "shfd0006"]
    encoding: Literal["utf-8", "utf-8-sig", "cp932", "shift_jis"] = "utf-8-sig"
    missing: Missing = Missing.REFUSE
    substitute: Sign = "〓"
    instead: dict[Sign, str] = {}
    gaiji: dict[Sign, GaijiCode] = {}
    formula_guard: bool = True
    times: Annotated[tuple[Hour, ...], Field(min_length=1)]
    business_days: bool = True
    columns: tuple[Column, ...] = ()
    table: TableTerms | None = None
    frame: Frame = Frame()
    expires_days: Annotated[int, Field(ge=1, le=365)] | None = None
    answers: AnswerLayout | None = None

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        if (self.folder is None) == (self.bucket is None):
            raise ValueError("files go either to a `folder` or to a `bucket`")
        self._demand_recipients()
        plain = _NUMBER.sub("1", self.file_name, count=1)
        if plain == self.file_name or not _FILE_NAME.fullmatch(plain):
            raise ValueError(
                "file_name is letters, digits and _.- with {number} or {number:06}"
            )
        if len({one.heading for one in self.columns}) < len(self.columns):
            raise ValueError("two columns have the same heading")
        self._demand_gaiji()
        for signs in (self.substitute, *self.instead.values(), *self._headings()):
            if unwritable(signs, self.encoding):
                raise ValueError(f"{signs} cannot be written in {self.encoding}")
        self._demand_places()
        self._demand_table()
        if self.kind == "jsonl" and self.encoding != "utf-8":
            raise ValueError("JSON Lines are utf-8")
        return self

    def _demand_recipients(self) -> None:
        if not self.recipients:
            return
        try:
            demand_public(self.recipients)
        except WrongCallError as error:
            raise ValueError(str(error)) from error
        if not self.file_name.endswith(SEALED):
            raise ValueError(f"what is encrypted is called something{SEALED}")

    def demand_honest_name(self) -> None:
        """Raises DefinitionError where what is plain is called as if encrypted.

        Destinations that were made so before are read as they are.
        """
        if self.file_name.endswith(SEALED) and not self.recipients:
            raise DefinitionError(
                f"What is called something{SEALED} is taken for encrypted: name "
                "`recipients`, or call it otherwise."
            )

    def _demand_gaiji(self) -> None:
        if self.gaiji and self.encoding != "cp932":
            raise ValueError("codes of 外字 are of the encoding cp932")
        twice = set(self.gaiji) & set(self.instead)
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} has both a code and another")
        for sign, code in self.gaiji.items():
            try:
                bytes.fromhex(code).decode("cp932")
            except UnicodeDecodeError as error:
                raise ValueError(f"{sign} has a code that is none: {code}") from error

    def replaced(self, text: str) -> str:
        """The text with what is written in place of its signs."""
        # What CP932 leaves to its users, Unicode leaves to them too.
        codes = {
            one: bytes.fromhex(at).decode("cp932") for one, at in self.gaiji.items()
        }
        signs = {**self.instead, **codes}
        return text.translate({ord(one): other for one, other in signs.items()})

    def _demand_table(self) -> None:
        is_table = self.kind == "shfd0006"
        if (self.table is not None) != is_table or bool(self.columns) == is_table:
            raise ValueError("the kind shfd0006 has a `table`, every other `columns`")
        if is_table and not self.recipients:
            raise ValueError(
                "My Numbers stand in tables of e-filings: name `recipients` who alone "
                "can read them"
            )
        if is_table and (self.instead or self.encoding != "utf-8-sig"):
            raise ValueError("how a table is written stands in its own rules")

    def _demand_places(self) -> None:
        is_fixed = self.kind == "fixed"
        for column in self.columns:
            if (column.place is not None) != is_fixed:
                raise ValueError("every column has a place where the kind is fixed")
            if (column.field == TEXT) != bool(column.text):
                raise ValueError("`text` goes with the field $text")
        if self.frame != Frame() and not is_fixed:
            raise ValueError("a frame is of the kind fixed")
        if is_fixed and self.encoding == "utf-8-sig":
            raise ValueError("records of fixed columns have no BOM; say utf-8 or cp932")
        if not self.frame.summed <= set(self._headings()):
            raise ValueError("a total is of a column that is not there")
        for text in self.frame.misfits(self.encoding):
            raise ValueError(f"{text} does not stand in its column")

    @property
    def where(self) -> str:
        """The place of the files, as people are told."""
        return self.bucket.where if self.bucket else self.folder or ""

    def named(self, number: int) -> str:
        """What the file of this number is called."""
        return self.file_name.format(number=number)

    def _headings(self) -> tuple[str, ...]:
        return tuple(one.heading for one in self.columns)


def load(path: Path) -> Terms:
    """The terms in a YAML file. Raises DefinitionError."""
    try:
        said = read(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DefinitionError(
            f"{path} cannot be read as YAML in UTF-8: {error}."
        ) from error
    said.demand_honest_name()
    return said


def read(said: Any) -> Terms:
    """The terms that data says. Raises DefinitionError."""
    try:
        return Terms.model_validate(said)
    except ValidationError as error:
        raise DefinitionError(
            "The destination cannot be used: "
            + "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
                for one in error.errors()[:5]
            )
            + "."
        ) from error


def unwritable(text: str, encoding: str) -> frozenset[str]:
    """The characters of a text that an encoding has not."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return frozenset(sign for sign in text if not _has(encoding, sign))
    return frozenset()


def _has(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
