"""Decoding what a recogniser answers for a line."""

import numpy as np
import pytest

from ocr.words import ctc

CHARACTERS = ("", "1", "7", "0")


def steps(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float64)


def test_repeated_steps_are_one_character() -> None:
    answer = steps((0.05, 0.9, 0.05, 0), (0.05, 0.9, 0.05, 0), (0.9, 0.1, 0, 0))

    best = ctc.lines(answer, CHARACTERS)[0]

    assert best.text == "1"


def test_a_blank_between_equal_characters_keeps_both() -> None:
    answer = steps((0.1, 0.9, 0, 0), (0.95, 0.05, 0, 0), (0.1, 0.9, 0, 0))

    best = ctc.lines(answer, CHARACTERS)[0]

    assert best.text == "11"


def test_paths_to_one_text_are_added_up() -> None:
    # Each single path says nothing (0.36), but "1" can be written in three ways.
    answer = steps((0.6, 0.4, 0, 0), (0.6, 0.4, 0, 0))

    best = ctc.lines(answer, CHARACTERS)[0]

    assert best.text == "1"
    assert best.probability == pytest.approx(0.64)


def test_the_probabilities_of_all_readings_sum_to_one() -> None:
    answer = steps((0.2, 0.5, 0.3, 0), (0.4, 0.1, 0.3, 0.2), (0.7, 0.1, 0.1, 0.1))

    found = ctc.lines(answer, CHARACTERS, beam=100)

    assert sum(line.probability for line in found) == pytest.approx(1)


def test_the_second_reading_is_the_other_likely_character() -> None:
    answer = steps((0.02, 0.6, 0.38, 0.0))

    first, second = ctc.lines(answer, CHARACTERS)[:2]

    assert (first.text, second.text) == ("1", "7")


def test_glyphs_tell_where_each_character_was_seen() -> None:
    answer = steps(
        (0.1, 0.9, 0, 0), (0.9, 0.1, 0, 0), (0.1, 0, 0.9, 0), (0.2, 0, 0.8, 0)
    )

    found = ctc.glyphs(answer, CHARACTERS)

    assert [(g.character, g.first, g.last) for g in found] == [("1", 0, 0), ("7", 2, 3)]


def test_a_line_without_writing_reads_as_nothing() -> None:
    answer = steps((1, 0, 0, 0), (1, 0, 0, 0))

    best = ctc.lines(answer, CHARACTERS)[0]

    assert best.text == ""
