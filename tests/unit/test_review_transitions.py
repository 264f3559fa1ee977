"""Every cell of the table of transitions, for every role."""

from itertools import product

import pytest

from kamizero.model import Role
from review.acts import Act
from review.refusals import RoleForbidsError, StateForbidsError
from review.transitions import TRANSITIONS, Transition, acts_from, diagram, permitted
from storage.tables import Entry, EntryState

LINES = {(line.from_state, line.act): line for line in TRANSITIONS}
CELLS = sorted(product(EntryState, Act))
FINAL = {
    EntryState.APPROVED,
    EntryState.RETURNED,
    EntryState.WITHDRAWN,
    EntryState.SUPERSEDED,
}
ENDING = {Act.APPROVE, Act.RETURN, Act.WITHDRAW}


def an_entry(state: EntryState) -> Entry:
    return Entry(filing_id=1, n=1, state=state)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    "line", TRANSITIONS, ids=lambda line: f"{line.from_state}-{line.act}"
)
def test_a_line_lets_its_roles_and_nobody_else(line: Transition, role: Role) -> None:
    entry = an_entry(line.from_state)

    if role in line.roles:
        assert permitted(entry, line.act, role=role) is line
    else:
        with pytest.raises(RoleForbidsError, match="ask"):
            permitted(entry, line.act, role=role)


@pytest.mark.parametrize(
    ("state", "act"), [cell for cell in CELLS if cell not in LINES]
)
@pytest.mark.parametrize("role", Role)
def test_what_the_table_does_not_know_is_refused(
    state: EntryState, act: Act, role: Role
) -> None:
    with pytest.raises(StateForbidsError, match="what is possible"):
        permitted(an_entry(state), act, role=role)


def test_every_state_and_act_stands_in_the_table_once() -> None:
    assert len(LINES) == len(TRANSITIONS)
    assert {line.act for line in TRANSITIONS} == set(Act)


@pytest.mark.parametrize("state", sorted(FINAL - {EntryState.APPROVED}))
def test_nothing_leads_out_of_a_final_state(state: EntryState) -> None:
    assert acts_from(state) == []


def test_what_is_approved_only_gives_way_to_its_correction() -> None:
    assert acts_from(EntryState.APPROVED) == [Act.CORRECT]


@pytest.mark.parametrize("role", [Role.MACHINE, Role.ROBOT])
def test_no_machine_ends_an_entry(role: Role) -> None:
    acts = {act for state in EntryState for act in acts_from(state, role=role)}

    assert acts & ENDING == set()


def test_a_robot_moves_no_entry_but_to_where_it_is() -> None:
    lines = [line for line in TRANSITIONS if Role.ROBOT in line.roles]

    assert [(one.act, one.from_state) for one in lines] == [
        (Act.SUGGEST, EntryState.IN_REVIEW)
    ]
    assert all(one.from_state == one.to_state for one in lines)
    assert all(one.roles == {Role.ROBOT} for one in lines)


@pytest.mark.parametrize("role", [Role.SCANNER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_only_scans_looks_or_administers_moves_nothing(role: Role) -> None:
    assert [act for state in EntryState for act in acts_from(state, role=role)] == []


def test_only_an_approver_approves_sends_back_or_returns() -> None:
    lines = [
        line
        for line in TRANSITIONS
        if line.act in {Act.APPROVE, Act.SEND_BACK, Act.RETURN}
    ]

    assert {role for line in lines for role in line.roles} == {Role.APPROVER}


def test_an_entry_in_review_is_approved_only_after_it_is_ready() -> None:
    into_approved = {
        line.from_state for line in TRANSITIONS if line.to_state == EntryState.APPROVED
    }

    assert into_approved == {EntryState.READY}


def test_the_diagram_draws_every_line_of_the_table() -> None:
    drawn = diagram().splitlines()

    assert drawn[0] == "stateDiagram-v2"
    assert len(drawn) == len(TRANSITIONS) + 2
    assert "    ready --> approved: approve (approver)" in drawn
