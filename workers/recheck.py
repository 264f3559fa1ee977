"""Holding a filing's present values against the rules and records, and routing it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from forms.library import Library
from forms.occasions import occasions
from forms.standards import Standards
from kamizero.model import FieldState, FilingKind, Finding
from kamizero.records import Records
from kamizero.tokyo import business_date
from review import routing
from review.doubt import all_fields, all_findings, entry_number, findings_changed
from review.sorting.required import attachments_of
from storage import values
from storage.database import Database
from storage.occasions import keep, others
from storage.summed import open_beside, summed
from storage.tables import HEAD, Field, Filing, FilingStep, FindingRow
from storage.values import decided_versions
from storage.vault import Vault
from validation.check import check
from validation.evidence import RECORD, supported
from validation.filing import FilingValues, free_reading
from validation.version import rules_version

# Who accepted a reading because the register says the same.
REGISTER = "kamizero/register"

# What a reading alone knew (such as a PDF's text that differs) is not asked again.
READING_RULES = "reading."


@dataclass(frozen=True, slots=True)
class Recheck:
    """Checks one filing again; given to review so that a correction is checked too.

    `records` gives the register, asked in the transaction of the check; `elsewhere`
    is it where a part of it is a system that has to be waited for.
    """

    library: Library
    vault: Vault
    records: Callable[[Session], Records | None]
    clock: Callable[[], datetime]
    standards: Standards
    elsewhere: Records | None = None

    def ask_ahead(self, database: Database, filing_id: int) -> None:
        """Ask a system elsewhere what the check will ask, with no transaction open.

        It remembers its answers, so that nobody waits for it holding a lock.
        """
        if self.elsewhere is None:
            return
        with database.look() as session:
            values = self._values(session, session.get_one(Filing, filing_id))
        today = business_date(self.clock())
        check(values, records=self.elsewhere, today=today)

    def __call__(self, session: Session, filing: Filing) -> None:
        """Rewrite the findings of a filing; a waiver of the same finding stays."""
        self._check(session, filing)

    def _check(self, session: Session, filing: Filing) -> FilingValues:
        """The same; what was held against the rules."""
        values = self._values(session, filing)
        named = {n: occasions(values.form, n, values.value) for n in values.entries()}
        # What is decided gets its number on its way to the database.
        session.flush()
        decided = decided_versions(all_fields(session, filing))
        keep(session, self.vault, filing, named, decided)
        wanted = {
            one.occasion
            for ways in named.values()
            for one in ways
            # Only what changes another filing asks for any of the person's.
            if one.occasion.when or filing.kind != FilingKind.NEW
        }
        found = check(
            values,
            records=self.records(session),
            today=business_date(self.clock()),
            filed=others(session, self.vault, filing.id, wanted),
        )
        rewrite_findings(session, filing, found)
        filing.rules = rules_version()
        # Papers that are only now checked are counted when the last of them is.
        if filing.step == FilingStep.DONE:
            self._recount(session, filing)
        return values

    def _recount(self, session: Session, filing: Filing) -> None:
        """Check a summary again that counts this filing, which may be another now."""
        for one in open_beside(session, filing):
            if self.library.summed_by(one.form) == filing.form:
                self(session, one)

    def route(self, session: Session, filing: Filing) -> bool:
        """Check, then decide who must look at each entry; tell whether they went on.

        They stay where they are while their bundle does not balance.
        """
        values = self._check(session, filing)
        self._accept_supported(session, filing, values)
        return routing.route(
            session,
            filing,
            definition=self.library.of(filing),
            vault=self.vault,
            now=self.clock(),
            standards=self.standards,
        )

    def _values(self, session: Session, filing: Filing) -> FilingValues:
        """What is decided for every field, and what a rule chose unconfirmed."""
        fields = all_fields(session, filing)
        versions = {f.name: values.decided_version(f) for f in fields}
        bodies = {n: values.body_of(v, self.vault) for n, v in versions.items()}
        free = {
            n: free_reading(v.chosen_by, v.accepted, bodies[n].candidates)
            for n, v in versions.items()
        }
        form = self.library.of(filing)
        return FilingValues(
            form=form,
            kind=FilingKind(filing.kind),
            values={n: body.value for n, body in bodies.items()},
            states={n: FieldState(v.state) for n, v in versions.items()},
            texts={f.name: self._writing(f) for f in fields},
            free={n: reading for n, reading in free.items() if reading},
            chosen_by={n: v.chosen_by for n, v in versions.items() if v.chosen_by},
            attachments=attachments_of(session, filing) if form.attachments else None,
            summed=summed(session, self.vault, filing, form.sums_up),
        )

    def _accept_supported(
        self, session: Session, filing: Filing, checked: FilingValues
    ) -> None:
        """Accept doubtful readings that the register spells the same way."""
        grounds = supported(
            checked,
            records=self.records(session),
            today=business_date(self.clock()),
        )
        for field in filing.fields:
            reading = field.as_written
            if (
                reading is not None
                # What is supported is the decision then, not the reading under it.
                and field.as_decided is None
                and not reading.accepted
                and reading.state == FieldState.READ
                and reading.chosen_by is None
                and RECORD in grounds.get(field.name, ())
            ):
                values.write_support(
                    session,
                    self.vault,
                    field,
                    author=REGISTER,
                    grounds=[RECORD],
                    now=self.clock(),
                )
        session.flush()

    def _writing(self, field: Field) -> str:
        """What stands on the paper; the text of a decision is its ground."""
        if field.as_written is None:
            return ""
        return values.body_of(field.as_written, self.vault).text


def rewrite_findings(
    session: Session, filing: Filing, found: Sequence[Finding]
) -> None:
    """Replace what the rules said before; a waiver stays with what it was given for.

    Where the rule says something else by now, somebody has to look at that too.
    """
    all_before = all_findings(session, filing)
    before = [row for row in all_before if not _is_of_reading(row.rule)]
    rows = [_row(filing, finding) for finding in found]
    if [_saying(row) for row in before] == [_saying(row) for row in rows]:
        return
    waived = {_saying(row): row for row in before if row.waived_by is not None}
    for row in rows:
        if (kept := waived.get(_saying(row))) is not None:
            row.waived_by, row.waived_why = kept.waived_by, kept.waived_why
            row.waived_at = kept.waived_at
    ids = [row.id for row in before]
    session.execute(delete(FindingRow).where(FindingRow.id.in_(ids)))
    session.add_all(rows)
    session.flush()
    findings_changed(filing, [*(set(all_before) - set(before)), *rows])


def add_findings(session: Session, filing: Filing, found: tuple[Finding, ...]) -> None:
    """Write findings that only a reading can know."""
    session.add_all(
        _row(filing, finding) for finding in found if _is_of_reading(finding.rule)
    )
    session.flush()
    session.expire(filing, ["findings"])


def _is_of_reading(rule: str) -> bool:
    return rule.startswith(READING_RULES)


def _saying(row: FindingRow) -> tuple[object, ...]:
    """What makes two findings say the same."""
    fields = tuple(row.fields)
    return row.rule, row.severity, fields, row.message_ja, row.record, row.about_id


def _row(filing: Filing, finding: Finding) -> FindingRow:
    lines = {entry_number(name) for name in finding.fields} - {HEAD}
    return FindingRow(
        filing_id=filing.id,
        entry_n=lines.pop() if len(lines) == 1 else HEAD,
        rule=finding.rule,
        severity=finding.severity,
        fields=list(finding.fields),
        message_ja=finding.message.ja,
        message_en=finding.message.en,
        record=finding.record,
        about_id=finding.about,
    )
