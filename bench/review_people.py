"""A pile of doubtful entries for the review benchmark, and what is right about each."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from forms.grammar import my_number_check_digit

SAMPLES = Path(__file__).parents[1] / "samples"
# A filing that no rule objects to, with one person or more.
BASE = "clean/2200-midori.png"
KINDS = ("name_kana", "name_kanji", "birth_date", "my_number", "remuneration_total")
# What the machine says of a doubtful field: it is right, its next candidate is, or
# neither. So many of each in ten.
WAYS = ("read",) * 4 + ("candidate",) * 3 + ("typed",) * 3
_KANA = ("ヤマダ　タロウ", "サトウ　ハナコ", "スズキ　イチロウ", "ワタナベ　ジュン")
_KANJI = ("山田　太郎", "佐藤　花子", "鈴木　一郎", "渡辺　淳")
# How hands type them: letters for an input method, or romaji straight.
_LETTERS = ("yamada tarou", "satou hanako", "suzuki ichirou", "watanabe jun")
ROMAJI = dict(zip((*_KANA, *_KANJI), (*_LETTERS, *_LETTERS), strict=True))


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubtful field: what is written, and what the machine made of it."""

    name: str
    way: str
    truth: str
    read: str
    other: str

    @property
    def kind(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Paper:
    """One filing of one person."""

    values: Mapping[str, str]
    doubts: tuple[Doubt, ...]


def papers(count: int, *, seed: int) -> Iterator[Paper]:
    """So many filings with one doubtful field of each kind."""
    rng = random.Random(seed)
    ways = [WAYS[at % len(WAYS)] for at in range(count * len(KINDS))]
    rng.shuffle(ways)
    base = _base()
    for _ in range(count):
        values = base | _person(rng)
        doubts = tuple(
            _doubt(rng, f"insured.1.{kind}", values[f"insured.1.{kind}"], ways.pop())
            for kind in KINDS
        )
        yield Paper(values, doubts)


def _base() -> dict[str, str]:
    known = json.loads((SAMPLES / "values.json").read_text("utf-8"))[BASE][0]["fields"]
    others = ("insured.2.", "insured.3.", "insured.4.")
    first = {name: v for name, v in known.items() if not name.startswith(others)}
    # Written when the office of the tests is open.
    days = {"submitted_on": "2020-12-08", "insured.1.acquired_on": "2020-12-01"}
    return first | days


def _person(rng: random.Random) -> dict[str, str]:
    place = rng.randrange(len(_KANA))
    number = f"{rng.randrange(10**11):011}"
    amount = str(rng.randrange(150, 600) * 1000)
    return {
        "insured.1.name_kana": _KANA[place],
        "insured.1.name_kanji": _KANJI[place],
        "insured.1.birth_date": f"{rng.randrange(1965, 1999)}-{rng.randrange(10, 13)}-"
        f"{rng.randrange(10, 29)}",
        "insured.1.my_number": f"{number}{my_number_check_digit(number)}",
        "insured.1.remuneration_cash": amount,
        "insured.1.remuneration_in_kind": "0",
        "insured.1.remuneration_total": amount,
    }


def _doubt(rng: random.Random, name: str, truth: str, way: str) -> Doubt:
    wrong, worse = _misread(rng, truth, 1), _misread(rng, truth, 2)
    if way == "read":
        return Doubt(name, way, truth, truth, wrong)
    if way == "candidate":
        return Doubt(name, way, truth, wrong, truth)
    return Doubt(name, way, truth, wrong, worse)


def _misread(rng: random.Random, truth: str, places: int) -> str:
    """The same with so many of its last signs taken for others."""
    signs = list(truth)
    for place in range(1, places + 1):
        signs[-place] = _another(rng, signs[-place])
    return "".join(signs)


def _another(rng: random.Random, sign: str) -> str:
    if sign.isdigit():
        return rng.choice([one for one in "12345678" if one != sign])
    return "口" if ord(sign) >= 0x4E00 else "ロ"
