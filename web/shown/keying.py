"""A single field as a keyer's page needs it: nothing of what others said, nor whose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms.definition import Field as FormField
from forms.definition import FieldType
from review.keying.comparing import Said
from review.keying.pool import LEASE
from storage.work import Claim
from web.shown.fields import label_of
from web.writing import Pen, is_numeric, typed_form


@dataclass(frozen=True, slots=True)
class KeyingView:
    """What to key; `options` are the two values to be settled, if any."""

    field_id: int
    fence: int
    lease_seconds: float
    item: str
    label: str
    type: str
    keys: str
    cells: int
    choices: Sequence[Mapping[str, str]]
    options: Sequence[Mapping[str, str]]
    picture: str


def keying_view(
    claim: Claim, field: FormField, differing: Sequence[Said], *, pen: Pen
) -> KeyingView:
    """The claimed field; which person or paper it is of is not said."""
    return KeyingView(
        field_id=claim.subject,
        fence=claim.fence,
        lease_seconds=LEASE.total_seconds(),
        item=field.item,
        label=label_of(field, pen.language),
        type=field.type.value,
        keys="numeric" if is_numeric(field) else "text",
        cells=len(field.cells or ()),
        choices=[]
        if field.type is FieldType.DATE
        else [{"code": one.code, "label": one.label} for one in field.choices],
        options=[_option(field, said, pen) for said in differing],
        picture=f"/keying/{claim.subject}/snippet.jpg?fence={claim.fence}",
    )


def _option(field: FormField, said: Said, pen: Pen) -> Mapping[str, str]:
    known: dict[str, Any] = {
        "state": said.state,
        "value": said.value,
        "text": said.text,
    }
    return {
        "state": said.state,
        "writing": typed_form(field, **known),
        "shown": pen.shown(field, **known)
        or pen.texts.say("state.blank", pen.language),
    }
