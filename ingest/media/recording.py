"""Writing down that a medium came: one bundle, its files, and what they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy.orm import Session

from ingest.media.folder import (
    Listing,
    MediaFolders,
    arrival_number_in,
    number_in,
)
from ingest.media.summary import Summary
from ingest.media.table import MediaTable
from storage import audit, balance
from storage.tables import (
    Arrival,
    ArrivalState,
    Bundle,
    BundleKind,
    Job,
    MediaFile,
    MediaRole,
    Medium,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a job after it was recorded, and what it counts."""

    arrival: Arrival
    listing: Listing | None


def open_media(
    session: Session,
    job: Job,
    parts: Sequence[Part],
    media: MediaFolders,
    *,
    now: datetime,
) -> list[Bundle]:
    """Open a bundle for each medium of a job. Called in the job's transaction.

    A medium of which every file came before opens none, as paper that comes twice.
    """
    bundles = []
    for folder, places in media.items():
        inside = [parts[place] for place in places]
        if any(part.arrival.state != ArrivalState.DUPLICATE for part in inside):
            bundles.append(_open(session, job, folder, inside, now=now))
    return bundles


def _open(
    session: Session,
    job: Job,
    folder: PurePosixPath,
    parts: Sequence[Part],
    *,
    now: datetime,
) -> Bundle:
    bundle = _declared(job, folder, [part.listing for part in parts if part.listing])
    session.add(bundle)
    session.flush()
    for part in parts:
        part.arrival.medium_id = bundle.id
        if part.listing is not None and part.arrival.state == ArrivalState.TAKEN:
            session.add(_counted(part.arrival, part.listing))
    session.flush()
    # Its papers are looked at first; the last of them lays all of them in it.
    bundle.sorting = any(part.arrival.pages for part in parts)
    balance.settle(session, bundle)
    audit.record(
        session,
        actor=job.operator,
        act="bundle.media_opened",
        subject_kind="bundle",
        subject_id=bundle.id,
        now=now,
        body={"job": job.id, "files": len(parts), "medium": bundle.medium},
    )
    return bundle


def _declared(job: Job, folder: PurePosixPath, listings: Sequence[Listing]) -> Bundle:
    medium, number = _told_by(folder, listings)
    summaries = [one for one in listings if isinstance(one, Summary)]
    # Two summaries say nothing certain: a person reads them.
    said = summaries[0] if len(summaries) == 1 else None
    return Bundle(
        job_id=job.id,
        kind=BundleKind.MEDIA,
        number=number,
        site=job.site,
        scheme="",
        form="",
        received_on=job.received_on,
        medium=medium,
        declared_offices=said.offices if said else None,
        declared_records=dict(said.records) if said else None,
    )


def _told_by(folder: PurePosixPath, listings: Sequence[Listing]) -> tuple[Medium, str]:
    """What medium it is: by its summary, the name of its folder, or its table."""
    for one in listings:
        if isinstance(one, Summary) and one.medium is not None:
            return one.medium, one.number
    if arrival_number_in(folder.name):
        return Medium.E_FILING, folder.name
    serials = [one.serial for one in listings if isinstance(one, MediaTable)]
    return Medium.DISC, number_in(folder.name) or next(iter(serials), "")


def _counted(arrival: Arrival, listing: Listing) -> MediaFile:
    if isinstance(listing, Summary):
        return MediaFile(
            arrival_id=arrival.id,
            role=MediaRole.SUMMARY,
            offices=listing.offices,
            records=dict(listing.records),
        )
    return MediaFile(
        arrival_id=arrival.id,
        role=MediaRole.TABLE,
        serial=listing.serial,
        made_on=listing.made_on,
        offices_said=listing.offices_said,
        offices=listing.offices,
        records=dict(listing.records),
    )
