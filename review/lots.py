"""Approving a lot: a drawn sample is looked at, and one error returns all of it.

Signing covers exactly the filings of the lot as they stood when it was drawn.
"""

from collections.abc import Sequence
from datetime import datetime

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Role
from review.approval import MANIFESTS, Deliver, approve
from review.contractors import unchecked_filings
from review.proposal import proposal
from review.refusals import (
    LotOverError,
    LotUnseenError,
    ManifestChangedError,
    NothingReadyError,
    NotYourStageError,
    RoleForbidsError,
)
from review.returns import send_back
from review.roles import APPROVERS
from review.rounds import has_part, seats
from review.stamping import standing
from storage import audit
from storage.clocks import office_day
from storage.interfaces import ObjectStore
from storage.manifest import signed_bytes
from storage.tables import (
    ApprovalLot,
    Entry,
    EntryState,
    Filing,
    LotMember,
    LotState,
    StageKind,
    Touch,
    Verdict,
)
from storage.vault import Vault

LARGEST = 200
# How many of a lot are looked at: a tenth, and five at least.
SHARE, AT_LEAST = 10, 5


def sample_size(members: int) -> int:
    return min(members, max(AT_LEAST, -(-members // SHARE)))


def candidates(session: Session, *, form: str, person: str) -> Sequence[Filing]:
    """Ready filings of a form that the person did not work on, oldest first."""
    ready = select(Entry.filing_id).where(Entry.state == EntryState.READY)
    own = select(Touch.filing_id).where(Touch.person == person)
    taken = select(LotMember.filing_id).where(LotMember.is_open)
    unchecked = unchecked_filings()
    return session.scalars(
        select(Filing)
        .where(
            Filing.form == form,
            Filing.id.in_(ready),
            Filing.id.not_in(own),
            Filing.id.not_in(taken),
            Filing.id.not_in(unchecked),
        )
        .order_by(Filing.id)
        .limit(LARGEST)
    ).all()


def draw(
    session: Session,
    vault: Vault,
    *,
    form: str,
    filings: Sequence[int],
    actor: str,
    role: Role,
    now: datetime,
) -> ApprovalLot:
    """Make a lot of those among the filings that wait for this person's decision.

    Which of them are looked at follows from a key and from what stands in them: the
    same filings are drawn again, and nobody can tell beforehand which.

    Raises:
        NothingReadyError: none of them waits for this person.
    """
    if role not in APPROVERS:
        raise RoleForbidsError("Lots are approved by approvers.")
    # Locked first: another person may be drawing the same ones.
    session.execute(select(Filing.id).where(Filing.id.in_(filings)).with_for_update())
    allowed = {one.id: one for one in candidates(session, form=form, person=actor)}
    wanted = [allowed[one] for one in dict.fromkeys(filings) if one in allowed]
    found = [
        (filing, manifest)
        for filing in wanted
        if (manifest := _decidable(session, vault, filing, actor, role, now))
    ]
    if not found:
        raise NothingReadyError("None of these filings waits for your decision.")
    ranked = sorted(found, key=lambda one: _rank(vault, one[0], one[1]))
    drawn = {filing.id for filing, _ in ranked[: sample_size(len(ranked))]}
    lot = ApprovalLot(form=form, opened_by=actor, opened_at=now)
    lot.members = [
        LotMember(
            filing_id=filing.id, manifest_sha256=manifest, drawn=filing.id in drawn
        )
        for filing, manifest in found
    ]
    session.add(lot)
    session.flush()
    _tell(session, lot, "lot.drawn", actor, now, members=len(found), sample=len(drawn))
    return lot


def judge(
    session: Session,
    lot: ApprovalLot,
    *,
    filing_id: int,
    seen: str,
    verdict: Verdict,
    reason: str,
    others_reason: str,
    actor: str,
    role: Role,
    now: datetime,
) -> None:
    """Say whether a drawn filing is right; one that is not sends the whole lot back.

    Raises:
        ManifestChangedError: it is not what was drawn.
    """
    _hold(session, lot, actor)
    member = next(
        (one for one in lot.members if one.filing_id == filing_id and one.drawn), None
    )
    if member is None:
        raise MissingError(f"Filing {filing_id} is not in the sample of lot {lot.id}.")
    if verdict is Verdict.WRONG and not reason.strip():
        raise WrongCallError("Say what is wrong with it.")
    _demand_unchanged(session, member, seen)
    member.verdict = verdict
    session.flush()
    _tell(session, lot, f"lot.{verdict.value}", actor, now, filing=filing_id)
    if verdict is Verdict.WRONG:
        for one in lot.members:
            why = reason if one is member else others_reason
            _send_back(session, one, why, actor=actor, role=role, now=now)
        _end(session, lot, LotState.RETURNED, actor=actor, now=now)


def sign(
    session: Session,
    store: ObjectStore,
    vault: Vault,
    lot: ApprovalLot,
    *,
    actor: str,
    role: Role,
    now: datetime,
    retain_until: datetime,
    deliver: Deliver,
) -> None:
    """Approve every filing of the lot as it was drawn, or none.

    Raises:
        LotUnseenError: a drawn filing was not looked at.
        ManifestChangedError, NothingReadyError: a filing is not what was drawn.
    """
    _hold(session, lot, actor)
    if any(one.drawn and one.verdict != Verdict.RIGHT for one in lot.members):
        raise LotUnseenError("Look at every drawn filing before you sign the lot.")
    for one in lot.members:
        approve(
            session,
            store,
            vault,
            filing=session.get_one(Filing, one.filing_id),
            manifest_sha256=one.manifest_sha256,
            actor=actor,
            role=role,
            now=now,
            retain_until=retain_until,
            deliver=deliver,
        )
    kept = store.put(manifest_of(lot), prefix=MANIFESTS, retain_until=retain_until)
    words = signed_bytes(manifest_sha256=kept.sha256, by=actor, at=now)
    signature = vault.sign(words)
    lot.manifest_sha256 = kept.sha256
    lot.store_key, lot.store_version = kept.key, kept.version
    lot.key_id, lot.signature = signature.key_id, signature.hex
    _end(session, lot, LotState.APPROVED, actor=actor, now=now)


def dissolve(session: Session, lot: ApprovalLot, *, actor: str, now: datetime) -> None:
    """Give its filings free again; those that are drawn stay drawn in the next lot."""
    _hold(session, lot, actor)
    _end(session, lot, LotState.DISSOLVED, actor=actor, now=now)


def manifest_of(lot: ApprovalLot) -> bytes:
    """What the signature of a lot is over: its filings, and which were looked at."""
    return rfc8785.dumps(
        {
            "lot": lot.id,
            "form": lot.form,
            "filings": [
                {
                    "id": one.filing_id,
                    "manifest": one.manifest_sha256,
                    "drawn": one.drawn,
                }
                for one in lot.members
            ],
        }
    )


def _decidable(
    session: Session,
    vault: Vault,
    filing: Filing,
    actor: str,
    role: Role,
    now: datetime,
) -> str | None:
    """The manifest of a filing that waits for this person's decision, else None."""
    proposed = proposal(session, filing)
    stood = standing(session, vault, proposed, now=now)
    deciding = [one for one in stood.next_stages if one.kind == StageKind.DECIDE]
    found = seats(session, deciding, person=actor, role=role, day=office_day(now))
    free = any(not has_part(stood.round, seat, actor) for seat in found)
    return proposed.manifest_sha256 if free else None


def _rank(vault: Vault, filing: Filing, manifest: str) -> str:
    return vault.blind_index(f"lot/{filing.id}/{manifest}")


def _demand_unchanged(session: Session, member: LotMember, seen: str) -> None:
    filing = session.get_one(Filing, member.filing_id)
    now = proposal(session, filing).manifest_sha256
    if not seen == now == member.manifest_sha256:
        raise ManifestChangedError(
            f"Filing {filing.id} changed since the lot was drawn; dissolve the lot "
            "and draw another."
        )


def _send_back(
    session: Session,
    member: LotMember,
    reason: str,
    *,
    actor: str,
    role: Role,
    now: datetime,
) -> None:
    entries = session.scalars(
        select(Entry).where(
            Entry.filing_id == member.filing_id, Entry.state == EntryState.READY
        )
    ).all()
    for entry in entries:
        send_back(session, entry=entry, actor=actor, role=role, reason=reason, now=now)


def _hold(session: Session, lot: ApprovalLot, actor: str) -> None:
    session.refresh(lot, with_for_update=True)
    if lot.opened_by != actor:
        raise NotYourStageError(f"Lot {lot.id} is {lot.opened_by}'s to look at.")
    if lot.state != LotState.OPEN:
        raise LotOverError(f"Lot {lot.id} is {lot.state}; draw another.")


def _end(
    session: Session, lot: ApprovalLot, how: LotState, *, actor: str, now: datetime
) -> None:
    for one in lot.members:
        one.is_open = False
    lot.state, lot.ended_at = how, now
    session.flush()
    _tell(session, lot, f"lot.{how.value}", actor, now)


def _tell(
    session: Session,
    lot: ApprovalLot,
    act: str,
    actor: str,
    now: datetime,
    **about: object,
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="lot",
        subject_id=lot.id,
        now=now,
        body=about,
    )
