"""A disc or an e-filing as the desk shows it: what it holds, and what it declares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from forms.csv.layouts import form_codes
from storage import medium
from storage.tables import Arrival, Bundle, BundleKind, MediaFile


@dataclass(frozen=True, slots=True)
class FormCount:
    """Records of one form; `declared` is None where nobody said."""

    code: str
    found: int
    declared: int | None

    @property
    def differs(self) -> bool:
        return self.declared is not None and self.declared != self.found


@dataclass(frozen=True, slots=True)
class FileOnMedium:
    """One file that came on it; `role` is empty for a paper."""

    source: str
    state: str
    role: str
    serial: str | None
    made_on: date | None
    error_code: str | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class MediumView:
    """What the desk shows beside the papers.

    Attributes:
        codes: every form code that may be declared, those it holds among them.
    """

    kind: str
    number: str
    offices: int
    declared_offices: int | None
    declared_records: Mapping[str, int] | None
    forms: Sequence[FormCount]
    files: Sequence[FileOnMedium]
    codes: Sequence[str]


def medium_view(session: Session, bundle: Bundle) -> MediumView | None:
    """What came on a medium; None for a bundle of paper."""
    if bundle.kind != BundleKind.MEDIA or bundle.medium is None:
        return None
    found = medium.found_records(session, bundle)
    declared = bundle.declared_records
    named = sorted(found.keys() | (declared or {}).keys())
    return MediumView(
        kind=bundle.medium,
        number=bundle.number,
        offices=medium.found_offices(session, bundle),
        declared_offices=bundle.declared_offices,
        declared_records=declared,
        forms=[
            FormCount(
                code,
                found.get(code, 0),
                None if declared is None else declared.get(code, 0),
            )
            for code in named
        ],
        files=[_file(session, one) for one in medium.arrivals(session, bundle)],
        codes=[*form_codes(), *(code for code in named if code not in form_codes())],
    )


def _file(session: Session, arrival: Arrival) -> FileOnMedium:
    counted = session.get(MediaFile, arrival.id)
    return FileOnMedium(
        source=arrival.source,
        state=arrival.state,
        role=counted.role if counted else "",
        serial=counted.serial if counted else None,
        made_on=counted.made_on if counted else None,
        error_code=arrival.error_code,
        error_message=arrival.error_message,
    )
