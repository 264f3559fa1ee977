"""Close days of the ledger, and open them again where anything of them changes.

The database itself sees to the second: whatever changes a row that a closed account
stands on writes a row of `ledger_reopening` in the same transaction, whoever asks. On
PostgreSQL it first takes a lock of the day that it shares with everybody but whoever
closes the day, who would otherwise not see a change that is not committed yet.
"""

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0059"
down_revision: str | None = "0058"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The business day (JST has been UTC+9 since 1952) of a job called so.
_DAY = {
    "postgresql": "({job}.created_at AT TIME ZONE 'Asia/Tokyo')::date",
    "sqlite": "date({job}.created_at, '+9 hours')",
}
# Which columns an account stands on, beside the ids of its rows.
_STANDS_ON: Mapping[str, str] = {
    "arrival": "job_id, seq, state, page_count, medium_id, first_arrival_id",
    "batch": "job_id, declared_bundles, declared_sheets",
    "bundle": "job_id, batch_id, kind, number, site, form, declared_sheets, "
    "declared_entries, received_on, reference, medium, declared_offices, "
    "declared_records, uncovered, sorting, balance, explained_for",
    "delivery": "entry_id, subscriber, state, corrects_id",
    "entry": "filing_id, n, state, reasons, approval_id",
    "filing": "receipt_number, arrival_id, bundle_id, site, form, revision, step, "
    "dissolved_at",
    "media_file": "arrival_id, role, offices_said, offices, records",
    "page": "arrival_id, number, kind, form_page, bundle_id, filing_id, front_id, "
    "standing, attachment",
    "recall": "entry_id, new_entry_id, state, receivers",
}
_OF_JOB = "site, created_at, declared_sheets, sides"
_OF_FILING = (
    "SELECT one.job_id FROM filing JOIN arrival one ON one.id = filing.arrival_id "
    "WHERE filing.id = {filing} "
    "UNION SELECT one.job_id FROM filing JOIN bundle one ON one.id = filing.bundle_id "
    "WHERE filing.id = {filing}"
)
# An entry's filing is closed for late papers once all its entries are ended.
_OF_ENTRIES = (
    f"{_OF_FILING} UNION SELECT one.job_id FROM filing "
    "JOIN bundle one ON one.reference = filing.receipt_number "
    "WHERE filing.id = {filing}"
)
# A bundle is weighed with those of its batch, and those of its number and day.
_OF_BUNDLE = (
    "SELECT one.job_id FROM bundle one WHERE one.id = {bundle} "
    "UNION SELECT other.job_id FROM bundle one "
    "JOIN bundle other ON other.batch_id = one.batch_id WHERE one.id = {bundle} "
    "UNION SELECT other.job_id FROM bundle one JOIN bundle other "
    "ON other.site = one.site AND other.number = one.number "
    "AND other.received_on = one.received_on "
    "WHERE one.id = {bundle} AND one.number <> ''"
)
_ENTRY = "(SELECT entry.filing_id FROM entry WHERE entry.id = {entry})"
# The jobs whose account a row is part of; `{row}` is the row before, or after.
_JOBS: Mapping[str, str] = {
    "arrival": "SELECT {row}.job_id "
    "UNION SELECT one.job_id FROM bundle one WHERE one.id = {row}.medium_id",
    "batch": "SELECT {row}.job_id "
    "UNION SELECT one.job_id FROM bundle one WHERE one.batch_id = {row}.id",
    "bundle": "SELECT {row}.job_id "
    "UNION SELECT one.job_id FROM bundle one WHERE one.batch_id = {row}.batch_id "
    "UNION SELECT one.job_id FROM bundle one WHERE one.site = {row}.site "
    "AND one.number = {row}.number AND one.received_on = {row}.received_on "
    "AND one.number <> '' "
    # An e-filing has its number for ever, wherever it comes.
    "UNION SELECT one.job_id FROM bundle one WHERE one.kind = 'media' "
    "AND {row}.kind = 'media' AND one.number = {row}.number "
    "UNION SELECT one.job_id FROM page JOIN arrival one ON one.id = page.arrival_id "
    "WHERE page.bundle_id = {row}.id",
    "delivery": _OF_FILING.format(filing=_ENTRY.format(entry="{row}.entry_id")),
    "entry": _OF_ENTRIES.format(filing="{row}.filing_id"),
    "filing": "SELECT one.job_id FROM arrival one WHERE one.id = {row}.arrival_id "
    "UNION SELECT one.job_id FROM bundle one WHERE one.id = {row}.bundle_id "
    "UNION SELECT one.job_id FROM bundle one "
    "WHERE one.reference = {row}.receipt_number "
    "UNION SELECT one.job_id FROM page JOIN arrival one ON one.id = page.arrival_id "
    "WHERE page.filing_id = {row}.id",
    "media_file": "SELECT one.job_id FROM arrival one WHERE one.id = {row}.arrival_id "
    "UNION SELECT one.job_id FROM arrival JOIN bundle one ON one.id = arrival.medium_id"
    " WHERE arrival.id = {row}.arrival_id",
    "page": "SELECT one.job_id FROM arrival one WHERE one.id = {row}.arrival_id "
    f"UNION {_OF_BUNDLE.format(bundle='{row}.bundle_id')} "
    f"UNION {_OF_FILING.format(filing='{row}.filing_id')}",
    "recall": _OF_FILING.format(filing=_ENTRY.format(entry="{row}.entry_id"))
    + " UNION "
    + _OF_FILING.format(filing=_ENTRY.format(entry="{row}.new_entry_id")),
}
# Work that is gone may leave behind what waits for it.
_OF_WORK = (
    "SELECT one.job_id FROM arrival one "
    "WHERE OLD.kind = 'identify' AND one.id = OLD.subject "
    "UNION SELECT one.job_id FROM bundle one "
    "WHERE OLD.kind = 'sort' AND one.id = OLD.subject "
    "UNION SELECT one.job_id FROM filing JOIN arrival one ON one.id = filing.arrival_id"
    " WHERE OLD.kind IN ('read', 'check') AND filing.id = OLD.subject "
    "UNION SELECT one.job_id FROM entry JOIN filing ON filing.id = entry.filing_id "
    "JOIN arrival one ON one.id = filing.arrival_id "
    "WHERE OLD.kind = 'review' AND entry.id = OLD.subject "
    "UNION SELECT one.job_id FROM field JOIN filing ON filing.id = field.filing_id "
    "JOIN arrival one ON one.id = filing.arrival_id "
    "WHERE OLD.kind = 'keying' AND field.id = OLD.subject "
    "UNION SELECT one.job_id FROM delivery JOIN entry ON entry.id = delivery.entry_id "
    "JOIN filing ON filing.id = entry.filing_id "
    "JOIN arrival one ON one.id = filing.arrival_id "
    "WHERE (OLD.kind LIKE 'robot.%' OR OLD.kind LIKE 'doubt.%') "
    "AND delivery.id = OLD.subject"
)
_RECEIVERS = ("export_destination", "robot_queue")
_OF_RECEIVER = "name, form, of_site, since, made_at, closed_at, backlog_after"
# From which approval on other entries are due to a receiver than before; what was
# closed before that moment holds none of them.
_SAME_ENTRIES = (
    "OLD.name = NEW.name AND OLD.since = NEW.since AND OLD.made_at = NEW.made_at "
    "AND coalesce(OLD.form, '') = coalesce(NEW.form, '') "
    "AND coalesce(OLD.of_site, '') = coalesce(NEW.of_site, '') "
    "AND (OLD.backlog_after IS NULL) = (NEW.backlog_after IS NULL)"
)
_SAME_END = (
    "(OLD.closed_at IS NULL AND NEW.closed_at IS NULL OR OLD.closed_at = NEW.closed_at)"
)
_EARLIER_SINCE = "CASE WHEN OLD.since < NEW.since THEN OLD.since ELSE NEW.since END"
_EARLIER_END = (
    "CASE WHEN OLD.closed_at IS NULL OR NEW.closed_at < OLD.closed_at "
    "THEN NEW.closed_at ELSE OLD.closed_at END"
)
_MOMENT = {
    "INSERT": "CASE WHEN NEW.backlog_after IS NULL THEN NEW.since ELSE NEW.made_at END",
    "UPDATE": f"CASE WHEN NOT ({_SAME_ENTRIES}) THEN {_EARLIER_SINCE} "
    f"WHEN NOT {_SAME_END} THEN {_EARLIER_END} END",
}
_CLOSED = (
    "day.closed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_reopening one "
    "WHERE one.site = day.site AND one.day = day.day)"
)
_STAYS = "what was closed stays"


def upgrade() -> None:
    _create_tables()
    _index()
    dialect = op.get_bind().dialect.name
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)
    op.execute(
        "INSERT INTO ledger_day (site, day) "
        f"SELECT DISTINCT job.site, {_DAY[dialect].format(job='job')} FROM job"
    )


def downgrade() -> None:
    raise SetupError(
        "What was closed is not forgotten: restore the backup made before the upgrade."
    )


def _create_tables() -> None:
    op.create_table(
        "ledger_day",
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closed_at", columns.Instant(), nullable=True),
        sa.Column("laws", sa.String(length=100), nullable=True),
        sa.Column("account", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("footing", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("held_at", columns.Instant(), nullable=True),
        sa.Column(
            "fails", sa.Boolean(), server_default=sa.text("FALSE"), nullable=False
        ),
        sa.Column("accepted_by", sa.String(length=100), nullable=True),
        sa.Column("accepted_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (account IS NULL) "
            "AND (closed_at IS NULL) = (footing IS NULL) "
            "AND (closed_at IS NULL) = (laws IS NULL) "
            "AND (closed_at IS NULL) = (held_at IS NULL)",
            name=op.f("ck_ledger_day_closing_is_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_ledger_day_site_site")
        ),
        sa.PrimaryKeyConstraint("site", "day", name=op.f("pk_ledger_day")),
    )
    op.create_table(
        "ledger_reopening",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_ledger_reopening_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_reopening")),
    )
    op.create_index("ix_ledger_reopening_site_day", "ledger_reopening", ["site", "day"])


def _index() -> None:
    """What the triggers and the ledger of a day ask of bundles."""
    op.drop_index("ix_bundle_site_number", "bundle")
    op.create_index("ix_bundle_number", "bundle", ["site", "number", "received_on"])
    for name, column, wanted in (
        ("ix_bundle_batch_id", "batch_id", "batch_id IS NOT NULL"),
        ("ix_bundle_reference", "reference", "reference IS NOT NULL"),
        ("ix_bundle_media_number", "number", "kind = 'media'"),
        ("ix_bundle_sorting", "id", "sorting"),
    ):
        where = sa.text(wanted)
        op.create_index(
            name, "bundle", [column], sqlite_where=where, postgresql_where=where
        )


def _sqlite() -> Iterator[str]:
    begun = "INSERT INTO ledger_reopening (site, day, what) SELECT DISTINCT"
    of_job = _DAY["sqlite"].format(job="job")

    def trigger(name: str, when: str, *acts: str, only: str = "") -> str:
        return f"CREATE TRIGGER {name} AFTER {when} {only} BEGIN {'; '.join(acts)}; END"

    def reopen(table: str, jobs: str) -> str:
        return (
            f"{begun} day.site, day.day, '{table}' FROM job JOIN ledger_day day "
            f"ON day.site = job.site AND day.day = {of_job} "
            f"WHERE job.id IN ({jobs}) AND {_CLOSED}"
        )

    def reopen_its_day(row: str) -> str:
        return (
            f"{begun} day.site, day.day, 'job' FROM ledger_day day "
            f"WHERE day.site = {row}.site "
            f"AND day.day = {_DAY['sqlite'].format(job=row)} AND {_CLOSED}"
        )

    def reopen_since(table: str, moment: str) -> str:
        return (
            f"{begun} day.site, day.day, '{table}' FROM ledger_day day "
            f"WHERE day.closed_at > {moment} AND {_CLOSED}"
        )

    know = (
        "INSERT INTO ledger_day (site, day) "
        f"SELECT NEW.site, {_DAY['sqlite'].format(job='NEW')} "
        "WHERE NOT EXISTS (SELECT 1 FROM ledger_day day WHERE day.site = NEW.site "
        f"AND day.day = {_DAY['sqlite'].format(job='NEW')})"
    )
    old, new = reopen_its_day("OLD"), reopen_its_day("NEW")
    yield trigger("ledger_job_insert", "INSERT ON job", know, new)
    yield trigger("ledger_job_update", f"UPDATE OF {_OF_JOB} ON job", know, old, new)
    yield trigger("ledger_job_delete", "DELETE ON job", old)
    for table, stands_on in _STANDS_ON.items():
        before = reopen(table, _JOBS[table].format(row="OLD"))
        after = reopen(table, _JOBS[table].format(row="NEW"))
        name, changed = f"ledger_{table}", f"UPDATE OF {stands_on} ON {table}"
        yield trigger(f"{name}_insert", f"INSERT ON {table}", after)
        yield trigger(f"{name}_update", changed, before, after)
        yield trigger(f"{name}_delete", f"DELETE ON {table}", before)
    lost = reopen("work", _OF_WORK)
    yield trigger(
        "ledger_work_update",
        "UPDATE OF state, kind, subject ON work",
        lost,
        only="WHEN OLD.state <> NEW.state OR OLD.kind <> NEW.kind "
        "OR OLD.subject <> NEW.subject",
    )
    yield trigger("ledger_work_delete", "DELETE ON work", lost)
    for table in _RECEIVERS:
        for act, when in (
            ("INSERT", "INSERT"),
            ("UPDATE", f"UPDATE OF {_OF_RECEIVER}"),
        ):
            yield trigger(
                f"ledger_{table}_{act.lower()}",
                f"{when} ON {table}",
                reopen_since(table, f"({_MOMENT[act]})"),
            )
    yield (
        "CREATE TRIGGER ledger_day_delete BEFORE DELETE ON ledger_day "
        f"BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END"
    )


def _postgresql() -> Iterator[str]:
    yield """
        CREATE FUNCTION ledger_lock_of(of_site text, of_day date) RETURNS integer
        LANGUAGE sql IMMUTABLE AS $$
            SELECT (hashtext(of_site) # (of_day - date '2000-01-01')) & 255
        $$
    """
    yield f"""
        CREATE FUNCTION ledger_reopen(
            of_table text, of_site text, of_day date
        ) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(
                59, ledger_lock_of(of_site, of_day)
            );
            INSERT INTO ledger_reopening (site, day, what)
            SELECT day.site, day.day, of_table FROM ledger_day day
            WHERE day.site = of_site AND day.day = of_day AND {_CLOSED};
        END $$
    """
    yield f"""
        CREATE FUNCTION ledger_reopen_jobs(of_table text, jobs bigint[]) RETURNS void
        LANGUAGE plpgsql AS $$
        DECLARE one record;
        BEGIN
            FOR one IN
                SELECT DISTINCT job.site, {_DAY["postgresql"].format(job="job")} AS day
                FROM job WHERE job.id = ANY (jobs)
            LOOP
                PERFORM ledger_reopen(of_table, one.site, one.day);
            END LOOP;
        END $$
    """
    yield f"""
        CREATE FUNCTION ledger_reopen_since(of_table text, moment timestamptz)
        RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(59, one)
            FROM generate_series(0, 255) one;
            INSERT INTO ledger_reopening (site, day, what)
            SELECT day.site, day.day, of_table FROM ledger_day day
            WHERE day.closed_at > moment AND {_CLOSED};
        END $$
    """
    yield from _trigger(
        "job",
        f"INSERT OR UPDATE OF {_OF_JOB} OR DELETE",
        old=f"ledger_reopen('job', OLD.site, {_DAY['postgresql'].format(job='OLD')})",
        new=f"ledger_reopen('job', NEW.site, {_DAY['postgresql'].format(job='NEW')})",
        first="IF TG_OP <> 'DELETE' THEN INSERT INTO ledger_day (site, day) "
        f"VALUES (NEW.site, {_DAY['postgresql'].format(job='NEW')}) "
        "ON CONFLICT DO NOTHING; END IF;",
    )
    for table, stands_on in _STANDS_ON.items():
        yield from _trigger(
            table,
            f"INSERT OR UPDATE OF {stands_on} OR DELETE",
            old=_reopen_jobs(table, _JOBS[table].format(row="OLD")),
            new=_reopen_jobs(table, _JOBS[table].format(row="NEW")),
        )
    yield from _trigger(
        "work",
        "UPDATE OF state, kind, subject OR DELETE",
        old=_reopen_jobs("work", _OF_WORK),
        first="IF TG_OP = 'UPDATE' AND OLD.state = NEW.state AND OLD.kind = NEW.kind "
        "AND OLD.subject = NEW.subject THEN RETURN NULL; END IF;",
    )
    for table in _RECEIVERS:
        since = {
            act: f"PERFORM ledger_reopen_since('{table}', {moment});"
            for act, moment in _MOMENT.items()
        }
        yield from _trigger(
            table,
            f"INSERT OR UPDATE OF {_OF_RECEIVER}",
            first=f"IF TG_OP = 'INSERT' THEN {since['INSERT']} "
            f"ELSE {since['UPDATE']} END IF;",
        )
    yield (
        "CREATE TRIGGER ledger_day_delete BEFORE DELETE ON ledger_day "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{_STAYS}')"
    )
    yield (
        "CREATE TRIGGER ledger_day_truncate BEFORE TRUNCATE ON ledger_day "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{_STAYS}')"
    )


def _reopen_jobs(table: str, jobs: str) -> str:
    return f"ledger_reopen_jobs('{table}', ARRAY({jobs}))"


def _trigger(
    table: str, when: str, *, first: str = "", old: str = "", new: str = ""
) -> Iterator[str]:
    name = f"ledger_{table}"
    before = f"IF TG_OP <> 'INSERT' THEN PERFORM {old}; END IF;" if old else ""
    after = f"IF TG_OP <> 'DELETE' THEN PERFORM {new}; END IF;" if new else ""
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {first} {before} {after} RETURN NULL; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} AFTER {when} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
