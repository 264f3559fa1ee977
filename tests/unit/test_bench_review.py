"""The pile of the review benchmark holds what its table says."""

from collections import Counter

from bench.review_people import KINDS, ROMAJI, papers
from forms.grammar import my_number_is_valid


def test_every_kind_of_field_is_doubtful_as_often() -> None:
    doubts = [doubt for paper in papers(10, seed=1) for doubt in paper.doubts]

    assert Counter(doubt.kind for doubt in doubts) == dict.fromkeys(KINDS, 10)


def test_what_is_right_is_read_offered_or_must_be_typed() -> None:
    doubts = [doubt for paper in papers(20, seed=1) for doubt in paper.doubts]

    ways = Counter(doubt.way for doubt in doubts)
    assert ways == {"read": 40, "candidate": 30, "typed": 30}
    for doubt in doubts:
        right = {"read": doubt.read, "candidate": doubt.other}
        assert right.get(doubt.way, doubt.truth) == doubt.truth
        assert doubt.way == "read" or doubt.read != doubt.truth
        assert doubt.way != "typed" or doubt.other != doubt.truth


def test_what_stands_on_the_papers_is_right() -> None:
    for paper in papers(5, seed=1):
        assert my_number_is_valid(paper.values["insured.1.my_number"])
        assert paper.values["insured.1.name_kana"] in ROMAJI


def test_the_same_seed_gives_the_same_pile() -> None:
    assert list(papers(3, seed=7)) == list(papers(3, seed=7))
