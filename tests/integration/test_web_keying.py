"""Keying over HTTP: what is sent to whom, who may, and what lies in the pictures."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kamizero.model import Role
from storage.tables import Field, Filing, Mode, Work
from tests.keying import KeyingDesk
from tests.office import WHITE, Browser, Office

KANA, KIND = "insured.1.name_kana", "insured.*.name_kana"
NUMBER = "insured.*.my_number"
READ = "ヤマダ　タロウ"
# Longer than chance could write it into a page's random token.
RECEIPT = "main-2026-0042"


@pytest.fixture
def keying(office: Office) -> KeyingDesk:
    return KeyingDesk(office.desk)


def take(person: Browser) -> Any:
    return person.send("/keying/next").json()["task"]


def answer(person: Browser, task: Any, value: str, state: str = "read") -> Any:
    return person.send(
        f"/keying/{task['field_id']}", fence=task["fence"], value=value, state=state
    )


def test_a_keyer_is_never_sent_what_was_read_or_keyed(
    office: Office, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filing = keying.receive()
    with office.desk.database.begin() as session:
        session.get_one(Filing, filing).receipt_number = RECEIPT
    rei, kei = office.person(), office.person("kei", Role.KEYER)
    page = rei.get("/keying").text

    first = rei.send("/keying/next").text
    saved = answer(rei, rei.send("/keying/next").json()["task"], "ヤマダ　ジロウ").text
    second = kei.send("/keying/next").text

    for sent in (page, first, saved, second):
        assert "ヤマダ" not in sent
        assert "山田" not in sent
        assert RECEIPT not in sent


def test_two_who_agree_send_the_entry_on(office: Office, keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filing = keying.receive()
    for name in ("kei", "sen"):
        person = office.person(name, Role.KEYER)
        assert answer(person, take(person), READ).json() == {"task": None}

    assert office.desk.states(filing) == ["ready"]


def test_whoever_settles_sees_both_values_and_no_name(
    office: Office, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.COMPARE)
    keying.receive()
    for name, value in (("kei", READ), ("sen", "ヤマダ　ジロウ")):
        person = office.person(name, Role.KEYER)
        answer(person, take(person), value)

    sent = office.person().send("/keying/next")

    options = {one["shown"] for one in sent.json()["task"]["options"]}
    assert options == {READ, "ヤマダ　ジロウ"}
    assert "kei" not in sent.text
    assert "sen" not in sent.text


def test_nothing_shows_a_value_while_it_is_keyed(
    office: Office, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filing = keying.receive()
    rei = office.person()

    before = rei.get(f"/filings/{filing}").text
    review = rei.get(f"/review/{office.desk.entry_id(filing)}")
    for name in ("kei", "sen"):
        person = office.person(name, Role.KEYER)
        answer(person, take(person), READ)

    assert READ not in before
    assert "山田" in before
    assert review.status_code == 303
    assert READ in rei.get(f"/filings/{filing}").text


@pytest.mark.parametrize(
    "path",
    ["/jobs", "/queue", "/filings", "/filings/1", "/approvals", "/review/1", "/modes"],
)
def test_who_only_keys_sees_no_papers(
    office: Office, keying: KeyingDesk, path: str
) -> None:
    keying.receive()
    kei = office.person("kei", Role.KEYER)

    assert kei.get(path).status_code == 403
    assert kei.get("/pages/1.jpg").status_code == 403


def test_who_only_keys_begins_at_keying(office: Office) -> None:
    kei = office.person("kei", Role.KEYER)

    assert kei.get("/").headers["location"] == "/keying"
    assert "/queue" not in kei.get("/keying").text


@pytest.mark.parametrize("role", [Role.SCANNER, Role.AUDITOR, Role.RECORDS_MANAGER])
def test_others_do_not_key(office: Office, keying: KeyingDesk, role: Role) -> None:
    keying.mode(KIND, Mode.KEY)
    keying.receive()
    person = office.person("mio", role)

    assert person.get("/keying").status_code == 403
    assert person.send("/keying/next").status_code == 403


def test_a_hand_made_request_keys_nothing_that_is_anothers(
    office: Office, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.KEY)
    filing = keying.receive()
    task = take(office.person())
    kei = office.person("kei", Role.KEYER)

    told = answer(kei, task, READ)
    seen = kei.get(f"/keying/{task['field_id']}/snippet.jpg?fence={task['fence']}")

    assert (told.status_code, seen.status_code) == (409, 409)
    assert office.desk.states(filing) == ["in_review"]


def test_a_double_click_keys_once(office: Office, keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filing = keying.receive()
    rei = office.person()
    task = take(rei)

    answers = [answer(rei, task, READ).status_code for _ in range(2)]

    assert answers == [200, 409]
    assert office.desk.states(filing) == ["in_review"]


def test_a_value_that_cannot_be_is_refused_and_the_field_kept(
    office: Office, keying: KeyingDesk
) -> None:
    keying.mode("insured.*.birth_date", Mode.KEY)
    keying.receive()
    rei = office.person()
    task = take(rei)

    told = answer(rei, task, "next week")

    assert told.status_code == 400 or told.status_code == 422
    assert told.json()["type"].endswith("value_refused")
    assert take(rei) == task


def test_what_is_given_back_goes_to_the_next(
    office: Office, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.KEY)
    keying.receive()
    rei, kei = office.person(), office.person("kei", Role.KEYER)
    task = take(rei)

    for _ in range(2):
        left = rei.submit(f"/keying/{task['field_id']}/release", fence=task["fence"])
        assert left.status_code == 204

    assert take(kei)["field_id"] == task["field_id"]


def test_a_lease_is_made_longer_while_somebody_keys(
    office: Office, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.KEY)
    keying.receive()
    rei = office.person()
    task = take(rei)
    with office.desk.database.look() as session:
        before = session.query(Work).filter_by(kind="keying").one().lease_until

    office.now = office.now.replace(minute=office.now.minute + 2)
    rei.send(f"/keying/{task['field_id']}/lease", fence=task["fence"])

    with office.desk.database.look() as session:
        after = session.query(Work).filter_by(kind="keying").one().lease_until
    assert before is not None
    assert after is not None
    assert after > before


def test_the_picture_holds_the_field_and_covers_what_stands_beside_it(
    office: Office, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.KEY)
    filing = keying.receive()
    with office.desk.database.begin() as session:
        field = session.query(Field).filter_by(filing_id=filing, name=KANA).one()
        beside = session.query(Field).filter_by(
            filing_id=filing, name="insured.1.name_kanji"
        )
        field.box_px = [400, 400, 200, 40]
        # Its upper edge lies within the margin around the field that is keyed.
        beside.one().box_px = [400, 442, 200, 40]
    rei = office.person()
    task = take(rei)

    seen = rei.get(task["picture"])

    with Image.open(BytesIO(seen.content)) as image:
        grey = np.asarray(image.convert("L"))
    assert seen.headers["cache-control"] == "no-store"
    assert grey.shape[0] < 60
    assert grey.shape[1] < 220
    assert grey[grey.shape[0] // 2, grey.shape[1] // 2] > WHITE - 9
    assert grey[-3, grey.shape[1] // 2] < WHITE - 20


def test_modes_are_set_by_whoever_manages_records_and_nobody_else(
    office: Office,
) -> None:
    values = {
        "form": "2200@2020-12",
        "field": KIND,
        "mode": "compare",
        "from_on": "2020-12-10",
    }
    mio = office.person("mio", Role.RECORDS_MANAGER)
    rei = office.person()

    refused = rei.submit("/modes", **values)
    done = mio.submit("/modes", **values)

    page = mio.get("/modes?form=2200@2020-12").text
    assert refused.status_code == 403
    assert done.headers["location"].endswith("notice=mode_set")
    assert f'data-testid="kind-{KIND}" data-mode="compare"' in page
    assert "Proven on made-up scans only" in page
    assert 'data-testid="set-mode"' not in rei.get("/modes").text


def test_acceptance_on_trial_cannot_be_switched_on_by_hand(
    office: Office, keying: KeyingDesk
) -> None:
    keying.mode(KIND, Mode.SHADOW)
    mio = office.person("mio", Role.RECORDS_MANAGER)
    page = mio.get("/modes?form=2200@2020-12").text

    refused = mio.submit(
        "/modes",
        form="2200@2020-12",
        field=KIND,
        mode="ocr",
        from_on="2020-12-10",
    )

    assert "switch-on" not in page
    assert refused.status_code == 409
    assert "not proven" in refused.text


def test_a_rate_of_samples_is_set_and_shown(office: Office) -> None:
    mio = office.person("mio", Role.RECORDS_MANAGER)

    mio.submit("/modes/rate", form="2200@2020-12", per_thousand="2.5")

    assert 'value="2.5"' in mio.get("/modes?form=2200@2020-12").text
