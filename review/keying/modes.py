"""Which mode a kind of field is settled under: dated data, the latest word holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from kamizero.errors import WrongCallError
from review.keying.kinds import kinds_of
from review.keying.proof import Standing, standings
from review.refusals import NotProvenError
from storage import audit
from storage.tables import ANY, Filing, Mode, ModeReason, ModeRow

MODES = "modes"


@dataclass(frozen=True, slots=True)
class Modes:
    """The rows in force for one form revision on one day, oldest first."""

    rows: tuple[ModeRow, ...]

    def row(self, kind: str) -> ModeRow | None:
        """What was said last about this kind of field, None where nothing was."""
        return next(reversed(self._about(kind)), None)

    def of(self, kind: str) -> Mode:
        row = self.row(kind)
        return Mode(row.mode) if row is not None else Mode.OCR

    def wants_proof(self, kind: str) -> bool:
        """Tell whether it was put on trial, and acceptance not switched on since."""
        decided = [
            row.mode for row in self._about(kind) if row.mode in (Mode.SHADOW, Mode.OCR)
        ]
        return decided[-1:] == [Mode.SHADOW]

    def _about(self, kind: str) -> list[ModeRow]:
        return [row for row in self.rows if row.field in (kind, ANY)]


def modes_on(
    session: Session, *, form: str, revision: str, on: date | None = None
) -> Modes:
    """The modes of a form revision; `on` leaves out what begins later."""
    query = (
        select(ModeRow)
        .where(ModeRow.form == form, ModeRow.revision.in_((revision, ANY)))
        .order_by(ModeRow.from_on, ModeRow.id)
    )
    if on is not None:
        query = query.where(ModeRow.from_on <= on)
    return Modes(tuple(session.scalars(query)))


def set_mode(
    session: Session,
    *,
    definition: FormDefinition,
    field: str,
    mode: Mode,
    from_on: date,
    actor: str,
    now: datetime,
    today: date,
) -> Sequence[ModeRow]:
    """Say how fields of a kind (or ANY) are settled from a day on.

    Whatever was put on trial passes unseen only after the bound holds.

    Raises:
        WrongCallError: there is no such kind of field, or the day is past.
        NotProvenError: `points` names the kinds that are not proven yet.
    """
    kinds = [*kinds_of(definition)] if field == ANY else [field]
    if not set(kinds) <= kinds_of(definition).keys():
        raise WrongCallError(f"Form {definition.name} has no field {field}.")
    if from_on < today:
        raise WrongCallError("A mode begins today or later; what was done is done.")
    proven = _proven(session, definition, kinds) if mode is Mode.OCR else {}
    about = {
        "form": definition.form,
        "revision": definition.revision,
        "mode": mode,
        "from_on": from_on,
        "set_by": actor,
        "set_at": now,
    }
    rows = [ModeRow(**about, field=field, why=ModeReason.PERSON)]
    if proven:
        rows = [row for row in rows if field == ANY]
        rows += [
            ModeRow(**about, field=kind, **_as_proof(proven[kind])) for kind in proven
        ]
    return add_modes(session, rows)


def add_modes(session: Session, rows: Iterable[ModeRow]) -> list[ModeRow]:
    """Put rows in force, each with its event."""
    added = list(rows)
    session.add_all(added)
    session.flush()
    for row in added:
        audit.record(
            session,
            actor=row.set_by,
            act="mode.set",
            subject_kind="form",
            subject_id=f"{row.form}@{row.revision}",
            now=row.set_at,
            body={
                "field": row.field,
                "mode": str(row.mode),
                "from": row.from_on.isoformat(),
                "why": str(row.why),
            },
        )
    return added


def modes_for(session: Session, filing: Filing, *, on: date) -> Modes:
    return modes_on(session, form=filing.form, revision=filing.revision, on=on)


def _proven(
    session: Session, definition: FormDefinition, kinds: Sequence[str]
) -> dict[str, Standing]:
    """The kinds on trial that passed it; all must have, or none begins."""
    modes = modes_on(session, form=definition.form, revision=definition.revision)
    known = standings(session, form=definition.form, revision=definition.revision)
    tried = [kind for kind in kinds if modes.wants_proof(kind)]
    open_ones = [kind for kind in tried if not known[kind].holds]
    if open_ones:
        raise NotProvenError(
            f"{len(open_ones)} kinds of field are not proven on this office's own "
            f"paper yet: {', '.join(open_ones)}. Let people key on.",
            points=open_ones,
        )
    return {kind: known[kind] for kind in tried}


def _as_proof(standing: Standing) -> dict[str, object]:
    return {
        "why": ModeReason.PROOF,
        "proven_n": standing.n,
        "proven_errors": standing.errors,
        "bound": standing.bound,
    }
