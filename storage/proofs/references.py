"""No row points to a row that is not there."""

from sqlalchemy import ForeignKeyConstraint, func, select
from sqlalchemy.orm import Session

from storage.columns import Table
from storage.database import Database
from storage.proofs.report import MISSING, Tally

KIND = "reference"


def prove(database: Database, tally: Tally) -> None:
    """Look behind every foreign key: SQLite only keeps those it was told to keep."""
    tally.count(KIND, 0)
    with database.look() as session:
        for table in Table.metadata.sorted_tables:
            for constraint in table.foreign_key_constraints:
                _prove(session, constraint, tally)


def _prove(session: Session, constraint: ForeignKeyConstraint, tally: Tally) -> None:
    child = constraint.table
    (element,) = constraint.elements
    column = element.parent
    # An alias, because an arrival may point to an arrival.
    parent = constraint.referred_table.alias()
    target = parent.c[element.column.name]
    keys = list(child.primary_key)
    dangling = (
        select(*keys, column)
        .outerjoin_from(child, parent, column == target)
        .where(column.is_not(None), target.is_(None))
    )
    for *key, value in session.execute(dangling):
        tally.differs(
            KIND,
            f"{child.name} {' '.join(map(str, key))}",
            expected=f"{constraint.referred_table.name} {value}",
            found=MISSING,
        )
    count = select(func.count()).select_from(child).where(column.is_not(None))
    tally.count(KIND, session.scalars(count).one())
