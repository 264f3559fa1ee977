"""Shadow and sampling: what people key proves, and what follows when it breaks."""

import pytest

from kamizero.bounds import lower_bound, upper_bound
from review.keying.modes import modes_on
from review.keying.proof import Standing, reader_of, standings
from review.keying.sampling import is_drawn, set_rate
from review.refusals import NotProvenError
from storage.tables import (
    Field,
    KnownReader,
    Mode,
    ModeReason,
    ModeRow,
    ReadingProof,
    Source,
)
from tests.desk import LATER, NOW, Desk
from tests.keying import TODAY, KeyingDesk

KANA, KIND = "insured.1.name_kana", "insured.*.name_kana"
READ, OTHER = "ヤマダ　タロウ", "ヤマダ　ジロウ"
ALL = 1_000_000


@pytest.fixture
def keying(desk: Desk) -> KeyingDesk:
    return KeyingDesk(desk)


def known(keying: KeyingDesk) -> Standing:
    with keying.desk.database.look() as session:
        return standings(session, form="2200", revision="2020-12")[KIND]


def sample(keying: KeyingDesk, *, per_million: int = ALL) -> None:
    with keying.desk.database.begin() as session:
        set_rate(
            session,
            form="2200",
            per_million=per_million,
            from_on=TODAY,
            actor="mio",
            now=NOW,
            today=TODAY,
        )


def proven(keying: KeyingDesk, *, n: int, errors: int = 0) -> None:
    """Let so many readings have been held against what people keyed.

    Whole filings would take minutes, and the count is all that is looked at.
    """
    filing = keying.receive()
    with keying.desk.database.begin() as session:
        field = session.query(Field).filter_by(filing_id=filing, name=KANA).one()
        reader = reader_of(field.as_written.author if field.as_written else "")
        copies = [
            Field(
                filing_id=filing,
                entry_n=99,
                position=number,
                name=f"proof {number}",
                sensitive=False,
                page_id=field.page_id,
                box_px=[0, 0, 1, 1],
            )
            for number in range(n)
        ]
        session.add_all(copies)
        session.flush()
        session.add_all(
            ReadingProof(
                field_id=copy.id,
                form="2200",
                revision="2020-12",
                field=KIND,
                reader=reader,
                source=Source.SHADOW,
                correct=number >= errors,
                at=NOW,
            )
            for number, copy in enumerate(copies)
        )


def mode_now(keying: KeyingDesk) -> Mode:
    with keying.desk.database.look() as session:
        return modes_on(session, form="2200", revision="2020-12", on=TODAY).of(KIND)


def rows(keying: KeyingDesk) -> list[ModeRow]:
    with keying.desk.database.look() as session:
        return session.query(ModeRow).order_by(ModeRow.id).all()


@pytest.mark.parametrize(("errors", "of"), [(1, 51), (2, 355)])
def test_a_share_is_as_certainly_missed_as_it_is_proven(errors: int, of: int) -> None:
    assert lower_bound(errors, of) > 0.001
    assert lower_bound(errors, of + 1) < lower_bound(errors, of)
    assert lower_bound(0, of) == 0
    assert lower_bound(errors, of) < errors / of < upper_bound(errors, of)


def test_one_model_reads_the_same_in_every_program() -> None:
    name = "PP-OCRv6_small_rec{}@0123456789ab comb_cells@ba9876543210"

    readers = {reader_of(name.format(p)) for p in ("/onnxruntime", "/openvino-bf16")}

    assert readers == {name.format("")}


def test_a_reading_that_is_keyed_alike_counts_as_right(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.SHADOW)
    filing = keying.receive()

    keying.key("rei", READ)

    assert keying.desk.states(filing) == ["ready"]
    assert known(keying) == Standing(n=1, errors=0)


def test_a_reading_that_differs_is_settled_by_another_who_sees_both(
    keying: KeyingDesk,
) -> None:
    keying.mode(KIND, Mode.SHADOW)
    filing = keying.receive()
    keying.key("rei", OTHER)
    claim = keying.take("ken")
    seen = {said.value for said in keying.sees(claim)}

    keying.key("ken", OTHER, claim=claim)

    assert seen == {READ, OTHER}
    assert keying.desk.states(filing) == ["ready"]
    assert known(keying) == Standing(n=1, errors=1)


def test_a_keyer_who_erred_does_not_make_the_reading_wrong(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.SHADOW)
    keying.receive()
    keying.key("rei", OTHER)

    keying.key("ken", READ)

    assert known(keying) == Standing(n=1, errors=0)


def test_a_doubtful_reading_proves_nothing(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.SHADOW)
    keying.receive(doubtful=[KANA])

    keying.key("rei", READ)

    assert known(keying) == Standing()


def test_what_is_counted_holds_no_value(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.SHADOW)
    keying.receive()
    keying.key("rei", READ)

    with keying.desk.database.look() as session:
        row = session.query(ReadingProof).one()
        kept = " ".join(str(one) for one in vars(row).values())

    assert "ヤマダ" not in kept


def test_shadow_and_sampling_never_change_what_was_accepted(
    keying: KeyingDesk,
) -> None:
    sample(keying)

    filing = keying.receive()

    field = keying.field(filing, KANA)
    assert (field.mode, field.sampled) == (Mode.SHADOW, True)
    assert field.as_written is not None
    assert field.as_written.accepted


def test_a_draw_is_the_same_whenever_it_is_asked_for(keying: KeyingDesk) -> None:
    filing = keying.receive()
    field = keying.field(filing, KANA)
    vault = keying.desk.vault
    rates = range(0, ALL + 1, 10_000)

    drawn = [is_drawn(field, vault, per_million=rate) for rate in rates]

    # Whoever is drawn at a rate is drawn at every higher one.
    assert drawn == sorted(drawn)
    assert (drawn[0], drawn[-1]) == (False, True)
    assert drawn == [is_drawn(field, vault, per_million=rate) for rate in rates]


def test_about_as_many_are_drawn_as_were_asked_for(keying: KeyingDesk) -> None:
    sample(keying, per_million=200_000)

    keying.receive(entries=4)
    keying.receive(entries=4)

    with keying.desk.database.look() as session:
        fields = session.query(Field).all()
    share = sum(field.sampled for field in fields) / len(fields)
    assert 0.1 < share < 0.3


def test_acceptance_is_not_switched_on_before_it_is_proven(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.SHADOW)
    keying.receive()
    keying.key("rei", READ)

    with pytest.raises(NotProvenError) as refused:
        keying.mode(KIND, Mode.OCR)

    assert refused.value.points == (KIND,)


def test_no_other_mode_is_a_way_around_the_proof(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.SHADOW)
    keying.mode(KIND, Mode.CHECK)

    with pytest.raises(NotProvenError):
        keying.mode(KIND, Mode.OCR)
    with pytest.raises(NotProvenError):
        keying.mode("*", Mode.OCR)


def test_acceptance_is_switched_on_once_the_bound_holds(keying: KeyingDesk) -> None:
    proven(keying, n=2995)
    keying.mode(KIND, Mode.SHADOW)

    keying.mode(KIND, Mode.OCR)

    row = rows(keying)[-1]
    assert (row.why, row.proven_n, row.proven_errors) == (ModeReason.PROOF, 2995, 0)
    assert mode_now(keying) == Mode.OCR


def test_what_is_not_on_trial_needs_no_proof(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.KEY)

    keying.mode(KIND, Mode.OCR)

    assert mode_now(keying) == Mode.OCR


def test_one_error_switches_off_what_was_proven_just_so(keying: KeyingDesk) -> None:
    proven(keying, n=2995)
    keying.mode(KIND, Mode.SHADOW)
    keying.mode(KIND, Mode.OCR)
    sample(keying)
    keying.receive()
    key_all_wrong(keying)

    assert mode_now(keying) == Mode.SHADOW
    assert rows(keying)[-1].why == ModeReason.BOUND


def test_an_early_error_switches_off_what_only_made_up_scans_proved(
    keying: KeyingDesk,
) -> None:
    sample(keying)
    keying.receive()

    key_all_wrong(keying)

    assert mode_now(keying) == Mode.SHADOW


def test_made_up_scans_are_believed_until_this_office_proves_the_contrary(
    keying: KeyingDesk,
) -> None:
    proven(keying, n=100)
    sample(keying)
    keying.receive()

    key_all_wrong(keying)

    assert mode_now(keying) == Mode.OCR


def test_what_another_model_proved_does_not_count(keying: KeyingDesk) -> None:
    proven(keying, n=3)
    with keying.desk.database.begin() as session:
        session.add(
            KnownReader(
                form="2200",
                revision="2020-12",
                field=KIND,
                reader="newer@1111",
                first_at=LATER,
            )
        )

    assert known(keying) == Standing()


def key_all_wrong(keying: KeyingDesk) -> None:
    """Key the kana as somebody else, until it is settled so; all else as read."""
    for person in ("rei", "ken"):
        while (claim := keying.claim(person)) is not None:
            name = keying.name(claim)
            if name == KANA:
                keying.key(person, OTHER, claim=claim)
                break
            keying.skip(claim)
