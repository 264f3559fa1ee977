"""Attachments that who filed, or what the form says, asks for."""

import pytest

from forms.definition import FormDefinition
from forms.library import Library
from review.sorting.required import missing
from storage.database import Database
from storage.directory import DirectoryStore
from storage.tables import AttachmentKind, Bundle, Filing, Page, Submitter
from storage.vault import Vault
from tests.desk import Desk

CARD = "insured.1.cards_returned"


@pytest.fixture
def leavers(desk: Desk) -> Desk:
    """The same desk, with forms on which cards are given back."""
    database: Database = desk.database
    vault: Vault = desk.vault
    store: DirectoryStore = desk.store
    return Desk(database, vault, store, Library.shipped().get("2201@2020-12"))


def bundled(
    desk: Desk, *, submitter: Submitter | None = None, cards: str = ""
) -> tuple[int, int]:
    """A bundle with one filing; its only attachment is still of no kind."""
    filing_id = desk.receive(written={CARD: cards})
    with desk.database.begin() as session:
        filing = session.get_one(Filing, filing_id)
        bundle = Bundle(
            job_id=filing.arrival.job_id,
            number="1",
            site="main",
            scheme="KOSEI",
            form=filing.form,
            submitter=submitter,
        )
        session.add(bundle)
        session.flush()
        filing.bundle_id = bundle.id
        page = Page(
            arrival_id=filing.arrival_id,
            number=2,
            width_px=800,
            height_px=1100,
            dpi=100,
            depth=8,
            kind="attachment",
            bundle_id=bundle.id,
            filing_id=filing_id,
        )
        session.add(page)
        session.flush()
        return bundle.id, page.id


def asked(desk: Desk, bundle_id: int) -> list[str]:
    with desk.database.look() as session:
        bundle = session.get_one(Bundle, bundle_id)
        return [
            one.kind.value
            for one in missing(session, desk.vault, Library.shipped(), bundle)
        ]


def call_it(desk: Desk, page_id: int, kind: AttachmentKind) -> None:
    with desk.database.begin() as session:
        session.get_one(Page, page_id).attachment = kind


def test_a_proxy_shows_that_they_may_and_who_they_are(leavers: Desk) -> None:
    bundle, page = bundled(leavers, submitter=Submitter.PROXY)

    assert asked(leavers, bundle) == ["power_of_attorney", "identity"]

    call_it(leavers, page, AttachmentKind.POWER_OF_ATTORNEY)
    assert asked(leavers, bundle) == ["identity"]


def test_an_employer_is_asked_for_nothing(leavers: Desk) -> None:
    bundle, _ = bundled(leavers, submitter=Submitter.EMPLOYER)

    assert asked(leavers, bundle) == []


def test_a_form_that_returns_a_card_is_searched_for_it(leavers: Desk) -> None:
    bundle, page = bundled(leavers, cards="1")

    assert asked(leavers, bundle) == ["insurance_card"]

    call_it(leavers, page, AttachmentKind.INSURANCE_CARD)
    assert asked(leavers, bundle) == []


def test_no_card_is_looked_for_where_none_is_returned(leavers: Desk) -> None:
    bundle, _ = bundled(leavers, cards="0")

    assert asked(leavers, bundle) == []


def test_the_account_of_a_pension_is_proven_by_seal_or_bank_book(desk: Desk) -> None:
    form = Library.shipped().get("UKETORI")
    payees = Desk(desk.database, desk.vault, desk.store, form)
    bundle, page = bundled(payees)

    assert asked(payees, bundle) == ["bank_book"]

    call_it(payees, page, AttachmentKind.BANK_BOOK)
    assert asked(payees, bundle) == []


@pytest.mark.parametrize("form", Library.shipped().all(), ids=lambda form: form.name)
def test_every_attachment_a_form_asks_for_has_its_kind(form: FormDefinition) -> None:
    kinds = {kind.value for kind in AttachmentKind}

    assert {one.kind for one in form.attachments} <= kinds
