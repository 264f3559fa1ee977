"""The accounts of people: who has which rights, and since when nobody asked."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from kamizero.errors import WrongCallError
from kamizero.model import Role
from review import roles
from storage import accounts, people, sign_ins, sites
from storage.passwords import MIN_PASSWORD
from web.painting import business_day, painter_of
from web.rooms import Rooms
from web.routes.notices import notice
from web.tables import csv_answer
from web.visitors import InRooms, Only, Visitor, shown_to_them

Administrator = Annotated[
    Visitor,
    Depends(Only(roles.ADMINISTRATORS, "Accounts are kept by administrators.")),
]

router = APIRouter(prefix="/people", dependencies=[Depends(shown_to_them)])

_HEAD = ("name", "role", "sites", "state", "last_login_at", "first_day", "last_day")


@router.get("")
def people_page(request: Request, rooms: InRooms, visitor: Administrator) -> Response:
    now = rooms.clock()
    with rooms.database.look() as session:
        listed = accounts.all_people(session)
        confirmed = accounts.last_confirmed(session)
        return painter_of(request).page(
            request,
            "people.html",
            visitor=visitor,
            here="people",
            people=[
                (
                    one,
                    accounts.state_of(one, now=now),
                    accounts.sites_seen(session, one),
                    sign_ins.account_of(session, one),
                )
                for one in listed
            ],
            provider=rooms.provider.registration.label if rooms.provider else "",
            confirmed=confirmed,
            is_due=accounts.is_due(confirmed, now=now),
            shown=accounts.fingerprint(session, listed),
            all_sites=sites.all_sites(session),
            roles=[role.value for role in Role if role in roles.PEOPLE],
            least=MIN_PASSWORD,
            said=notice(request, visitor),
        )


@router.get("/rights.csv")
def rights_list(rooms: InRooms, visitor: Administrator) -> Response:
    """The list of rights, to take away."""
    del visitor
    now = rooms.clock()
    with rooms.database.look() as session:
        rows = [
            (
                one.name,
                one.role,
                accounts.sites_seen(session, one),
                accounts.state_of(one, now=now).value,
                one.last_login_at.isoformat() if one.last_login_at else "",
                one.valid_from,
                one.valid_until,
            )
            for one in accounts.all_people(session)
        ]
    return csv_answer(f"rights-{business_day(now)}", _HEAD, rows)


@router.post("/confirm")
def confirm(
    rooms: InRooms, visitor: Administrator, shown: Annotated[str, Form()]
) -> Response:
    """Say that the list which was shown is right."""
    with rooms.database.begin() as session:
        accounts.confirm(session, shown=shown, actor=visitor.name, now=rooms.clock())
    return _back("rights_confirmed")


@router.post("")
def add(
    rooms: InRooms,
    visitor: Administrator,
    name: Annotated[str, Form(max_length=100)],
    role: Annotated[Role, Form()],
    password: Annotated[str, Form(max_length=1000)] = "",
    account: Annotated[str, Form(max_length=100)] = "",
    first_day: Annotated[str, Form()] = "",
    last_day: Annotated[str, Form()] = "",
) -> Response:
    """Add somebody with a password, an account at the provider, or both."""
    if not password and not account.strip():
        raise WrongCallError("Give a password, or an account at the provider.")
    with rooms.database.begin() as session:
        person = people.add_person(
            session,
            name=name,
            role=role,
            password=password or None,
            valid_from=_day(first_day),
            valid_until=_day(last_day),
            actor=visitor.name,
            now=rooms.clock(),
        )
        if account.strip():
            sign_ins.link(
                session, person, account=account, actor=visitor.name, now=rooms.clock()
            )
    return _back("person_added")


@router.post("/{person_id}/password")
def set_password(
    rooms: InRooms,
    visitor: Administrator,
    person_id: int,
    password: Annotated[str, Form(max_length=1000)],
) -> Response:
    with rooms.database.begin() as session:
        people.set_password(
            session,
            name=accounts.person_of(session, person_id).name,
            password=password,
            actor=visitor.name,
            now=rooms.clock(),
        )
    return _back("password_set")


@router.post("/{person_id}/account")
def link(
    rooms: InRooms,
    visitor: Administrator,
    person_id: int,
    account: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Say which account at the provider opens this one; none where it is empty."""
    _act(rooms, visitor, person_id, partial(sign_ins.link, account=account))
    return _back("account_linked")


@router.post("/{person_id}/days")
def set_days(
    rooms: InRooms,
    visitor: Administrator,
    person_id: int,
    first_day: Annotated[str, Form()] = "",
    last_day: Annotated[str, Form()] = "",
) -> Response:
    """Let somebody in from one day to another only, or for good again."""
    with rooms.database.begin() as session:
        accounts.set_days(
            session,
            accounts.person_of(session, person_id),
            valid_from=_day(first_day),
            valid_until=_day(last_day),
            actor=visitor.name,
            now=rooms.clock(),
        )
    return _back("days_set")


@router.post("/{person_id}/role")
def set_role(
    rooms: InRooms,
    visitor: Administrator,
    person_id: int,
    role: Annotated[Role, Form()],
) -> Response:
    _act(rooms, visitor, person_id, partial(accounts.set_role, role=role))
    return _back("role_set")


@router.post("/{person_id}/sites")
def set_sites(
    rooms: InRooms,
    visitor: Administrator,
    person_id: int,
    which: Annotated[Literal["all", "these"], Form()],
    site: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Show somebody the papers of all sites, or of these alone."""
    if which == "these" and not site:
        raise WrongCallError("Choose at least one site.")
    chosen = site if which == "these" else None
    _act(rooms, visitor, person_id, partial(accounts.set_sites, sites=chosen))
    return _back("sites_set")


@router.post("/{person_id}/disable")
def disable(rooms: InRooms, visitor: Administrator, person_id: int) -> Response:
    _act(rooms, visitor, person_id, accounts.disable)
    return _back("person_disabled")


@router.post("/{person_id}/enable")
def enable(rooms: InRooms, visitor: Administrator, person_id: int) -> Response:
    _act(rooms, visitor, person_id, accounts.enable)
    return _back("person_enabled")


@router.post("/{person_id}/logout")
def log_out(rooms: InRooms, visitor: Administrator, person_id: int) -> Response:
    """End all sessions of somebody."""
    _act(rooms, visitor, person_id, accounts.log_out)
    return _back("person_logged_out")


def _act(
    rooms: Rooms, visitor: Visitor, person_id: int, act: Callable[..., None]
) -> None:
    with rooms.database.begin() as session:
        person = accounts.person_of(session, person_id)
        act(session, person, actor=visitor.name, now=rooms.clock())


def _day(written: str) -> date | None:
    """The date of a field that may stay empty. Raises WrongCallError."""
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise WrongCallError(f"{written} is no date.") from error


def _back(said: str) -> Response:
    return RedirectResponse(f"/people?notice={said}", status_code=303)
