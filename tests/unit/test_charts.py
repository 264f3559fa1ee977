"""Charts and tables that pages show and people take away."""

from datetime import UTC, datetime, timedelta

import pytest

from review.effort import seconds_of
from web.shown.charts import Column, bar_chart, ceiling, line_chart
from web.tables import csv_text

NINE = datetime(2020, 12, 10, 9, tzinfo=UTC)


def test_a_bar_is_as_high_as_its_share_of_the_axis() -> None:
    chart = bar_chart([Column("a", (("came", 4), ("went", 2)))], height=134)

    high, half = chart.bars

    assert (high.height, half.height) == (100, 50)
    assert high.y + high.height == half.y + half.height == chart.floor
    assert high.x + high.width <= half.x + 0.001


def test_a_chart_of_nothing_has_an_axis_all_the_same() -> None:
    assert [mark.text for mark in bar_chart([]).up] == ["0", "2", "4"]
    assert line_chart([]).line == ""


def test_only_so_many_words_stand_below_a_chart() -> None:
    columns = [Column(str(n), (("came", n),)) for n in range(90)]

    assert len(bar_chart(columns, words=12).across) <= 12
    assert len(line_chart([(str(n), n) for n in range(90)], words=12).across) <= 12


def test_a_line_goes_through_every_point_from_left_to_right() -> None:
    points = [tuple(map(float, one.split(","))) for one in
              line_chart([("a", 0), ("b", 4)], height=134).line.split()]  # fmt: skip

    assert [y for _, y in points] == [110, 10]
    assert points[0][0] < points[1][0]


@pytest.mark.parametrize("most", [0, 1, 4, 5, 99, 100, 101, 12_345, 1_000_000])
def test_the_axis_reaches_over_its_highest_value(most: int) -> None:
    assert most <= ceiling(most) <= max(4, 3 * most)


def test_a_spreadsheet_takes_no_cell_for_a_formula() -> None:
    text = csv_text(("a", "b"), [("=1+1", -1), ("株式会社", None), ('x,"y', 2.5)])

    assert text == 'a,b\r\n\'=1+1,-1\r\n株式会社,\r\n"x,""y",2.5\r\n'


def test_a_long_pause_counts_as_one_thought() -> None:
    moments = [NINE + timedelta(minutes=n) for n in (0, 1, 30, 31)]

    assert seconds_of(moments) == 60 + 120 + 60
    assert seconds_of([NINE]) == 0
