"""What people keyed blind proves about accepted readings: counts, bounds, consequences.

A row here says right or wrong about one field, and nothing of what stands in it.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from kamizero.bounds import lower_bound, upper_bound
from storage.tables import TARGET, KnownReader, ReadingProof

# How engines name themselves: model/program-precision@hash. The same model computed
# by another program reads the same.
_PROGRAM = re.compile(r"/[^@\s]+")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known here about one kind of field as its present model reads it."""

    n: int = 0
    errors: int = 0

    @property
    def bound(self) -> float:
        """With 95 % certainty no larger share of accepted readings is wrong."""
        return upper_bound(self.errors, self.n) if self.n else 1.0

    @property
    def holds(self) -> bool:
        return self.bound <= TARGET

    @property
    def fails(self) -> bool:
        """Tell whether it is as certain that the target is missed."""
        return bool(self.n) and lower_bound(self.errors, self.n) > TARGET

    def with_all(self, other: "Standing") -> "Standing":
        return Standing(self.n + other.n, self.errors + other.errors)


def reader_of(author: str) -> str:
    """The models behind a reading, whatever program computed them."""
    return _PROGRAM.sub("", author)


def standings(session: Session, *, form: str, revision: str) -> Mapping[str, Standing]:
    """Kind of field -> what is known of it; of a kind never held against, nothing.

    Only what the present model read counts: another model is another reader.
    """
    present = present_readers(session, form=form, revision=revision)
    rows = session.execute(
        select(
            ReadingProof.field,
            ReadingProof.reader,
            func.count(),
            func.sum(case((ReadingProof.correct.is_(False), 1), else_=0)),
        )
        .where(ReadingProof.form == form, ReadingProof.revision == revision)
        .group_by(ReadingProof.field, ReadingProof.reader)
    )
    found: dict[str, Standing] = defaultdict(Standing)
    for kind, reader, n, errors in rows:
        if present.get(kind, reader) == reader:
            found[kind] = Standing(n, int(errors))
    return found


def present_readers(session: Session, *, form: str, revision: str) -> dict[str, str]:
    """Kind of field -> the models that began to read it last."""
    rows = session.execute(
        select(KnownReader.field, KnownReader.reader)
        .where(KnownReader.form == form, KnownReader.revision == revision)
        .order_by(KnownReader.first_at)
    )
    return {kind: reader for kind, reader in rows}
