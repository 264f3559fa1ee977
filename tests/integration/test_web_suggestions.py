"""Robots that look fields up before approval: what they are told, and what it does."""

from typing import Any

import pytest
from sqlalchemy import select

from kamizero.model import Role
from review import completion, parking, queue
from review.suggesting import leasing, standing
from storage import site_rights, sites
from storage.tables import (
    ApiToken,
    AuditEvent,
    Entry,
    IdempotentAnswer,
    Person,
    Work,
)
from tests.office import Office
from tests.paper import PAPER
from tests.robots import later
from tests.suggesting import (
    KANA,
    NUMBER,
    Looker,
    looker_of,
    open_queue,
    said,
)

FIELD, EMPTY = "insured.1.name_kana", "insured.1.pension_number"
READ, OTHER = PAPER["name_kana"], "ヤマダ　ジロウ"


def asked_one(office: Office, *scopes: str) -> tuple[Looker, Any, int]:
    open_queue(office)
    filing = office.waiting()
    robot = looker_of(office, *scopes)
    (item,) = robot.asked()
    return robot, item, filing


def acts(office: Office) -> list[str]:
    with office.desk.database.look() as session:
        query = select(AuditEvent.act).order_by(AuditEvent.id)
        return [act for act in session.scalars(query) if "sugg" in act]


def test_a_robot_is_not_told_what_was_read_where_it_is_asked(office: Office) -> None:
    _, item, filing = asked_one(office)

    assert (item["filing"], item["n"], item["attempt"]) == (filing, 1, 1)
    assert set(item["asked"]) == {KANA, NUMBER}
    assert item["fields"].keys().isdisjoint(item["asked"])
    assert item["fields"]["insured.name_kanji"] == PAPER["name_kanji"]
    assert set(item["fields"]["insured.my_number"]) == {"*"}


def test_no_queue_tells_a_robot_what_another_asks_or_what_is_doubtful(
    office: Office,
) -> None:
    open_queue(office, writes=(NUMBER,))
    open_queue(office, "other", writes=(KANA, "insured.birth_date"))
    office.waiting(doubtful=[FIELD, "office.name"])
    robot = looker_of(office)
    other = Looker(robot.client, queue="other")

    (one,), (two,) = robot.asked(), other.asked(key="other")

    assert (set(one["asked"]), set(two["asked"])) == ({NUMBER}, {KANA})
    hidden = {KANA, NUMBER, "insured.birth_date", "office.name"}
    for item in (one, two):
        assert item["fields"].keys().isdisjoint(hidden)
        assert item["fields"]["insured.name_kanji"] == PAPER["name_kanji"]
    assert set(one["doubtful"]) == {KANA, "office.name"}


def test_no_robot_lets_go_of_what_a_person_took_back(office: Office) -> None:
    open_queue(office, writes=(NUMBER,))
    open_queue(office, "other", writes=(KANA,))
    filing = office.waiting()
    robot = looker_of(office)
    other = Looker(robot.client, queue="other")
    (empty,), (doubted,) = robot.asked(), other.asked(key="other")
    claim = office.desk.claim(filing)
    office.desk.accept(claim, FIELD)
    office.desk.finish(claim)
    with office.desk.database.begin() as session:
        entry = session.get_one(Entry, office.desk.entry_id(filing))
        completion.pull_back(
            session, entry=entry, actor="rei", role=Role.REVIEWER, now=office.now
        )

    answers = (
        robot.found(empty),
        other.act("complete", doubted, key="late", fields={KANA: READ}),
    )

    assert [one.status_code for one in answers] == [200, 200]
    assert office.desk.states(filing) == ["in_review"]
    assert office.desk.entry(filing).reasons == ["pulled_back"]
    office.desk.finish(office.desk.claim(filing))
    assert office.desk.states(filing) == ["ready"]
    assert office.desk.entry(filing).reasons == []


def test_a_robot_that_finds_nothing_finishes_nothing_for_a_person(
    office: Office,
) -> None:
    robot, item, filing = asked_one(office)
    claim = office.desk.claim(filing)
    office.desk.accept(claim, FIELD)
    with office.desk.database.begin() as session:
        queue.release(session, claim, now=office.now)

    answer = robot.found(item)

    assert answer.json()["fields"] == {}
    assert office.desk.states(filing) == ["in_review"]


def test_what_was_handed_on_stays_with_the_colleague(office: Office) -> None:
    office.employ("kei", Role.REVIEWER)
    robot, item, filing = asked_one(office)
    claim = office.desk.claim(filing)
    with office.desk.database.begin() as session:
        parking.hand_on(session, claim, to="kei", note="", now=office.now)

    answer = robot.found(item, **{KANA: READ})

    assert answer.json()["fields"] == {KANA: "accepted"}
    assert office.desk.states(filing) == ["in_review"]
    with office.desk.database.look() as session:
        assert len(parking.open_questions(session, asked_of="kei")) == 1
    office.desk.finish(office.desk.claim(filing, person="kei"))
    assert office.desk.states(filing) == ["ready"]


def test_a_reading_that_a_robot_spells_too_needs_no_person(office: Office) -> None:
    robot, item, filing = asked_one(office)

    answer = robot.found(item, **{KANA: "ﾔﾏﾀﾞ ﾀﾛｳ"})

    assert answer.json() == {"id": item["id"], "fields": {KANA: "accepted"}}
    assert said(office, filing, FIELD) == [
        ("engine", READ, False),
        ("robot", READ, True),
    ]
    # It goes on to whoever approves it, and no robot does that.
    assert office.desk.states(filing) == ["ready"]
    office.desk.approve(filing)
    assert acts(office) == [
        "suggestion.leased",
        "entry.suggest",
        "suggestion.answered",
    ]
    with office.desk.database.look() as session:
        kept = [*session.scalars(select(IdempotentAnswer.body))]
        bodies = [*session.scalars(select(AuditEvent.body))]
    assert READ not in str([*kept, *bodies])


@pytest.mark.parametrize(
    ("name", "field", "value", "read"),
    [(KANA, FIELD, OTHER, READ), (NUMBER, EMPTY, "1234567890", "")],
)
def test_what_differs_stands_beside_the_reading_until_a_person_answers(
    office: Office, name: str, field: str, value: str, read: str
) -> None:
    robot, item, filing = asked_one(office)

    answer = robot.found(item, **{name: value})

    assert answer.json()["fields"] == {name: "suggested"}
    claim = office.desk.claim(filing)
    shown = office.desk.shown(claim, field)
    assert shown.as_written is not None
    assert shown.suggested is not None
    assert (shown.as_written.value, shown.suggested.value) == (read, value)
    assert (shown.suggested.author, shown.settled) == ("robot", False)
    office.desk.settle(claim, field, value)
    office.desk.accept(claim, FIELD)
    office.desk.finish(claim)
    assert office.desk.states(filing) == ["ready"]


def test_the_review_page_offers_what_a_robot_found_with_its_name(
    office: Office,
) -> None:
    robot, item, filing = asked_one(office)
    robot.found(item, **{KANA: OTHER})
    rei = office.person()
    rei.submit(f"/queue/{item['id']}/open")

    task = rei.get(f"/review/{item['id']}").text
    page = rei.get(f"/filings/{filing}").text

    assert "robot suggests a value" in task
    assert OTHER in task
    assert "robot (robot, suggested)" in page


def test_a_key_that_can_read_filings_only_repeats_what_was_read(
    office: Office,
) -> None:
    robot, item, filing = asked_one(office, "queues:suggest", "filings:read")

    answer = robot.found(item, **{KANA: READ})

    assert answer.json()["fields"] == {KANA: "suggested"}
    assert office.desk.states(filing) == ["in_review"]


def test_a_robot_never_writes_over_what_a_person_said(office: Office) -> None:
    robot, item, filing = asked_one(office)
    claim = office.desk.claim(filing)
    office.desk.settle(claim, FIELD, OTHER)

    answer = robot.found(item, **{KANA: READ})

    assert answer.json()["fields"] == {KANA: "left"}
    assert said(office, filing, FIELD)[-1] == ("person", OTHER, True)
    assert len(said(office, filing, FIELD)) == 2


def test_a_person_is_told_that_a_robot_said_something_meanwhile(
    office: Office,
) -> None:
    robot, item, filing = asked_one(office)
    claim = office.desk.claim(filing)
    seen = office.desk.shown(claim, FIELD).latest_version
    robot.found(item, **{KANA: OTHER})

    with pytest.raises(Exception, match="changed by robot"):
        office.desk.settle(claim, FIELD, READ, seen=seen)

    office.desk.settle(claim, FIELD, READ)
    assert said(office, filing, FIELD)[-1] == ("person", READ, True)


def test_a_change_taken_back_leaves_the_reading_and_what_was_suggested(
    office: Office,
) -> None:
    robot, item, filing = asked_one(office)
    robot.found(item, **{KANA: OTHER})
    claim = office.desk.claim(filing)
    office.desk.settle(claim, FIELD, "ヤマダ　サブロウ")

    office.desk.undo(claim, FIELD)

    shown = office.desk.shown(claim, FIELD)
    assert shown.as_written is not None
    assert shown.suggested is not None
    assert (shown.as_written.value, shown.suggested.value) == (READ, OTHER)
    assert not shown.settled


def test_a_change_taken_back_leaves_a_suggestion_on_an_empty_field_open(
    office: Office,
) -> None:
    robot, item, filing = asked_one(office)
    robot.found(item, **{NUMBER: "1234567890"})
    claim = office.desk.claim(filing)
    office.desk.settle(claim, EMPTY, "1234567891")

    office.desk.undo(claim, EMPTY)

    shown = office.desk.shown(claim, EMPTY)
    assert shown.as_written is not None
    assert (shown.as_written.value, shown.settled) == ("", False)
    office.desk.accept(claim, EMPTY)
    assert office.desk.shown(claim, EMPTY).settled


def test_a_my_number_in_a_free_text_is_refused_and_the_rest_may_follow(
    office: Office,
) -> None:
    remarks = "insured.1.remarks"
    open_queue(office, writes=("insured.remarks",))
    filing = office.waiting(written={remarks: ""}, doubtful=[FIELD, remarks])
    robot = looker_of(office)
    (item,) = robot.asked()

    refused = robot.found(item, **{"insured.remarks": "番号 123456789018"})
    right = robot.found(item, **{"insured.remarks": "番号なし"})

    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:kamizero:problem:value_refused"
    assert "123456789018" not in refused.text
    assert right.json()["fields"] == {"insured.remarks": "suggested"}
    assert len(said(office, filing, remarks)) == 2


def test_the_head_is_asked_about_no_more_once_an_entry_is_ready(
    office: Office,
) -> None:
    phone = "office.phone"
    open_queue(office, writes=(phone, KANA))
    filing = office.waiting(
        entries=2, written={phone: ""}, doubtful=["insured.2.name_kana"]
    )
    robot = looker_of(office)

    (item,) = robot.asked()
    answer = robot.found(item, **{phone: "03-1234-5678"})

    assert item["asked"] == [KANA]
    assert answer.json()["fields"] == {phone: "left"}
    assert office.desk.states(filing) == ["ready", "in_review"]
    office.desk.approve(filing)


def test_what_a_robot_may_not_say_is_refused_and_it_may_say_it_right(
    office: Office,
) -> None:
    robot, item, _ = asked_one(office)

    undeclared = robot.found(item, **{"insured.name_kanji": "山田"})
    impossible = robot.found(item, **{KANA: "YAMADA"})
    too_late = robot.found({**item, "fence": 99}, **{KANA: READ})
    right = robot.found(item, **{KANA: READ})
    again = robot.found(item, **{KANA: READ})

    assert (undeclared.status_code, undeclared.json()["type"]) == (
        400,
        "urn:kamizero:problem:not_asked",
    )
    assert (impossible.status_code, impossible.json()["type"]) == (
        422,
        "urn:kamizero:problem:value_refused",
    )
    assert too_late.json()["type"] == "urn:kamizero:problem:stale_fence"
    assert right.status_code == 200
    assert again.status_code == 409


def test_an_entry_that_people_finished_is_asked_about_no_more(office: Office) -> None:
    robot, held, filing = asked_one(office)
    claim = office.desk.claim(filing)
    office.desk.accept(claim, FIELD)
    office.desk.finish(claim)

    late = robot.found(held, **{NUMBER: "1234567890"})
    later(office, minutes=6)

    assert late.json()["type"] == "urn:kamizero:problem:state_forbids"
    assert robot.asked() == []
    assert said(office, filing, EMPTY) == [("engine", "", True)]


def test_a_lost_lease_goes_to_the_next_and_a_released_one_too(office: Office) -> None:
    robot, lost, _ = asked_one(office)
    later(office, minutes=6)

    (again,) = robot.asked()
    stale = robot.act("extend", lost)
    kept = robot.act("extend", again)
    released = robot.act("release", again)
    (third,) = robot.asked()

    assert (stale.status_code, kept.status_code) == (409, 200)
    assert released.json()["state"] == "open"
    assert third["attempt"] == again["attempt"] == 2


def test_what_robots_gave_up_stands_on_the_page_and_is_tried_again(
    office: Office,
) -> None:
    open_queue(office, max_attempts=1)
    office.waiting()
    robot = looker_of(office, "queues:suggest", "queues:read")
    (item,) = robot.asked()
    rei = office.person()

    given_up = robot.act("fail", item, code="NOT-THERE")
    page = rei.get("/robots").text
    (told,) = robot.client.get("/api/v1/queues").json()["items"]
    tried = rei.submit(f"/robots/look/suggestions/{item['id']}/again")
    twice = rei.submit(f"/robots/look/suggestions/{item['id']}/again")
    (again,) = robot.asked()

    assert given_up.json()["state"] == "dead"
    assert "NOT-THERE" in page
    assert "Pension" in page or "pension" in page
    assert (told["step"], told["given_up"], told["writes"]) == (
        "suggest",
        1,
        [NUMBER, KANA],
    )
    assert (tried.status_code, twice.status_code) == (303, 409)
    assert again["fence"] > item["fence"]


def test_all_that_was_given_up_is_counted_beyond_what_the_page_lists(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "_SHOWN", 1)
    open_queue(office, max_attempts=1)
    filings = [office.waiting() for _ in range(2)]
    robot = looker_of(office, "queues:suggest", "queues:read")
    for item in robot.asked(max=2):
        robot.act("fail", item, code="NOT-THERE")

    (told,) = robot.client.get("/api/v1/queues").json()["items"]

    assert told["given_up"] == len(filings)


def test_what_is_not_there_or_of_another_site_is_tried_again_by_nobody(
    office: Office,
) -> None:
    open_queue(office, max_attempts=1)
    filing = office.waiting()
    robot = looker_of(office)
    (item,) = robot.asked()
    robot.act("fail", item, code="NOT-THERE")
    rei = office.person()
    again = f"/robots/look/suggestions/{item['id']}/again"

    nowhere = rei.submit("/robots/look/suggestions/999/again")
    with office.desk.database.begin() as session:
        sites.know(session, "NARA")
        person = session.scalars(select(Person).where(Person.name == "rei")).one()
        site_rights.keep_to_sites(session, person, ["NARA"], now=office.now)
    elsewhere = rei.submit(again)

    assert (nowhere.status_code, elsewhere.status_code) == (404, 404)
    assert office.desk.states(filing) == ["in_review"]


def test_what_people_settled_is_cleared_in_parts_and_handed_to_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leasing, "_CLEARED", 1)
    open_queue(office)
    settled = [office.waiting() for _ in range(3)]
    waiting = office.waiting()
    for filing in settled:
        claim = office.desk.claim(filing)
        office.desk.accept(claim, FIELD)
        office.desk.finish(claim)
    robot = looker_of(office)

    items = robot.asked(max=10)

    assert [one["filing"] for one in items] == [waiting]
    with office.desk.database.look() as session:
        asked = select(Work.state).where(Work.kind.like("suggest.%"))
        states = [*session.scalars(asked)]
    assert sorted(states) == ["done", "open", "open", "open"]


def test_a_queue_knows_what_was_in_review_before_it_where_that_is_wanted(
    office: Office,
) -> None:
    office.waiting()
    open_queue(office, backlog=True)

    assert len(looker_of(office).asked()) == 1


def test_a_closed_host_is_looked_into_by_nobody(office: Office) -> None:
    open_queue(office, hours=("23:58", "23:59"))
    office.waiting()

    assert looker_of(office).asked() == []


def test_robots_that_register_and_robots_that_suggest_keep_to_their_queues(
    office: Office,
) -> None:
    open_queue(office)
    filing = office.waiting()
    robot = looker_of(office, "queues:suggest", "queues:work")

    assert robot.ask("lease", max=1).status_code == 404
    claim = office.desk.claim(filing)
    office.desk.accept(claim, FIELD)
    office.desk.finish(claim)
    office.desk.approve(filing)
    with office.desk.database.look() as session:
        kinds = set(session.scalars(select(Work.kind)))
    assert not any(kind.startswith("robot.") for kind in kinds)


def test_looking_something_up_needs_its_own_scope(office: Office) -> None:
    open_queue(office)

    assert looker_of(office, "queues:work").ask("suggestions/lease").status_code == 403


def test_a_robot_of_another_site_is_asked_nothing(office: Office) -> None:
    open_queue(office)
    office.waiting()
    robot = looker_of(office)
    with office.desk.database.begin() as session:
        sites.know(session, "NARA")
        key = session.scalars(select(ApiToken)).one()
        site_rights.keep_to_sites(session, key, ["NARA"], now=office.now)

    assert robot.asked() == []
