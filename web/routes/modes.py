"""How kinds of field are settled: modes by form, proof, and the rate of samples."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from forms.definition import FormDefinition
from review.keying.modes import set_mode
from review.keying.sampling import rate_for, set_rate
from storage.tables import ANY, Mode
from web.painting import business_day, painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.shown.jobs import short_title
from web.shown.modes import modes_view
from web.visitors import InRooms, ModeLooker, ModeSetter, Visitor, shown_to_them

router = APIRouter(prefix="/modes", dependencies=[Depends(shown_to_them)])


@router.get("")
def modes_page(
    request: Request, rooms: InRooms, visitor: ModeLooker, form: str = ""
) -> Response:
    definitions = list(rooms.library.all())
    chosen = rooms.library.get(form or definitions[0].form)
    today = business_day(rooms.clock())
    with rooms.database.look() as session:
        view = modes_view(session, chosen, on=today, language=visitor.language)
        rate = rate_for(session, chosen.form, on=today)
    return painter_of(request).page(
        request,
        "modes.html",
        visitor=visitor,
        here="modes",
        forms=[
            (one.name, f"{one.name} {short_title(one, visitor.language)}")
            for one in definitions
        ],
        view=view,
        modes=[mode.value for mode in Mode],
        per_thousand=f"{rate / 1000:g}",
        today=today,
        any_field=ANY,
        said=notice(request, visitor),
    )


@router.post("")
def set_one(
    rooms: InRooms,
    visitor: ModeSetter,
    form: Annotated[str, Form()],
    field: Annotated[str, Form(max_length=100)],
    mode: Annotated[Mode, Form()],
    from_on: Annotated[date, Form()],
) -> Response:
    """Say how a kind of field is settled from a day on."""
    definition = rooms.library.get(form)
    with rooms.database.begin() as session:
        set_mode(
            session,
            definition=definition,
            field=field,
            mode=mode,
            from_on=from_on,
            actor=visitor.name,
            now=rooms.clock(),
            today=business_day(rooms.clock()),
        )
    return _back(definition, "mode_set")


@router.post("/rate")
def set_samples(
    rooms: InRooms,
    visitor: ModeSetter,
    form: Annotated[str, Form()],
    per_thousand: Annotated[float, Form(ge=0, le=1000)],
) -> Response:
    """Say how many accepted fields are keyed all the same, from today on."""
    definition = rooms.library.get(form)
    _set_rate(rooms, visitor, definition, round(per_thousand * 1000))
    return _back(definition, "rate_set")


def _set_rate(
    rooms: Rooms, visitor: Visitor, definition: FormDefinition, per_million: int
) -> None:
    today = business_day(rooms.clock())
    with rooms.database.begin() as session:
        set_rate(
            session,
            form=definition.form,
            per_million=per_million,
            from_on=today,
            actor=visitor.name,
            now=rooms.clock(),
            today=today,
        )


def _back(definition: FormDefinition, word: str) -> Response:
    return RedirectResponse(
        f"/modes?form={definition.name}&notice={word}", status_code=303
    )
