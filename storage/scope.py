"""Whose papers somebody sees: those of their own sites, whatever page asks.

A database that is narrowed to sites adds the condition to every query of its sessions,
so that no page can forget it. What belongs to no site (people, events, rules of the
office) is not narrowed; a test holds the list of those tables.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Table,
    event,
    not_,
    select,
)
from sqlalchemy.orm import (
    Mapper,
    ORMExecuteState,
    Session,
    with_loader_criteria,
)

from storage.columns import Table as Row

SITES = "kamizero_sites"

_Column = SQLColumnExpression[Any]

# How a row leads to its site: the first of these columns that it has and must have.
_WAYS = (
    ("filing_id", "filing"),
    ("entry_id", "entry"),
    ("arrival_id", "arrival"),
    ("job_id", "job"),
    ("bundle_id", "bundle"),
    ("field_id", "field"),
    ("version_id", "field_version"),
    ("round_id", "approval_round"),
    ("record_file_id", "record_file"),
    ("hold_id", "hold"),
    ("destruction_id", "destruction"),
    ("paper_box_id", "paper_box"),
    ("original_id", "original"),
    ("delivery_id", "delivery"),
)
# What others point at: seen by whoever sees one of those, or only by who sees them all,
# since what is signed or returned as a whole must be seen as a whole.
_SEEN_WITH_ONE = {"original": ("arrival", "original_id")}
_SEEN_WITH_ALL = {
    "approval_lot": ("lot_member", "lot_id"),
    "inspection": ("contractor_work", "inspection_id"),
}


def is_narrowed(mapper: Mapper[Row]) -> bool:
    """Tell whether the rows of this table belong to sites."""
    return _condition_on(mapper, frozenset()) is not None


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    sites: frozenset[str] | None = state.session.info.get(SITES)
    if sites is None or not state.is_select or state.is_column_load:
        return
    state.statement = state.statement.options(
        *(
            with_loader_criteria(mapper.class_, condition, include_aliases=True)
            for mapper, condition in _conditions(sites)
        )
    )


@cache
def _conditions(
    sites: frozenset[str],
) -> tuple[tuple[Mapper[Row], ColumnElement[bool]], ...]:
    return tuple(_each(sites))


def _each(sites: frozenset[str]) -> Iterator[tuple[Mapper[Row], ColumnElement[bool]]]:
    for mapper in Row.registry.mappers:
        condition = _condition_on(mapper, sites)
        if condition is not None:
            yield mapper, condition


def _condition_on(
    mapper: Mapper[Row], sites: frozenset[str]
) -> ColumnElement[bool] | None:
    table = _table(mapper)

    def attribute(name: str) -> _Column:
        # The class's own, so that it follows the class into joins under other names.
        column: _Column = getattr(
            mapper.class_, mapper.get_property_by_column(table.c[name]).key
        )
        return column

    return _condition(table, attribute, sites)


def _condition(
    table: Table, column: Callable[[str], _Column], sites: frozenset[str]
) -> ColumnElement[bool] | None:
    if table.name in _SEEN_WITH_ONE:
        pointing, pointer = _SEEN_WITH_ONE[table.name]
        return column(_key(table)).in_(_seen(table, pointing, sites, give=pointer))
    if table.name in _SEEN_WITH_ALL:
        pointing, pointer = _SEEN_WITH_ALL[table.name]
        unseen = _seen(table, pointing, sites, give=pointer, seen=False)
        return column(_key(table)).not_in(unseen)
    way = _way(table)
    if way is None:
        return None
    name, target = way
    if target is None:
        return column(name).in_(sites)
    return column(name).in_(_seen(table, target, sites))


def _seen(
    table: Table,
    target: str,
    sites: frozenset[str],
    *,
    give: str = "",
    seen: bool = True,
) -> Select[tuple[object]]:
    """The rows of another table that the sites see: their keys, or the named column.
    Where `seen` is False, those they do not see.

    A query of tables, not of classes: it must not be narrowed again.
    """
    other = table.metadata.tables[target]
    alias = other.alias()
    condition = _condition(other, alias.c.__getitem__, sites)
    if condition is None:
        raise TypeError(f"{target} leads to no site.")
    wanted = condition if seen else not_(condition)
    given = alias.c[give or _key(other)]
    # One that points at nothing would make "in none of these" unknown for all.
    return select(given).where(wanted, given.is_not(None))


def _key(table: Table) -> str:
    (key,) = table.primary_key.columns
    return key.name


def _way(table: Table) -> tuple[str, str | None] | None:
    """The column that leads to the site, and to which table; None for no way."""
    if table.name == "site":
        return "code", None
    if "site" in table.c and table.name != "office_day":
        return "site", None
    for column, target in _WAYS:
        if column in table.c and not table.c[column].nullable:
            return column, target
    return None


def _table(mapper: Mapper[Row]) -> Table:
    table = mapper.local_table
    if not isinstance(table, Table):
        raise TypeError(f"{mapper.class_.__name__} is no table.")
    return table
