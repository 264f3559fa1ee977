"""How a form's kinds of field are settled, and what their readings proved here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from review.keying.kinds import kinds_of
from review.keying.modes import modes_on
from review.keying.proof import Standing, standings
from storage.tables import ANY, TARGET, Mode, ModeReason, ModeRow
from web.shown.fields import label_of

_HISTORY = 30


@dataclass(frozen=True, slots=True)
class KindView:
    """One kind of field; `holds` says that acceptance may be switched on."""

    kind: str
    item: str
    label: str
    mode: str
    why: str
    n: int
    errors: int
    bound: str
    holds: bool
    wants_proof: bool


@dataclass(frozen=True, slots=True)
class ModeLine:
    """What somebody set, or what followed from counting."""

    set_at: datetime
    set_by: str
    from_on: date
    label: str
    mode: str
    why: str


@dataclass(frozen=True, slots=True)
class ModesView:
    """One form revision."""

    form: str
    kinds: Sequence[KindView]
    history: Sequence[ModeLine]
    n: int
    errors: int
    bound: str
    target: str
    proven: bool


def modes_view(
    session: Session, definition: FormDefinition, *, on: date, language: str
) -> ModesView:
    """The modes in force on a day, with the proof of each kind of field."""
    form, revision = definition.form, definition.revision
    modes = modes_on(session, form=form, revision=revision, on=on)
    known = standings(session, form=form, revision=revision)
    whole = Standing()
    kinds = []
    for kind, field in kinds_of(definition).items():
        standing = known[kind]
        whole = whole.with_all(standing)
        row = modes.row(kind)
        kinds.append(
            KindView(
                kind=kind,
                item=field.item,
                label=label_of(field, language),
                mode=modes.of(kind).value,
                why=row.why if row is not None else ModeReason.PERSON.value,
                n=standing.n,
                errors=standing.errors,
                bound=_share(standing),
                holds=standing.holds,
                wants_proof=modes.wants_proof(kind) and modes.of(kind) != Mode.OCR,
            )
        )
    return ModesView(
        form=definition.name,
        kinds=kinds,
        history=_history(session, definition, language),
        n=whole.n,
        errors=whole.errors,
        bound=_share(whole),
        target=f"{TARGET:.1%}",
        proven=whole.holds,
    )


def _share(standing: Standing) -> str:
    """The bound in percent, rounded up: a proof is never made to look better."""
    if not standing.n:
        return "–"
    return f"{min(standing.bound * 100 + 0.0049, 100):.2f}%"


def _history(
    session: Session, definition: FormDefinition, language: str
) -> list[ModeLine]:
    kinds = kinds_of(definition)
    rows = session.scalars(
        select(ModeRow)
        .where(
            ModeRow.form == definition.form,
            ModeRow.revision.in_((definition.revision, ANY)),
        )
        .order_by(ModeRow.id.desc())
        .limit(_HISTORY)
    )
    return [
        ModeLine(
            set_at=row.set_at,
            set_by=row.set_by,
            from_on=row.from_on,
            label=label_of(kinds[row.field], language) if row.field in kinds else "",
            mode=row.mode,
            why=row.why,
        )
        for row in rows
    ]
