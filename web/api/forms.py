"""The forms there are, and what the record of each looks like, as JSON Schema."""

import json
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Response
from pydantic import BaseModel

from delivery.record_schema import MEDIA_TYPE, record_schema
from kamizero.model import Scope
from web.api.callers import InRooms, Needs

router = APIRouter(
    tags=["forms"],
    prefix="/forms",
    dependencies=[Depends(Needs(Scope.FILINGS_READ))],
)

# `2200`, the latest, or `2200@2024-12`.
Code = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,32}(@[0-9A-Za-z_-]{1,32})?$")]


class FormSummary(BaseModel):
    """One revision of a form."""

    form: str
    revision: str
    title: str
    title_en: str
    fields: int


class FormList(BaseModel):
    items: list[FormSummary]


@router.get("")
def list_forms(rooms: InRooms) -> FormList:
    """Every revision, by form, the oldest first."""
    return FormList(
        items=[
            FormSummary(
                form=one.form,
                revision=one.revision,
                title=one.title,
                title_en=one.title_en,
                fields=len(one.fields),
            )
            for one in rooms.library.all()
        ]
    )


@router.get(
    "/{code}/schema",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}},
        304: {"description": "You have it already."},
    },
)
def get_schema(
    rooms: InRooms, code: Code, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """The JSON Schema (draft 2020-12) of the record of a form; a revision never
    changes.
    """
    body = json.dumps(record_schema(rooms.library.get(code)), ensure_ascii=False)
    tag = f'"{sha256(body.encode()).hexdigest()[:32]}"'
    if if_none_match == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type=MEDIA_TYPE, headers={"ETag": tag})
