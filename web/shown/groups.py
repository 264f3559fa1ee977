"""A lot of like readings as the page shows it; what a piece is stays sealed."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from forms.definition import Field as FormField
from forms.definition import FormDefinition
from forms.library import Library
from kamizero.errors import KeyMissingError, MissingError, TamperedError
from kamizero.model import FieldState
from review.keying.groups import GroupKind, Piece
from review.keying.kinds import kinds_of
from storage.values import Body
from storage.vault import Sealed, Vault
from web.shown.fields import label_of
from web.shown.jobs import form_title
from web.writing import Pen


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A kind of field of which several wait."""

    form: str
    title: str
    kind: str
    item: str
    label: str
    count: int
    sensitive: bool


@dataclass(frozen=True, slots=True)
class PieceView:
    """One picture of a lot; `item` means nothing to anybody but the server."""

    item: str
    shown: str


def group_lines(
    kinds: Sequence[GroupKind], library: Library, pen: Pen
) -> list[GroupLine]:
    """What can be looked at side by side, in the words of its form."""
    lines = []
    for one in kinds:
        name = f"{one.form}@{one.revision}"
        field = kinds_of(library.get(name))[one.kind]
        lines.append(
            GroupLine(
                form=name,
                title=form_title(library, one.form, one.revision, pen.language),
                kind=one.kind,
                item=field.item,
                label=label_of(field, pen.language),
                count=one.count,
                sensitive=one.sensitive,
            )
        )
    return lines


def piece_views(
    pieces: Sequence[Piece],
    field: FormField,
    vault: Vault,
    *,
    person: str,
    pen: Pen,
) -> list[PieceView]:
    """The pieces in the order of the lot."""
    return [
        PieceView(
            item=sealed(piece, vault, person=person), shown=_said(piece, field, pen)
        )
        for piece in pieces
    ]


def sealed(piece: Piece, vault: Vault, *, person: str) -> str:
    """The piece as an opaque word, other every time and of use to this person only."""
    known = {name: value for name, value in asdict(piece).items() if name != "says"}
    closed = vault.seal(json.dumps(known).encode(), bound_to=_place(person))
    return f"{closed.key_id}.{base64.urlsafe_b64encode(closed.data).decode()}"


def opened(item: str, vault: Vault, *, person: str) -> Piece:
    """The piece of such a word. Raises MissingError for any other."""
    key_id, _, data = item.partition(".")
    try:
        closed = Sealed(key_id=key_id, data=base64.urlsafe_b64decode(data))
        known = json.loads(vault.open(closed, bound_to=_place(person)))
    except (binascii.Error, KeyMissingError, TamperedError, ValueError) as error:
        raise MissingError("This picture is of no lot of yours.") from error
    return Piece(**known, says=Body("", ""))


def heading(definition: FormDefinition, kind: str, pen: Pen) -> str:
    """What the lot is about."""
    return label_of(kinds_of(definition)[kind], pen.language)


def _said(piece: Piece, field: FormField, pen: Pen) -> str:
    if piece.cell:
        return piece.says.value
    return pen.shown(
        field, state=FieldState.READ, value=piece.says.value, text=piece.says.text
    )


def _place(person: str) -> str:
    return f"lot/{person}"
