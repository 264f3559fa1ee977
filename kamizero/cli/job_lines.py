"""A job as programs are told of it, by the command line and by the API."""

from typing import Any

from sqlalchemy.orm import Session

from ingest.intake import job_filings
from kamizero.cli.progress import refused
from storage.interfaces import ObjectStore
from storage.tables import Job


def job_line(session: Session, store: ObjectStore, job_id: int) -> dict[str, Any]:
    """A job as `ingest --json` prints it."""
    job = session.get_one(Job, job_id)
    return {
        "job": str(job.id),
        "originals": [
            {
                "id": str(file.original.id),
                "sha256": file.original.sha256,
                "source": file.source,
                "path": store.path_of(file.original.store_key),
            }
            for file in job.arrivals
        ],
        "filings": [str(filing.id) for filing in job_filings(session, job_id)],
        "refused": [
            {
                "source": file.source,
                "error": {"code": file.error_code, "message": file.error_message},
            }
            for file in refused(session, job_id)
        ],
    }
