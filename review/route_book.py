"""The office's own approval routes, written down in YAML and added as versions."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import Library
from kamizero.errors import ConflictError, WrongCallError
from kamizero.model import Role
from storage import audit
from storage.tables import ApprovalRoute, Person, RouteStage, StageKind

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StageSource(_Source):
    """One stage; without persons everybody of the role may take it."""

    kind: StageKind
    unit: Name
    role: Role = Role.APPROVER
    persons: tuple[Name, ...] = ()


class RouteSource(_Source):
    """One route; consultations that follow each other are taken in any order."""

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")
    name_ja: Name
    name_en: Name
    form: str | None = None
    amount: str | None = None
    over: int = Field(default=0, ge=0)
    in_force_from: date
    delegated_by: Annotated[str, StringConstraints(max_length=200)] | None = None
    stages: tuple[StageSource, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ends_with_one_decision(self) -> "RouteSource":
        kinds = [stage.kind for stage in self.stages]
        if kinds.count(StageKind.DECIDE) != 1 or kinds[-1] is not StageKind.DECIDE:
            raise ValueError("a route ends with its one stage of kind decide")
        if self.stages[-1].role is not Role.APPROVER:
            raise ValueError("an approver decides")
        if any(stage.role not in _STAMPING for stage in self.stages):
            raise ValueError("stages are for reviewers and approvers")
        if self.over and self.amount is None:
            raise ValueError("over needs the amount that is compared")
        return self


class BookSource(_Source):
    """A file of routes."""

    routes: tuple[RouteSource, ...] = Field(min_length=1)


_STAMPING = frozenset({Role.REVIEWER, Role.APPROVER})


def read_book(text: str) -> tuple[RouteSource, ...]:
    """The routes of a file. Raises WrongCallError that says where it is wrong."""
    try:
        return BookSource.model_validate(
            yaml.load(text, Loader=yaml.CSafeLoader)
        ).routes
    except yaml.YAMLError as error:
        raise WrongCallError(f"This is no YAML: {error}.") from error
    except ValidationError as error:
        told = "; ".join(_told(detail) for detail in error.errors())
        raise WrongCallError(f"These routes cannot be used: {told}.") from error


def add_routes(
    session: Session,
    library: Library,
    routes: Sequence[RouteSource],
    *,
    actor: str,
    now: datetime,
) -> list[ApprovalRoute]:
    """Add each as a version from its day on; what is in force already stays written.

    Raises:
        WrongCallError: it names a form, an item or a person that is not there.
        ConflictError: there is a version from that day already.
    """
    return [_added(session, library, one, actor=actor, now=now) for one in routes]


def _added(
    session: Session,
    library: Library,
    source: RouteSource,
    *,
    actor: str,
    now: datetime,
) -> ApprovalRoute:
    _demand_known(session, library, source)
    same_day = select(ApprovalRoute.id).where(
        ApprovalRoute.code == source.code,
        ApprovalRoute.in_force_from == source.in_force_from,
    )
    if session.scalar(same_day) is not None:
        raise ConflictError(
            f"The route {source.code} has a version from {source.in_force_from} "
            "already; a changed one needs a later day."
        )
    route = ApprovalRoute(
        code=source.code,
        name_ja=source.name_ja,
        name_en=source.name_en,
        form=source.form,
        amount_field=source.amount,
        over=source.over,
        in_force_from=source.in_force_from,
        delegated_by=source.delegated_by,
        stages=list(_stages(source)),
    )
    session.add(route)
    session.flush()
    audit.record(
        session,
        actor=actor,
        act="route.added",
        subject_kind="route",
        subject_id=route.id,
        now=now,
        body={"code": source.code, "from": source.in_force_from.isoformat()},
    )
    return route


def _stages(source: RouteSource) -> Iterator[RouteStage]:
    position, before = 0, None
    for stage in source.stages:
        if not (stage.kind is before is StageKind.CONSULT):
            position += 1
        before = stage.kind
        yield RouteStage(
            position=position,
            kind=stage.kind,
            unit=stage.unit,
            role=stage.role,
            persons=list(stage.persons),
        )


def _demand_known(session: Session, library: Library, source: RouteSource) -> None:
    if source.form is not None:
        definition = library.get(source.form)
        items = {field.name.rpartition(".")[2] for field in definition.fields}
        if source.amount is not None and source.amount not in items:
            raise WrongCallError(
                f"The route {source.code} compares {source.amount}, which the form "
                f"{source.form} does not have."
            )
    named = {person for stage in source.stages for person in stage.persons}
    known = set(session.scalars(select(Person.name).where(Person.name.in_(named))))
    if named - known:
        raise WrongCallError(
            f"The route {source.code} names people who are not here: "
            f"{', '.join(sorted(named - known))}. Add them with `kamizero user add`."
        )


def _told(detail: Any) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    return f"{place}: {str(detail['msg']).removeprefix('Value error, ')}"
