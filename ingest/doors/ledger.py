"""Remembers what was taken from places whose files are removed only afterwards."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ingest.file_names import clean_name
from ingest.intake import Delivery
from storage import uploads
from storage.database import Database
from storage.tables import Upload, UploadState


def mark_of(*signs: object) -> str:
    """Names one file as it is now, by all that tells it from every other."""
    return hashlib.sha256("\0".join(map(repr, signs)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Ledger:
    """Rows written with the job: a kill before the removal takes nothing twice."""

    database: Database
    clock: Callable[[], datetime]

    def was_taken(self, mark: str) -> bool:
        with self.database.look() as rows:
            return uploads.by_token(rows, mark) is not None

    def note(
        self, mark: str, name: str, size: int, delivery: Delivery
    ) -> Callable[[Session, int], None]:
        """What the intake does in its transaction, for a file of so many bytes."""

        def within(rows: Session, job_id: int) -> None:
            now = self.clock()
            rows.add(
                Upload(
                    token=mark,
                    door=delivery.door,
                    sender=delivery.operator,
                    site=delivery.site,
                    name=clean_name(name),
                    size=size,
                    answered=size,
                    state=UploadState.TAKEN,
                    job_id=job_id,
                    begun_at=now,
                    changed_at=now,
                )
            )

        return within
