"""The reviewer's desk: one item for one person, each answer saved at once."""

from datetime import timedelta

import pytest

from kamizero.model import Role
from storage.tables import AuditEvent, Filing, Touch
from storage.words import MASK
from tests.desk import PAPER
from tests.office import Office
from tests.review_pages import Sitting, task_in
from tests.statements import statements

NAME = "insured.1.name_kana"
BIRTH = "insured.1.birth_date"
MY_NUMBER = "insured.1.my_number"


def sit_down(office: Office, filing: int, name: str = "rei") -> Sitting:
    return Sitting(office.person(name), office.desk.entry_id(filing))


def test_the_next_button_opens_the_item_that_waits_longest(office: Office) -> None:
    first, _ = office.waiting(), office.waiting()
    rei = office.person()

    answer = rei.submit("/queue/next")

    assert answer.headers["location"] == f"/review/{office.desk.entry_id(first)}"


def test_the_queue_says_what_waits_and_why(office: Office) -> None:
    filing = office.waiting(doubtful=[NAME, BIRTH])
    rei = office.person()

    html = rei.get("/queue").text

    assert f"queue-row-{office.desk.entry_id(filing)}" in html
    assert "Doubtful readings: 2" in html


def test_a_page_that_is_the_last_leads_no_further(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        office.waiting()
    rei = office.person()

    monkeypatch.setattr("web.routes.queue.PAGE_SIZE", 2)
    whole = rei.get("/queue").text
    monkeypatch.setattr("web.routes.queue.PAGE_SIZE", 1)
    first = rei.get("/queue").text

    assert 'data-testid="later"' not in whole
    assert 'data-testid="later"' in first


def test_an_empty_queue_says_so(office: Office) -> None:
    rei = office.person()

    answer = rei.submit("/queue/next")

    assert answer.headers["location"] == "/queue?notice=all_done"
    assert 'data-testid="queue-empty"' in rei.get("/queue").text


def test_doubtful_fields_come_first_and_all_others_follow(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])

    fields = sit_down(office, filing).task["fields"]

    assert [one["name"] for one in fields if not one["settled"]] == [BIRTH]
    assert fields[0]["name"] == BIRTH
    assert {one["name"] for one in fields} == {
        one.name for one in office.desk.definition.fields if one.entry in (None, 1)
    }


def test_a_date_is_shown_as_the_form_has_it(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])

    field = sit_down(office, filing).field(BIRTH)

    assert field["writing"] == "7 020512"
    assert field["candidates"][0]["shown"] == "1990-05-12"


@pytest.mark.parametrize(
    "typed", ["7 020513", "7020513", "h020513", "H2.5.13", "平成2年5月13日",
              "1990-05-13", "19900513", "７０２０５１３"]
)  # fmt: skip
def test_a_date_may_be_typed_in_any_of_its_forms(office: Office, typed: str) -> None:
    filing = office.waiting(doubtful=[BIRTH])
    sitting = sit_down(office, filing)

    saved = sitting.answer(BIRTH, "settle", value=typed).json()["fields"][0]

    assert (saved["writing"], saved["shown"]) == ("7 020513", "1990-05-13")
    assert saved["settled"] is True


def test_a_day_that_does_not_exist_is_kept_as_it_is_written(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])
    sitting = sit_down(office, filing)

    saved = sitting.answer(BIRTH, "settle", value="7020230").json()["fields"][0]

    assert saved["writing"] == "7 020230"
    assert "no such day" in saved["shown"]


def test_accepting_settles_a_field_without_typing(office: Office) -> None:
    filing = office.waiting()
    sitting = sit_down(office, filing)

    saved = sitting.answer(NAME, "accept").json()["fields"][0]

    assert (saved["settled"], saved["by_person"]) == (True, True)
    assert saved["shown"] == PAPER["name_kana"]


def test_each_answer_lets_the_rules_look_again(office: Office) -> None:
    filing = office.waiting()
    sitting = sit_down(office, filing)

    sitting.answer(NAME, "accept")

    assert office.rechecked == 1


def test_a_change_made_meanwhile_is_not_overwritten(office: Office) -> None:
    filing = office.waiting()
    sitting = sit_down(office, filing)
    sitting.answer(NAME, "settle", value="スズキ　タロウ")

    late = sitting.answer(NAME, "settle", value="サトウ　タロウ")

    assert late.status_code == 409
    assert late.json()["type"] == "urn:kamizero:problem:field_changed"
    assert "スズキ　タロウ" in sitting.browser.get(f"/filings/{filing}").text


def test_what_cannot_stand_in_a_field_is_refused(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])
    sitting = sit_down(office, filing)

    answer = sitting.answer(BIRTH, "settle", value="spring")

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:kamizero:problem:value_refused"


def test_an_address_that_leads_nowhere_says_so_in_the_language_of_the_person(
    office: Office,
) -> None:
    rei = office.person(language="ja")
    answer = rei.get("/nowhere")
    assert answer.status_code == 404
    assert "お探しの届書やページはありません" in answer.text


def test_the_problem_is_told_in_the_language_of_the_person(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])
    jun = office.person("jun", language="ja")
    sitting = Sitting(jun, office.desk.entry_id(filing))

    answer = sitting.answer(BIRTH, "settle", value="spring")

    assert answer.json()["detail"] == "この項目には入力できない値です。"


def test_an_unreadable_field_wants_a_decision_with_a_ground(office: Office) -> None:
    filing = office.waiting(doubtful=[BIRTH])
    sitting = sit_down(office, filing)
    saved = sitting.answer(BIRTH, "settle", state="unreadable").json()["fields"][0]
    ground = {
        "ground": "inquiry",
        "whom": "K",
        "on": "2020-12-09",
        "at": "14:05",
        "answer": "12 May",
    }

    decided = sitting.answer(
        BIRTH,
        "decide",
        value="7020512",
        ground=ground,
        expected_version=saved["version"],
    ).json()["fields"][0]

    assert (saved["settled"], saved["standing"]) == (False, "Needs a decision")
    assert (decided["settled"], decided["shown"]) == (True, "1990-05-12")


def test_a_change_can_be_taken_back(office: Office) -> None:
    filing = office.waiting()
    sitting = sit_down(office, filing)
    saved = sitting.answer(NAME, "settle", value="スズキ　タロウ").json()["fields"][0]

    undone = sitting.answer(NAME, "undo", expected_version=saved["version"])

    assert undone.json()["fields"][0]["shown"] == PAPER["name_kana"]
    assert undone.json()["fields"][0]["settled"] is False


def test_a_finding_is_waived_with_a_reason_and_stays_visible(office: Office) -> None:
    filing = office.desk.receive()
    office.desk.find(filing, "sum", fields=[NAME])
    office.desk.route(filing)
    sitting = sit_down(office, filing)

    told = sitting.send("waivers", rule="sum", fields=[NAME], reason="asked by phone")

    assert "Waived by rei: asked by phone" in told.json()["findings"]
    assert told.json()["fields"][0]["flag"] == ""


def test_finishing_sends_the_entry_to_approval(office: Office) -> None:
    filing = office.waiting()
    sitting = sit_down(office, filing)
    sitting.answer(NAME, "accept")

    answer = sitting.send("finish")

    assert answer.status_code == 204
    assert office.desk.states(filing) == ["ready"]


def test_an_entry_with_open_fields_cannot_be_finished(office: Office) -> None:
    filing = office.waiting()

    answer = sit_down(office, filing).send("finish")

    assert answer.status_code == 409
    assert answer.json()["points"] == [f"doubtful:{NAME}"]


def test_the_next_item_comes_as_a_part_of_a_page(office: Office) -> None:
    office.waiting()
    rei = office.person()

    answer = rei.send("/review/next")

    assert "<html" not in answer.text
    assert task_in(answer.text)["fields"]
    assert rei.send("/review/next").status_code == 204


def test_the_next_item_costs_the_database_the_same_however_long_it_is(
    office: Office,
) -> None:
    office.waiting(entries=1)
    office.waiting(entries=10, doubtful=["insured.3.name_kana"])
    rei = office.person()
    asked = []

    for _ in range(2):
        with statements(office.desk.database) as seen:
            assert rei.send("/review/next").status_code == 200
        asked.append(seen)

    assert len(asked[0]) <= 16
    assert len(asked[1]) == len(asked[0]) + 1, "what stands above comes besides"


def test_nobody_gets_an_item_that_somebody_else_has(office: Office) -> None:
    filing = office.waiting()
    sit_down(office, filing)
    jun = office.person("jun")

    opened = jun.get(f"/review/{office.desk.entry_id(filing)}")

    assert opened.headers["location"] == "/queue?notice=taken_by_other"
    assert jun.submit("/queue/next").headers["location"] == "/queue?notice=all_done"
    assert "With rei" in jun.get("/queue").text


def test_a_released_item_goes_to_the_next_person(office: Office) -> None:
    filing = office.waiting()
    sitting = sit_down(office, filing)
    fence = str(sitting.task["fence"])

    left = sitting.browser.submit(f"{sitting.address}/release", fence=fence)
    late = sitting.answer(NAME, "accept")

    assert left.status_code == 204
    assert (late.status_code, late.json()["type"][-11:]) == (409, "stale_fence")
    assert sit_down(office, filing, "jun").task["fields"]


def test_a_page_loaded_again_outlives_the_farewell_of_the_one_before(
    office: Office,
) -> None:
    filing = office.waiting()
    before = sit_down(office, filing)
    after = Sitting(before.browser, office.desk.entry_id(filing))

    before.browser.submit(f"{before.address}/release", fence=str(before.task["fence"]))

    assert after.answer(NAME, "accept").status_code == 200


def test_a_lease_is_lost_after_a_while_unless_it_is_extended(office: Office) -> None:
    kept, lost = office.waiting(), office.waiting()
    rei = office.person()
    keeping = Sitting(rei, office.desk.entry_id(kept))
    Sitting(rei, office.desk.entry_id(lost))

    for _ in range(3):
        office.now += timedelta(minutes=8)
        assert keeping.send("lease").status_code == 204
    jun = office.person("jun")

    assert (
        jun.submit("/queue/next")
        .headers["location"]
        .endswith(str(office.desk.entry_id(lost)))
    )
    assert jun.submit("/queue/next").headers["location"] == "/queue?notice=all_done"


def test_my_number_is_clear_only_for_whoever_has_the_item(office: Office) -> None:
    filing = office.waiting()
    number = PAPER["my_number"]
    sitting = sit_down(office, filing)
    jun = office.person("jun", Role.APPROVER)

    whole = jun.get(f"/filings/{filing}").text
    approval = jun.get(f"/approvals/{filing}").text

    assert sitting.field(MY_NUMBER)["writing"] == number
    assert MASK in whole
    assert number not in whole + approval
    assert number not in sitting.browser.get(f"/filings/{filing}").text


def test_seeing_a_number_in_clear_leaves_a_trace(office: Office) -> None:
    filing = office.waiting()

    sit_down(office, filing)

    with office.desk.database.look() as session:
        seen = [e.actor for e in session.query(AuditEvent) if e.act == "entry.view"]
    assert seen == ["rei"]


def test_whoever_worked_on_a_filing_is_remembered(office: Office) -> None:
    filing = office.waiting()

    sit_down(office, filing).answer(NAME, "accept")

    with office.desk.database.look() as session:
        assert session.get(Touch, (filing, "rei")) is not None
        assert session.get_one(Filing, filing).version > 1
