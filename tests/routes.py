"""Routes of several stages and the people on them, for tests that take them."""

from collections.abc import Sequence
from datetime import date

from forms.library import Library
from kamizero.model import Role
from review import absences
from review.route_book import add_routes, read_book
from review.stamping import endorse
from storage.tables import Filing, Person, RouteStep
from tests.desk import LATER, NOW, Desk

TODAY = date(2020, 12, 10)
THREE_STAGES = """
routes:
  - code: long
    name_ja: 三段階
    name_en: Three stages
    in_force_from: 2020-01-01
    stages:
      - {kind: review, unit: 適用課, persons: [sato]}
      - {kind: consult, unit: 徴収課, persons: [kato, mori]}
      - {kind: consult, unit: 記録課, persons: [ueda]}
      - {kind: decide, unit: 所長, persons: [ann]}
"""
PEOPLE = ("sato", "kato", "mori", "ueda", "ann", "bob")


def load_routes(desk: Desk, text: str, *, people: Sequence[str] = PEOPLE) -> None:
    """Add the routes, and approvers nobody can log in as."""
    with desk.database.begin() as session:
        session.add_all(
            Person(name=name, role=Role.APPROVER, password_hash="-") for name in people
        )
        session.flush()
        book = read_book(text)
        add_routes(session, Library.shipped(), book, actor="admin", now=NOW)


def stamp(
    desk: Desk,
    filing: int,
    actor: str,
    *,
    seen: int | None = None,
    role: Role = Role.APPROVER,
) -> RouteStep:
    """Look at what is ready, and take the stage it waits at."""
    manifest = desk.seen_manifest(filing)
    with desk.database.begin() as session:
        return endorse(
            session,
            desk.vault,
            filing=session.get_one(Filing, filing),
            manifest_sha256=manifest,
            actor=actor,
            role=role,
            now=LATER,
            steps_seen=seen,
        )


def away(desk: Desk, person: str, deputy: str, *, day: date = TODAY) -> int:
    """Let somebody be away for a day."""
    with desk.database.begin() as session:
        absence = absences.record_absence(
            session,
            person=person,
            deputy=deputy,
            first_day=day,
            last_day=day,
            actor=person,
            now=NOW,
        )
        return absence.id
