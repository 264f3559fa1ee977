"""A filing as it lies in the database once it is read: what tests start from."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import Field as FieldOfForm
from forms.definition import FormDefinition
from forms.headings import heading_of
from kamizero.model import (
    Box,
    Candidate,
    FieldState,
    FilingKind,
    PageKind,
    Reading,
)
from storage.first_readings import write_readings
from storage.manifest import stamped_bytes
from storage.tables import (
    ApprovalRound,
    ApprovalRoute,
    Arrival,
    ArrivalState,
    Field,
    Filing,
    FilingStep,
    Job,
    Original,
    Page,
    RouteStage,
    RouteStep,
    Site,
)
from storage.vault import Vault

NOW = datetime(2020, 12, 10, 1, 0, tzinfo=UTC)
RECEIVED_ON = date(2020, 12, 9)

# The page of `new_page`: A4 at 200 dpi.
PX_PER_MM = 200 / 25.4

# What stands on the paper unless a test says otherwise; all else is blank.
PAPER = {
    "submitted_on": "2020-12-08",
    "office.symbol": "01-ケイト",
    "office.name": "株式会社けいと",
    "name_kana": "ヤマダ　タロウ",
    "name_kanji": "山田　太郎",
    "birth_date": "1990-05-12",
    "my_number": "123456789018",
    "acquired_on": "2020-12-01",
    "remuneration_total": "280000",
}


def new_filing(
    session: Session, definition: FormDefinition, kind: FilingKind
) -> Filing:
    session.merge(Site(code="main", name="本所"))
    session.flush()
    job = Job(
        site="main",
        door="test",
        operator="ken",
        created_at=NOW,
        received_on=RECEIVED_ON,
    )
    session.add(job)
    session.flush()
    arrival = Arrival(
        job_id=job.id,
        seq=1,
        original=_original(f"bytes {job.id}".encode()),
        source="scan.png",
        state=ArrivalState.TAKEN,
    )
    session.add(arrival)
    session.flush()
    filing = Filing(
        receipt_number=f"R{arrival.id}",
        arrival_id=arrival.id,
        site="main",
        form=definition.form,
        revision=definition.revision,
        kind=kind,
        received_on=RECEIVED_ON,
        created_at=NOW,
        step=FilingStep.CHECKING,
    )
    session.add(filing)
    session.flush()
    return filing


def _original(data: bytes) -> Original:
    digest = hashlib.sha256(data).hexdigest()
    return Original(
        sha256=digest,
        size=len(data),
        media_type="image/png",
        store_key=f"original/{digest}",
        store_version="1",
        stored_at=NOW,
        retain_until=NOW + timedelta(days=3650),
    )


def take_route(
    session: Session,
    filing: Filing,
    *,
    by: str,
    manifest: str,
    vault: Vault | None = None,
) -> int:
    """Let one person take the standard route of one stage; return the round."""
    route = session.scalars(
        select(ApprovalRoute).where(ApprovalRoute.code == "default")
    ).one()
    found = ApprovalRound(
        filing_id=filing.id, route=route, manifest_sha256=manifest, opened_at=NOW
    )
    session.add(found)
    session.flush()
    step = a_step(found, route.stages[0], seq=1, person=by)
    if vault is not None:
        words = stamped_bytes(
            manifest_sha256=manifest,
            stage=route.stages[0].id,
            by=by,
            for_person=None,
            at=NOW,
        )
        signature = vault.sign(words)
        step.key_id, step.signature = signature.key_id, signature.hex
    session.add(step)
    session.flush()
    return found.id


def a_step(
    found: ApprovalRound,
    stage: RouteStage,
    *,
    seq: int,
    person: str,
    for_person: str | None = None,
) -> RouteStep:
    """A stamp as it lies in the database; nobody asked whether it may be there."""
    return RouteStep(
        round=found,
        seq=seq,
        stage=stage,
        person=person,
        for_person=for_person,
        on_day=RECEIVED_ON,
        at=NOW,
        key_id="k",
        signature="00",
    )


def new_page(session: Session, filing: Filing) -> Page:
    page = Page(
        arrival_id=filing.arrival_id,
        number=1,
        width_px=1654,
        height_px=2339,
        dpi=200,
        depth=8,
        kind=PageKind.FORM,
        form=filing.form,
        revision=filing.revision,
        form_page=1,
        filing_id=filing.id,
    )
    session.add(page)
    session.flush()
    return page


def read_fields(
    session: Session,
    vault: Vault,
    page: Page,
    readings: Sequence[tuple[Field, Reading]],
) -> None:
    """Write fields and what the machine read in them."""
    for field, _ in readings:
        field.filing_id = page.filing_id or 0
        field.page_id = page.id
    write_readings(session, vault, readings, now=NOW)


def on_paper(name: str) -> str:
    """What stands in the field unless a test says otherwise."""
    last = name.rpartition(".")[2] if name.startswith("insured.") else name
    return PAPER.get(last, "")


def a_field(defined: FieldOfForm, position: int) -> Field:
    return Field(
        entry_n=defined.entry or 0,
        position=position,
        name=defined.name,
        sensitive=defined.sensitive,
        heading=heading_of(defined),
        box_px=[round(side * PX_PER_MM, 1) for side in defined.box_mm],
    )


def a_reading(
    name: str, value: str, *, accepted: bool, other: str | None = None
) -> Reading:
    besides = f"{value}?" if other is None else other
    return Reading(
        name=name,
        state=FieldState.READ if value else FieldState.BLANK,
        value=value,
        text=value,
        confidence=0.9999 if accepted else 0.7,
        accepted=accepted,
        chosen_by=None,
        page=1,
        box_px=Box(10, 20, 30, 40),
        alternatives=(Candidate(besides, besides, 0.2),),
        engine="pp-ocrv6-small@0123",
    )
