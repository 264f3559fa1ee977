"""Robots over the API: leases, the point of no return, and every way to fail."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from delivery.outbox import API
from kamizero.model import Role
from storage import site_rights, sites, values
from storage.alerts import alerts_of
from storage.ledger.account import draw_up
from storage.tables import ApiToken, AuditEvent, Filing, IdempotentAnswer, LostLease
from tests.office import Office
from tests.paper import PAPER
from tests.robots import (
    approved,
    later,
    open_queue,
    open_work,
    registrations,
    robot_of,
    states,
)

BIRTH, NAME = "insured.birth_date", "insured.name_kana"


def balances(office: Office) -> bool:
    """Whether every approved entry is where it must be on its way out."""
    with office.desk.database.look() as session:
        ledger = draw_up(session, subscribers=(API,))
    kinds = {one.kind for one in ledger.differences if one.subject_kind == "entry"}
    return ledger.laws[3].holds and not kinds


def events(office: Office, act: str) -> list[AuditEvent]:
    with office.desk.database.look() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.act == act)))


def alerts(office: Office) -> dict[str, int]:
    desk = office.desk
    found = alerts_of(
        desk.database,
        desk.store,
        free_bytes=lambda: 1,
        least_free=0,
        now=office.now,
    )
    return {one.kind: one.count for one in found}


def test_an_approved_entry_is_leased_registered_and_answered_for(
    office: Office,
) -> None:
    open_queue(office)
    filing = approved(office)
    robot = robot_of(office)

    (item,) = robot.lease()
    before = robot.lease()
    done = robot.register(item, number="R-77", **{BIRTH: item["fields"][BIRTH]})

    assert (item["filing"], item["n"], item["attempt"]) == (filing, 1, 1)
    assert item["fields"][NAME] == PAPER["name_kana"]
    assert before == []
    assert done.json() == {"id": item["id"], "state": "registered"}
    assert states(office) == ["registered"]
    assert registrations(office) == ["registered"]
    assert open_work(office) == []
    assert balances(office)


def test_numbers_are_masked_and_given_only_by_their_own_scope_with_a_trace(
    office: Office,
) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office, "queues:work", "numbers:read")
    (item,) = robot.lease()

    given = robot.act("numbers", item)
    stale = robot.act("numbers", {**item, "fence": 99})

    assert set(item["fields"]["insured.my_number"]) == {"*"}
    number = PAPER["my_number"]
    assert given.json()["fields"]["insured.my_number"] == number
    assert stale.status_code == 409
    (event,) = events(office, "delivery.numbers_given")
    assert number not in str(event.body)


def test_a_slow_host_gives_a_robot_time_after_it_committed(office: Office) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("committing", item)
    later(office, minutes=4)

    extended = robot.act("extend", item)
    later(office, minutes=4)
    robot.lease()
    in_time = states(office)
    later(office, minutes=2)
    robot.lease()

    assert (extended.status_code, in_time) == (200, ["taken"])
    assert states(office) == ["in_doubt"]


def test_what_is_leased_is_kept_in_no_answer_to_repeat(office: Office) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)

    (first,) = robot.lease(key="same")
    (again,) = robot.lease(key="same")

    assert again == first
    with office.desk.database.look() as session:
        kept = session.scalars(select(IdempotentAnswer.body)).all()
    assert not any(value in str(kept) for value in PAPER.values() if len(value) > 3)


def test_a_robot_lost_before_it_commits_loses_its_item_to_the_next(
    office: Office,
) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (lost,) = robot.lease()
    later(office, minutes=6)

    (again,) = robot.lease()
    late = robot.act("committing", lost)
    done = robot.register(again)

    assert (again["id"], again["attempt"]) == (lost["id"], 2)
    assert late.status_code == 409
    assert late.json()["type"] == "urn:kamizero:problem:stale_fence"
    assert done.json()["state"] == "registered"
    assert registrations(office) == ["registered"]


def test_a_robot_that_commits_after_its_lease_is_refused_though_nobody_has_it(
    office: Office,
) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    later(office, minutes=6)

    assert robot.act("committing", item).status_code == 409
    assert states(office) == ["pending"]


def test_a_robot_lost_after_it_commits_leaves_a_doubt_and_no_work(
    office: Office,
) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("committing", item)
    later(office, minutes=6)

    nothing = robot.lease()
    late = robot.act("complete", item, host_number="R-1")

    assert nothing == []
    # It was answered for meanwhile: what is in doubt stays so until somebody looks.
    assert late.json()["state"] == "in_doubt"
    assert states(office) == ["in_doubt"]
    assert registrations(office) == ["in_doubt"]
    assert open_work(office) == ["doubt.1"]
    assert alerts(office)["doubt"] == 1
    assert balances(office)


@pytest.mark.parametrize(
    ("outcome", "state", "work"),
    [
        ("registered", "registered", []),
        ("rejected", "rejected", []),
        ("not_registered", "pending", ["robot.1"]),
    ],
)
def test_a_robot_that_looks_in_the_host_settles_a_doubt(
    office: Office, outcome: str, state: str, work: list[str]
) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("committing", item)
    robot.act("fail", item, kind="application", code="timeout")
    (doubt,) = robot.lease(of="doubts/")

    settled = robot.act("settle", doubt, outcome=outcome, host_number="R-9")

    assert settled.json()["state"] == state
    assert states(office) == [state]
    assert registrations(office) == [outcome]
    assert open_work(office) == work
    assert balances(office)


def test_a_robot_of_before_a_look_cannot_answer_for_the_one_after_it(
    office: Office,
) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (old,) = robot.lease()
    robot.act("committing", old)
    robot.act("fail", old, kind="application", code="timeout")
    (doubt,) = robot.lease(of="doubts/")
    robot.act("settle", doubt, outcome="not_registered")
    (new,) = robot.lease()
    robot.act("committing", new)

    late = robot.act("extend", old)
    done = robot.act("complete", new, host_number="R-2")

    assert old["fence"] < doubt["fence"] < new["fence"]
    assert late.status_code == 409
    assert done.json()["state"] == "registered"
    assert registrations(office) == ["not_registered", "registered"]


def test_where_the_host_takes_it_twice_as_one_a_lost_robot_is_followed(
    office: Office,
) -> None:
    open_queue(office, on_lost_lease=LostLease.RETRY)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("committing", item)
    later(office, minutes=6)

    (again,) = robot.lease()
    done = robot.act("complete", again, host_number="R-1")

    assert again["attempt"] == 2
    assert done.json()["state"] == "registered"
    assert registrations(office) == ["not_registered", "registered"]


def test_nothing_is_complete_that_was_not_committed_to(office: Office) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()

    answer = robot.act("complete", item, host_number="R-1")

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:kamizero:problem:wrong_state"
    assert states(office) == ["pending"]


@pytest.mark.parametrize("keys", [("a", "a"), ("a", "b")], ids=["again", "anew"])
def test_an_answer_sent_twice_counts_once(
    office: Office, keys: tuple[str, str]
) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("committing", item)

    first, second = (
        robot.act("complete", item, key=key, host_number="R-1") for key in keys
    )

    assert first.json() == second.json()
    assert len(events(office, "delivery.complete")) == 1


def test_a_screen_that_shows_something_else_is_a_doubt_that_names_the_field(
    office: Office,
) -> None:
    open_queue(office, must_show=(BIRTH,))
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("committing", item)

    silent = robot.act("complete", item, host_number="R-1")
    other = robot.act("complete", item, host_number="R-1", shown={BIRTH: "1911-01-01"})

    assert silent.status_code == 422
    assert silent.json()["type"] == "urn:kamizero:problem:not_shown"
    assert other.json()["state"] == "in_doubt"
    (event,) = events(office, "delivery.differ")
    assert "1911" not in str(event.body)


def test_widths_signs_and_eras_of_the_screen_are_no_difference(
    office: Office,
) -> None:
    open_queue(office)
    approved(office, written={"insured.1.birth_date": "1990-05-12"})
    robot = robot_of(office)
    (item,) = robot.lease()
    kana = item["fields"][NAME]

    done = robot.register(item, **{BIRTH: "H2.5.12", NAME: kana.replace("　", " ")})

    assert done.json()["state"] == "registered"


def test_a_refusal_of_the_host_rejects_the_entry_for_good(office: Office) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()

    failed = robot.act("fail", item, kind="business", code="E104")

    assert failed.json()["state"] == "rejected"
    assert robot.lease() == []
    assert registrations(office) == ["rejected"]
    assert balances(office)


def test_what_fails_again_and_again_is_given_up_and_waits_for_a_person(
    office: Office,
) -> None:
    open_queue(office, max_attempts=2)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("fail", item, kind="application", code="down", retry_after=60)
    at_once = robot.lease()
    later(office, seconds=61)
    (again,) = robot.lease()
    robot.act("fail", again, kind="application", code="down")
    later(office, hours=2)

    assert (at_once, robot.lease()) == ([], [])
    assert states(office) == ["pending"]
    assert alerts(office)["robots_failed"] == 1
    assert len(events(office, "delivery.given_up")) == 1
    assert balances(office)


def test_an_item_that_kills_its_robots_is_given_up(office: Office) -> None:
    open_queue(office, max_attempts=2)
    approved(office)
    robot = robot_of(office)
    for _ in range(2):
        robot.lease()
        later(office, minutes=6)

    assert robot.lease() == []
    assert alerts(office)["robots_failed"] == 1


def test_a_failure_that_left_nothing_in_the_host_is_work_again(
    office: Office,
) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    robot.act("committing", item)

    failed = robot.act(
        "fail",
        item,
        kind="application",
        code="menu",
        unregistered=True,
        retry_after=0,
    )
    (again,) = robot.lease()

    assert failed.json()["state"] == "pending"
    assert robot.register(again).json()["state"] == "registered"
    assert registrations(office) == ["not_registered", "registered"]


def test_a_released_item_is_as_if_it_was_never_taken(office: Office) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()

    released = robot.act("release", item)
    (again,) = robot.lease()

    assert released.json()["state"] == "pending"
    assert again["attempt"] == 1
    robot.act("committing", again)
    assert robot.act("release", again).status_code == 409


def test_a_lease_is_extended_by_who_holds_it(office: Office) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    (item,) = robot.lease()
    later(office, minutes=4)

    extended = robot.act("extend", item)
    later(office, minutes=4)

    assert extended.status_code == 200
    assert robot.lease() == []
    assert robot.register(item).json()["state"] == "registered"


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        # A Tuesday, office time.
        ("2026-11-24T09:00", ""),
        ("2026-11-24T08:00", "2026-11-24T08:30"),
        ("2026-11-24T21:00", "2026-11-25T08:30"),
        # A Saturday.
        ("2026-11-28T09:00", "2026-11-30T08:30"),
    ],
    ids=["open", "early", "late", "weekend"],
)
def test_a_queue_hands_out_while_its_host_is_open(
    office: Office, now: str, opens: str
) -> None:
    open_queue(office, hours=("08:30", "21:00"), business_days=True)
    approved(office)
    office.now = datetime.fromisoformat(f"{now}+09:00").astimezone(UTC)
    robot = robot_of(office)

    answer = robot.ask("lease", max=1).json()

    assert len(answer["items"]) == (0 if opens else 1)
    if opens:
        expected = datetime.fromisoformat(f"{opens}+09:00")
        assert datetime.fromisoformat(answer["opens_at"]) == expected


def test_a_queue_holds_the_entries_of_its_form_and_site_alone(
    office: Office,
) -> None:
    open_queue(office, form="2201")
    approved(office)

    assert robot_of(office).lease() == []
    assert states(office) == []
    assert balances(office)


def test_what_was_approved_before_is_work_only_where_it_was_asked_for(
    office: Office,
) -> None:
    approved(office)
    later(office, minutes=1)
    open_queue(office, backlog=False)

    assert robot_of(office).lease() == []
    assert balances(office)


def test_winactor_leases_a_table_in_cp932_that_names_what_it_cannot_say(
    office: Office,
) -> None:
    open_queue(office)
    approved(office, written={"insured.1.name_kanji": "𠮷田　太郎"})
    robot = robot_of(office)

    answer = robot.client.post(
        "/api/v1/queues/host/lease",
        json={"max": 5},
        headers={"Idempotency-Key": "w", "Accept": "text/csv"},
    )

    head, line, rest = answer.content.decode("cp932").split("\r\n")
    row = dict(zip(head.split(","), line.split(","), strict=True))
    assert rest == ""
    assert row["insured.name_kanji"] == "〓田　太郎"
    assert row["missing_characters"] == "insured.name_kanji"
    assert row["insured.my_number"].startswith("*")


def test_a_robot_works_on_its_sites_alone(office: Office) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office)
    with office.desk.database.begin() as session:
        sites.know(session, "NARA")
        key = session.scalars(select(ApiToken)).one()
        site_rights.keep_to_sites(session, key, ["NARA"], now=office.now)

    assert robot.lease() == []


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ("queues:read", "lease"),
        ("queues:work", "doubts/lease"),
        ("queues:work", "items/1/settle"),
        ("queues:settle", "items/1/complete"),
        ("queues:work", "items/1/numbers"),
    ],
)
def test_each_act_needs_its_scope(office: Office, scope: str, path: str) -> None:
    open_queue(office)

    answer = robot_of(office, scope).ask(path, fence=1)

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["lease", "items/1/complete", "items/7/committing"])
def test_what_is_not_there_is_said_so(office: Office, path: str) -> None:
    robot = robot_of(office)
    robot.queue = "none"

    answer = robot.ask(path, fence=1, host_number="1")

    assert answer.status_code == 404


def test_a_list_of_queues_says_how_each_stands(office: Office) -> None:
    open_queue(office)
    approved(office)
    ann = office.person("rei", Role.REVIEWER)

    (queue,) = ann.get("/api/v1/queues").json()["items"]

    assert (queue["name"], queue["counts"]["pending"]) == ("host", 1)
    assert queue["given_up"] == 0


def test_tools_that_know_no_openapi_3_get_a_swagger_2_file(office: Office) -> None:
    told = robot_of(office).client.get("/api/v1/swagger.json").json()

    assert (told["swagger"], told["host"]) == ("2.0", "testserver")
    assert "/queues/{name}/lease" in told["paths"]


def test_an_entry_whose_values_are_gone_waits_for_a_person_and_holds_up_no_other(
    office: Office,
) -> None:
    open_queue(office)
    first, second = approved(office), approved(office)
    robot = robot_of(office)
    with office.desk.database.begin() as session:
        for field in session.get_one(Filing, first).fields:
            values.erase(session, field)

    items = robot.lease(max=5)
    page = office.person().get("/robots").text

    assert [one["filing"] for one in items] == [second]
    assert states(office) == ["pending", "pending"]
    assert "Its values were destroyed" in page


def test_values_that_go_while_a_robot_has_the_entry_are_no_error(
    office: Office,
) -> None:
    open_queue(office)
    filing = approved(office)
    robot = robot_of(office)
    before = robot.lease(key="same")
    with office.desk.database.begin() as session:
        for field in session.get_one(Filing, filing).fields:
            values.erase(session, field)

    assert len(before) == 1
    assert robot.lease(key="same") == []


def test_a_robot_is_given_the_numbers_it_names_and_no_other(office: Office) -> None:
    open_queue(office)
    approved(office)
    robot = robot_of(office, "queues:read", "queues:work", "numbers:read")
    (item,) = robot.lease()

    named = robot.act("numbers", item, fields=["insured.my_number"]).json()["fields"]
    none = robot.act("numbers", item, fields=["insured.name_kana"]).json()["fields"]

    assert named == {"insured.my_number": PAPER["my_number"]}
    assert none == {}
    given = [
        len(one.body["fields"]) for one in events(office, "delivery.numbers_given")
    ]
    assert given == [1, 0]
