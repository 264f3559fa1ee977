"""Whether a disc or an e-filing holds what its summary (総括票) declares."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kamizero.model import Standing
from storage.tables import (
    Arrival,
    ArrivalState,
    AttachmentKind,
    Bundle,
    BundleKind,
    MediaFile,
    MediaRole,
    Medium,
    Page,
)


def tables(session: Session, bundle: Bundle) -> Sequence[MediaFile]:
    """The tables of records that came on a medium; there should be one."""
    return _files(session, bundle, MediaRole.TABLE)


def found_records(session: Session, bundle: Bundle) -> Mapping[str, int]:
    """Form code -> records in its tables; nothing for a bundle of paper."""
    if bundle.kind != BundleKind.MEDIA:
        return {}
    counted: Counter[str] = Counter()
    for table in tables(session, bundle):
        counted.update(table.records)
    return dict(sorted(counted.items()))


def found_offices(session: Session, bundle: Bundle) -> int:
    """Offices that stand in its tables."""
    return sum(table.offices or 0 for table in tables(session, bundle))


def arrivals(session: Session, bundle: Bundle) -> Sequence[Arrival]:
    """Every file that came on the medium, also refused ones and those known before."""
    return session.scalars(
        select(Arrival).where(Arrival.medium_id == bundle.id).order_by(Arrival.seq)
    ).all()


def issues(session: Session, bundle: Bundle) -> Iterator[str]:
    """What differs, or is missing, as codes with their numbers."""
    found = tables(session, bundle)
    if len(found) != 1:
        yield f"media_tables:{len(found)}/1"
    for table in found:
        if table.offices != table.offices_said:
            yield f"media_office_lines:{table.offices}/{table.offices_said}"
    yield from _summary(session, bundle)
    yield from _counts(session, bundle)
    yield from _files_told(arrivals(session, bundle), session)
    if not bundle.number:
        yield "media_number"
    elif _is_number_used_again(session, bundle):
        yield "media_number_again"


def _summary(session: Session, bundle: Bundle) -> Iterator[str]:
    pages = select(Page.id).where(
        Page.bundle_id == bundle.id,
        Page.attachment == AttachmentKind.MEDIA_SUMMARY,
        Page.standing == Standing.VALID,
    )
    is_there = _files(session, bundle, MediaRole.SUMMARY) or session.scalar(
        pages.limit(1)
    )
    if not is_there:
        yield "media_no_summary"
    elif bundle.declared_records is None or bundle.declared_offices is None:
        yield "media_undeclared"


def _counts(session: Session, bundle: Bundle) -> Iterator[str]:
    offices = found_offices(session, bundle)
    if bundle.declared_offices not in (None, offices):
        yield f"media_offices:{offices}/{bundle.declared_offices}"
    if bundle.declared_records is None:
        return
    found = found_records(session, bundle)
    for code in sorted(found.keys() | bundle.declared_records.keys()):
        there, declared = found.get(code, 0), bundle.declared_records.get(code, 0)
        if there != declared:
            yield f"media_records:{code} {there}/{declared}"


def _files_told(files: Sequence[Arrival], session: Session) -> Iterator[str]:
    refused = [one for one in files if one.state == ArrivalState.REFUSED]
    if refused:
        yield f"media_refused:{len(refused)}"
    for one in files:
        # Only a table: the same letter may rightly lie on two discs.
        if one.first_arrival_id is not None and _is_table(
            session, one.first_arrival_id
        ):
            first = session.get_one(Arrival, one.first_arrival_id)
            yield f"media_again:{first.job_id}"


def _is_table(session: Session, arrival_id: int) -> bool:
    row = session.get(MediaFile, arrival_id)
    return row is not None and row.role == MediaRole.TABLE


def _files(session: Session, bundle: Bundle, role: MediaRole) -> Sequence[MediaFile]:
    return session.scalars(
        select(MediaFile)
        .join(Arrival, Arrival.id == MediaFile.arrival_id)
        .where(Arrival.medium_id == bundle.id, MediaFile.role == role)
        .order_by(Arrival.seq)
    ).all()


def _is_number_used_again(session: Session, bundle: Bundle) -> bool:
    """Whether an earlier one has it.

    An e-filing has its number for ever; discs are numbered from 001 again.
    """
    same = select(func.count()).where(
        Bundle.id < bundle.id,
        Bundle.kind == BundleKind.MEDIA,
        Bundle.medium == bundle.medium,
        Bundle.number == bundle.number,
    )
    if bundle.medium == Medium.DISC:
        same = same.where(
            Bundle.site == bundle.site, Bundle.received_on == bundle.received_on
        )
    return bool(session.scalar(same))
