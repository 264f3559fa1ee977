"""Looking filings up by what stands on them: asked once why, sealed, written down."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from kamizero.errors import MissingError, WrongCallError
from storage import look_ups
from storage.look_ups import LONGEST_NOTE, SAID, Subject
from storage.searches import keeping
from storage.searches.criteria import LONGEST, DayOf
from storage.searches.hits import find, is_hit
from storage.sites import all_sites
from storage.tables import EntryState, LookedAt, LookUpReason
from web.asked import Asked
from web.language import Texts
from web.looking import visit_of
from web.painting import painter_of
from web.rooms import Rooms
from web.shown.jobs import form_title
from web.shown.searches import HitLine, hit_lines
from web.visitors import InRooms, Looker, Visitor, shown_to_them

router = APIRouter(prefix="/search", dependencies=[Depends(shown_to_them)])

PAGE_SIZE = 50
# What nobody looks for: it was replaced by another version of itself.
_STATES = [state for state in EntryState if state is not EntryState.SUPERSEDED]


class SearchForm(Asked):
    """The form as it was filled in."""

    reason: LookUpReason
    note: str = ""


@router.get("")
def ask(request: Request, rooms: InRooms, visitor: Looker) -> Response:
    """An empty form."""
    return _page(request, rooms, visitor)


@router.post("")
def begin(
    request: Request,
    rooms: InRooms,
    visitor: Looker,
    given: Annotated[SearchForm, Form()],
) -> Response:
    """Keep what is asked, and go on to what is found; no address says what it was."""
    try:
        if given.reason not in SAID:
            raise WrongCallError(f"{given.reason} is no reason that somebody says.")
        asked = given.criteria()
        with rooms.database.begin() as session:
            name = keeping.begin(
                session,
                rooms.vault,
                asked,
                visit=visit_of(request),
                who=visitor.name,
                reason=given.reason,
                note=given.note,
                now=rooms.clock(),
            )
    except WrongCallError:
        return _page(request, rooms, visitor, given=given.model_dump(), trouble=True)
    return RedirectResponse(f"/search/{name}", status_code=303)


@router.get("/{name}")
def found(
    request: Request,
    rooms: InRooms,
    visitor: Looker,
    name: str,
    before: int | None = None,
) -> Response:
    """One page of what was found, the newest first."""
    with rooms.database.look() as session:
        search = keeping.search_of(session, name, visit=visit_of(request))
        asked = keeping.criteria_of(search, rooms.vault)
        hits = find(session, rooms.vault, asked, before=before, limit=PAGE_SIZE + 1)
        lines = hit_lines(
            session,
            rooms.vault,
            rooms.library,
            hits[:PAGE_SIZE],
            language=visitor.language,
        )
    given = {**asdict(asked), "reason": search.reason, "note": search.note}
    return _page(
        request,
        rooms,
        visitor,
        given=given,
        name=name,
        lines=lines,
        older=lines[-1].filing.id if len(hits) > PAGE_SIZE else None,
    )


@router.get("/{name}/filings/{filing_id}")
def open_found(
    request: Request, rooms: InRooms, visitor: Looker, name: str, filing_id: int
) -> Response:
    """Go on to a filing that was found, for the reason that was said."""
    visit = visit_of(request)
    with rooms.database.begin() as session:
        search = keeping.search_of(session, name, visit=visit)
        asked = keeping.criteria_of(search, rooms.vault)
        if not is_hit(session, rooms.vault, asked, filing_id):
            raise MissingError(f"This search does not find filing {filing_id}.")
        look_ups.give(
            session,
            Subject(LookedAt.FILING, filing_id),
            visit=visit,
            who=visitor.name,
            reason=LookUpReason(search.reason),
            note=search.note,
            now=rooms.clock(),
        )
    return RedirectResponse(f"/filings/{filing_id}", status_code=303)


def _page(
    request: Request,
    rooms: Rooms,
    visitor: Visitor,
    *,
    given: dict[str, object] | None = None,
    name: str = "",
    lines: list[HitLine] | None = None,
    older: int | None = None,
    trouble: bool = False,
) -> Response:
    return painter_of(request).page(
        request,
        "search.html",
        visitor=visitor,
        here="filings",
        status=422 if trouble else 200,
        given={key: value for key, value in (given or {}).items() if value is not None},
        choices=_choices(rooms, painter_of(request).texts, visitor.language),
        longest=LONGEST,
        longest_note=LONGEST_NOTE,
        name=name,
        lines=lines,
        older=older,
        trouble=trouble,
    )


def _choices(
    rooms: Rooms, texts: Texts, language: str
) -> Mapping[str, Sequence[tuple[str, str]]]:
    """What may be chosen in each list, and what it is called."""

    def say(key: str) -> str:
        return texts.say(key, language)

    with rooms.database.look() as session:
        known = [(one.code, f"{one.code} {one.name}") for one in all_sites(session)]
    forms = {
        one.form: form_title(rooms.library, one.form, one.revision, language)
        for one in rooms.library.all()
    }
    return {
        "day_of": [(one, say(f"search_day.{one}")) for one in DayOf],
        "form": [(form, f"{form} {title}") for form, title in forms.items()],
        "state": [(one, say(f"entry.{one}")) for one in _STATES],
        "site": known,
        "reason": [(one, say(f"look_up_reason.{one}")) for one in SAID],
    }
