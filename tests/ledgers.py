"""What tests of the ledger do: papers that balance, and what is said of them."""

from sqlalchemy import Executable

from delivery.outbox import API
from storage import balance
from storage.ledger.account import draw_up
from storage.ledger.report import Ledger
from storage.ledger.span import EVER, Span
from storage.tables import Bundle, Filing, FilingStep, Page
from tests.desk import Desk
from tests.sorting import declared, sorted_bundles
from tests.workshop import a_blank, a_form


def ledger(desk: Desk, span: Span = EVER) -> Ledger:
    with desk.database.look() as session:
        return draw_up(session, subscribers=[API], span=span)


def differences(desk: Desk) -> list[tuple[str, str]]:
    return [(one.kind, one.subject_kind) for one in ledger(desk).differences]


def change(desk: Desk, *statements: Executable) -> None:
    with desk.database.begin() as session:
        for statement in statements:
            session.execute(statement)


def settled(desk: Desk, *pages: Page) -> int:
    """The one bundle of these pages, weighed."""
    (bundle_id,) = sorted_bundles(desk, *pages)
    with desk.database.begin() as session:
        balance.settle(session, session.get_one(Bundle, bundle_id))
    return bundle_id


def whole(desk: Desk) -> int:
    """A bundle that balances: a separator, two forms and an empty back."""
    return settled(desk, declared(1, 3), a_form(), a_form(), a_blank())


def approved(desk: Desk) -> int:
    """An approved filing in a bundle that balances; its id."""
    filing_id = desk.receive()
    with desk.database.begin() as session:
        filing = session.get_one(Filing, filing_id)
        bundle = Bundle(
            job_id=filing.arrival.job_id,
            number="9",
            site="main",
            scheme="KOSEI",
            form=filing.form,
            declared_sheets=1,
            declared_entries=1,
        )
        session.add(bundle)
        session.flush()
        filing.bundle_id, filing.step = bundle.id, FilingStep.DONE
        for page in filing.pages:
            page.bundle_id = bundle.id
    desk.route(filing_id)
    desk.approve(filing_id)
    return filing_id
