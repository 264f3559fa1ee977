"""Whatever people do in whatever order, also past the program: four eyes hold.

A machine plays people who review, stamp, decide, send back, stand in for each other
and write rows by hand, and looks at what became of it.
"""

import shutil
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from forms.library import Library
from kamizero.errors import KamizeroError
from kamizero.model import Role
from review import absences
from review.completion import pull_back
from review.returns import send_back
from review.route_book import add_routes, read_book
from review.stamping import endorse, step_back
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.tables import (
    Approval,
    ApprovalRound,
    Entry,
    Filing,
    Person,
    RouteStep,
    Touch,
)
from storage.vault import KeyRing, Vault
from tests.desk import LATER, NOW, Desk
from tests.paper import RECEIVED_ON, a_step

NAME = "insured.1.name_kana"
ROUTE = """
routes:
  - code: three
    name_ja: 三
    name_en: Three
    in_force_from: 2020-01-01
    stages:
      - {kind: review, unit: a, persons: [ann, bob, kim]}
      - {kind: consult, unit: b, persons: [bob, kim, rei]}
      - {kind: decide, unit: c, persons: [kim, rei, ann]}
"""
NAMES = ("ann", "bob", "kim", "rei")
people = st.sampled_from(NAMES)


class Office(RuleBasedStateMachine):
    """One filing, four approvers, and nobody who keeps to the rules by themselves."""

    template: Path

    @initialize(reviewer=people)
    def open_office(self, reviewer: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="four-eyes-"))
        shutil.copytree(self.template, self.folder, dirs_exist_ok=True)
        self.database = Database(embedded_url(self.folder))
        self.desk = Desk(
            database=self.database,
            vault=Vault(KeyRing.load(self.folder / "keys")),
            store=DirectoryStore(self.folder),
            definition=Library.shipped().get("2200@2020-12"),
        )
        with self.database.begin() as session:
            session.add_all(
                Person(name=name, role=Role.APPROVER, password_hash="-")
                for name in NAMES
            )
            session.flush()
            book = read_book(ROUTE)
            add_routes(session, Library.shipped(), book, actor="admin", now=NOW)
        self.filing = self.desk.receive(doubtful=[NAME])
        self.desk.route(self.filing)
        self.work(reviewer)

    @rule(person=people)
    def work(self, person: str) -> None:
        if self.desk.states(self.filing) == ["in_review"]:
            claim = self.desk.claim(self.filing, person=person)
            self.desk.accept(claim, NAME)
            self.desk.finish(claim)

    @rule(person=people)
    def stamp(self, person: str) -> None:
        try:
            manifest = self.desk.seen_manifest(self.filing)
            with self.database.begin() as session:
                endorse(
                    session,
                    self.desk.vault,
                    filing=session.get_one(Filing, self.filing),
                    manifest_sha256=manifest,
                    actor=person,
                    role=Role.APPROVER,
                    now=LATER,
                )
        except KamizeroError:
            return

    @rule(person=people)
    def decide(self, person: str) -> None:
        try:
            self.desk.approve(self.filing, actor=person)
        except KamizeroError:
            return

    @rule(person=people, position=st.integers(1, 3))
    def put_back_a_stage(self, person: str, position: int) -> None:
        try:
            with self.database.begin() as session:
                step_back(
                    session,
                    filing=session.get_one(Filing, self.filing),
                    position=position,
                    actor=person,
                    role=Role.APPROVER,
                    reason="again",
                    now=LATER,
                )
        except KamizeroError:
            return

    @rule(person=people, pulls=st.booleans())
    def put_back(self, person: str, pulls: bool) -> None:
        try:
            with self.database.begin() as session:
                entry = session.get_one(Entry, self.desk.entry_id(self.filing))
                put = pull_back if pulls else partial(send_back, reason="again")
                put(session, entry=entry, actor=person, role=Role.APPROVER, now=LATER)
        except KamizeroError:
            return

    @rule(person=people, deputy=people)
    def leave(self, person: str, deputy: str) -> None:
        try:
            with self.database.begin() as session:
                absences.record_absence(
                    session,
                    person=person,
                    deputy=deputy,
                    first_day=RECEIVED_ON,
                    last_day=RECEIVED_ON + timedelta(days=2),
                    actor=person,
                    now=NOW,
                )
        except KamizeroError:
            return

    @rule(person=people, stage=st.integers(0, 2), for_person=st.none() | people)
    def forge_a_stamp(self, person: str, stage: int, for_person: str | None) -> None:
        try:
            with self.database.begin() as session:
                for found in session.scalars(select(ApprovalRound)):
                    stages = found.route.stages
                    forged = a_step(
                        found,
                        stages[stage],
                        seq=len(found.steps) + 1,
                        person=person,
                        for_person=for_person,
                    )
                    session.add(forged)
        except IntegrityError:
            return

    @rule(person=people)
    def forge_an_approval(self, person: str) -> None:
        try:
            with self.database.begin() as session:
                for found in session.scalars(select(ApprovalRound)):
                    session.add(
                        Approval(
                            filing_id=found.filing_id,
                            round_id=found.id,
                            manifest_sha256=found.manifest_sha256,
                            store_key="k",
                            store_version="1",
                            by=person,
                            at=NOW,
                            key_id="k",
                            signature="00",
                        )
                    )
        except IntegrityError:
            return

    @invariant()
    def nobody_has_two_parts(self) -> None:
        with self.database.look() as session:
            workers = set(session.scalars(select(Touch.person)))
            steps = session.scalars(select(RouteStep)).all()
            approved = session.scalars(select(Approval)).all()
        for signed in approved:
            taken = [s for s in steps if s.round_id == signed.round_id]
            taken = [step for step in taken if step.void_at is None]
            hands = {step.person for step in taken}
            assert len(taken) == len(hands) == 3
            assert not hands & workers
            assert signed.by in hands
        parts: dict[tuple[int, str], int] = {}
        for step in steps:
            for person in {step.person, step.for_person} - {None}:
                key = (step.round_id, str(person))
                assert parts.setdefault(key, step.stage_id) == step.stage_id

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)


@pytest.mark.usefixtures("desk")
def test_no_order_of_acts_and_no_row_by_hand_gets_round_four_eyes(
    new_installation: Path,
) -> None:
    Office.template = new_installation

    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=12,
            stateful_step_count=16,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
