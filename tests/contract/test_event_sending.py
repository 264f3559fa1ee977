"""Receivers are told of every event, in order and until they acknowledge, on both."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from delivery.events import subscriptions
from delivery.events.address import Gate
from delivery.events.posting import FORBIDDEN, UNREACHED, Poster
from delivery.events.sending import WAITS, Sender
from storage import audit
from storage.alerts import alerts_of
from storage.database import Database
from storage.directory import DirectoryStore
from storage.ledger.account import draw_up
from storage.tables import EventMessage, MessageState, Subscription
from storage.vault import KeyRing, Vault
from tests.receivers import Receiver, dripping, listening

BEGIN = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
URL = "https://robots.example/in"


@dataclass
class House:
    """A database with sealed events, a sender, and a clock."""

    database: Database
    vault: Vault
    store: DirectoryStore
    receiver: Receiver = field(default_factory=Receiver)
    now: datetime = BEGIN

    @property
    def sender(self) -> Sender:
        return Sender(self.database, self.vault, self.receiver, lambda: self.now)

    def subscribe(self, *, url: str = URL, types: tuple[str, ...] = ()) -> str:
        with self.database.begin() as session:
            return subscriptions.subscribe(
                session,
                self.vault,
                Gate(),
                name="host",
                url=url,
                types=types or subscriptions.EVERYTHING,
                actor="ken",
                now=self.now,
            )

    def happen(self, count: int, *, subjects: int = 1, act: str = "approve") -> None:
        with self.database.begin() as session:
            for number in range(count):
                audit.record(
                    session,
                    actor="rei",
                    act=f"entry.{act}",
                    subject_kind="entry",
                    subject_id=number % subjects + 1,
                    now=self.now,
                    body={"filing": 7, "n": number},
                )
        audit.seal(self.database, self.store, now=self.now)

    def send(self, **later: float) -> int:
        self.now += timedelta(**later)
        return self.sender.send_all()

    def row(self) -> Subscription:
        with self.database.look() as session:
            return subscriptions.find(session, "host")

    def states(self) -> dict[str, int]:
        with self.database.look() as session:
            rows = session.execute(
                select(EventMessage.state, func.count()).group_by(EventMessage.state)
            )
            return {state: count for state, count in rows}

    def law(self) -> tuple[int, int, int]:
        """Both sides of the law of events, and how many were not queued."""
        with self.database.look() as session:
            ledger = draw_up(session, subscribers=())
        kinds = [one.kind for one in ledger.differences]
        (law,) = (one for one in ledger.laws if one.name == "events")
        return law.left, law.right, kinds.count("untold")

    def numbers(self) -> list[int]:
        return [
            json.loads(self.receiver.bodies[name])["data"]["n"]
            for name in self.receiver.taken
        ]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    vault = Vault(KeyRing.load(tmp_path / "keys"))
    return House(database, vault, DirectoryStore(tmp_path))


def fails_a_third(name: str, attempt: int) -> int:
    mark = hashlib.sha256(f"{name}/{attempt}".encode()).digest()[0]
    return 500 if mark < 77 else 204


def alerts(house: House) -> list[str]:
    found = alerts_of(
        house.database,
        house.store,
        free_bytes=lambda: 1,
        least_free=0,
        now=house.now,
    )
    return [one.kind for one in found]


def test_everything_is_acknowledged_once_by_a_receiver_that_often_fails(
    house: House,
) -> None:
    house.subscribe()
    house.happen(300, subjects=20)
    house.receiver.status = fails_a_third
    for _ in range(60):
        house.send(hours=1)

    assert len(house.receiver.taken) == len(set(house.receiver.taken)) == 300
    assert house.states() == {"acknowledged": 300}
    assert max(house.receiver.attempts.values()) > 1
    told = house.numbers()
    for subject in range(20):
        of_one = [number for number in told if number % 20 == subject]
        assert of_one == sorted(of_one)
    assert house.law() == (300, 300, 0)


def test_only_what_is_asked_for_and_happens_from_now_on_is_told(house: House) -> None:
    house.happen(2)
    house.subscribe(types=("kamizero.entry.approve", "kamizero.delivery.*"))
    house.happen(1)
    house.happen(1, act="approve_not")

    sent = house.send()

    assert (sent, house.states()) == (1, {"acknowledged": 1})
    (event,) = map(json.loads, house.receiver.bodies.values())
    assert event["type"] == "kamizero.entry.approve"
    assert (event["specversion"], event["subject"]) == ("1.0", "entry/1")
    assert house.law() == (1, 1, 0)


def test_what_fails_for_days_is_given_up_and_holds_up_its_subject_alone(
    house: House,
) -> None:
    house.subscribe()
    house.happen(2)
    house.happen(1, act="settle")
    first = "2"
    house.receiver.status = lambda name, _attempt: 500 if name == first else 204
    house.send()
    early = list(house.receiver.taken)
    for wait in WAITS:
        assert house.send(seconds=wait.total_seconds() * 0.9) == 0
        house.send(seconds=wait.total_seconds() * 0.2)

    assert early == []
    assert house.receiver.attempts[first] == len(WAITS) + 1
    assert house.states() == {"given_up": 1, "acknowledged": 2}
    assert house.law() == (3, 3, 0)
    assert "events_failed" in alerts(house)
    # A replay that is acknowledged settles it.
    house.receiver.status = lambda *_: 204
    with house.database.begin() as session:
        row = subscriptions.find(session, "host")
        subscriptions.replay(session, row, after=0, actor="ken", now=house.now)
    house.send(seconds=1)
    assert house.states() == {"acknowledged": 3}
    assert "events_failed" not in alerts(house)


def test_a_receiver_says_how_long_it_wants_to_be_left_alone(house: House) -> None:
    house.subscribe()
    house.happen(1)
    house.receiver.status = lambda _name, attempt: 429 if attempt == 1 else 204
    house.receiver.retry_after = "90"
    house.send()

    assert house.send(seconds=80) == 0
    assert house.send(seconds=11) == 1
    assert house.states() == {"acknowledged": 1}


@pytest.mark.parametrize(
    "asked", ["soon", "-5", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"]
)
def test_what_a_receiver_asks_in_vain_changes_nothing(house: House, asked: str) -> None:
    house.subscribe()
    house.happen(1)
    house.receiver.status = lambda _name, attempt: 503 if attempt == 1 else 204
    house.receiver.retry_after = asked
    house.send()

    assert house.send(seconds=6) == 1
    assert house.states() == {"acknowledged": 1}


def test_a_slow_receiver_lets_the_next_have_its_turn(house: House) -> None:
    house.subscribe()
    house.happen(60, subjects=60)

    def slowly(_name: str, _attempt: int) -> int:
        house.now += timedelta(seconds=10)
        return 204

    house.receiver.status = slowly

    assert house.send() == 19
    assert house.states() == {"acknowledged": 19, "waiting": 41}


def test_a_receiver_that_is_gone_is_told_nothing_until_somebody_enables_it(
    house: House,
) -> None:
    house.subscribe()
    house.happen(3, subjects=3)
    house.receiver.status = lambda _name, _attempt: 410
    house.send()
    disabled = house.row()
    house.receiver.status = lambda _name, _attempt: 204
    silent = house.send(days=9)

    with house.database.begin() as session:
        subscriptions.enable(
            session,
            subscriptions.find(session, "host"),
            actor="ken",
            now=house.now,
        )
    house.send()

    assert (disabled.state, disabled.why, silent) == ("disabled", "gone", 0)
    assert house.states() == {"acknowledged": 3}


@pytest.mark.parametrize("status", [302, FORBIDDEN, UNREACHED])
def test_what_is_no_acknowledgement_is_tried_again(house: House, status: int) -> None:
    house.subscribe()
    house.happen(1)
    house.receiver.status = lambda _name, _attempt: status
    house.send()

    assert house.states() == {"waiting": 1}
    assert house.send() == 0
    assert house.send(minutes=1) == 1


def test_everything_is_told_again_under_the_ids_it_had(house: House) -> None:
    house.happen(2)
    house.subscribe()
    house.happen(2)
    house.send()
    before = list(house.receiver.taken)
    with house.database.begin() as session:
        row = subscriptions.find(session, "host")
        subscriptions.replay(session, row, after=0, actor="ken", now=house.now)

    house.send()

    # Those of before it subscribed too, since the point it names lies before them.
    again = house.receiver.taken[len(before) :]
    assert again == ["1", "2", *before]
    assert house.states() == {"acknowledged": 4}
    assert house.law() == (4, 4, 0)


def test_a_sender_that_dies_sends_again_under_the_same_ids(house: House) -> None:
    house.subscribe()
    house.happen(2, subjects=2)

    def die(_name: str, attempt: int) -> int:
        if attempt == 1 and len(house.receiver.attempts) == 2:
            raise KeyboardInterrupt
        return 204

    house.receiver.status = die
    with pytest.raises(KeyboardInterrupt):
        house.send()
    held = house.send(minutes=1)
    house.send(minutes=6)

    assert held == 0
    assert sorted(set(house.receiver.taken)) == ["2", "3"]
    assert house.states() == {"acknowledged": 2}


def test_a_sender_that_is_told_to_stop_sends_nothing_more(house: House) -> None:
    house.subscribe()
    house.happen(5, subjects=5)
    taken = house.receiver.taken
    sender = replace(house.sender, is_stopped=lambda: len(taken) == 2)

    assert sender.send_all() == 2
    assert house.states() == {"acknowledged": 2, "waiting": 3}
    assert house.send() == 3


def test_receivers_verify_with_the_public_library_and_with_either_secret(
    house: House,
) -> None:
    house.now = datetime.now(UTC)
    old = house.subscribe()
    with house.database.begin() as session:
        new = subscriptions.rotate(
            session,
            house.vault,
            subscriptions.find(session, "host"),
            actor="ken",
            now=house.now,
            overlap=timedelta(minutes=1),
        )
    house.happen(1)
    house.send()
    both = house.receiver.taken[-1]
    house.now += timedelta(minutes=2)
    house.happen(1)
    house.send()
    one = house.receiver.taken[-1]

    def verify(secret: str, name: str) -> object:
        found = house.receiver
        return Webhook(secret).verify(found.bodies[name], dict(found.headers[name]))

    for secret, name in ((old, both), (new, both), (new, one)):
        assert verify(secret, name) == json.loads(house.receiver.bodies[name])
    with pytest.raises(WebhookVerificationError):
        verify(old, one)


def test_a_second_new_secret_does_not_lengthen_the_life_of_the_first(
    house: House,
) -> None:
    old = house.subscribe()
    for overlap in (timedelta(minutes=1), timedelta(hours=1)):
        with house.database.begin() as session:
            subscriptions.rotate(
                session,
                house.vault,
                subscriptions.find(session, "host"),
                actor="ken",
                now=house.now,
                overlap=overlap,
            )

    later = house.now + timedelta(minutes=2)
    good = subscriptions.secrets_of(house.vault, house.row(), now=later)

    assert len(good) == 2
    assert old not in good


def test_no_secret_lies_open_in_the_database(house: House) -> None:
    secret = house.subscribe()

    row = house.row()

    assert secret.removeprefix("whsec_").encode() not in row.sealed


def test_a_real_receiver_is_told_and_no_redirect_followed(house: House) -> None:
    asked: list[str] = []

    def answer(_headers: object, body: bytes) -> tuple[int, dict[str, str]]:
        asked.append(json.loads(body)["id"])
        elsewhere = {"Location": "http://10.0.0.1/"}
        return (204, {}) if len(asked) > 1 else (307, elsewhere)

    with listening(answer) as address:
        house.subscribe(url=address)
        house.happen(1)
        poster = Poster(Gate(hosts=frozenset({"127.0.0.1"})))
        sender = Sender(house.database, house.vault, poster, lambda: house.now)
        sender.send_all()
        with house.database.look() as session:
            status = session.scalars(select(EventMessage.last_status)).one()
        house.now += timedelta(minutes=1)
        sender.send_all()
        poster.close()

    assert (asked, status) == (["2", "2"], 307)
    assert house.states() == {MessageState.ACKNOWLEDGED: 1}


def test_a_receiver_inside_is_not_reached_unless_it_is_named() -> None:
    asked: list[bytes] = []

    def answer(_headers: object, body: bytes) -> tuple[int, dict[str, str]]:
        asked.append(body)
        return 204, {}

    with listening(answer) as address:
        poster = Poster(Gate())
        refused = poster(address, b"{}", {})
        secure = poster(address.replace("http:", "https:"), b"{}", {})
        poster.close()

    assert (refused.status, secure.status, asked) == (FORBIDDEN, FORBIDDEN, [])


def test_a_receiver_that_drips_its_answer_holds_nobody() -> None:
    with dripping() as address:
        poster = Poster(Gate(hosts=frozenset({"127.0.0.1"})), in_all=0.2)
        first, second = (poster(address, b"{}", {}) for _ in range(2))
        poster.close()

    assert (first.status, second.status) == (UNREACHED, UNREACHED)
