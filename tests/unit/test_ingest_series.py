"""Files that are one run of pages, told by their names."""

import pytest

from ingest.series import series


@pytest.mark.parametrize(
    ("sources", "runs"),
    [
        (["scan_009.jpg", "scan_010.jpg", "scan_011.jpg"], [[0, 1, 2]]),
        (["a/IMG (1).tif", "a/IMG (2).tif"], [[0, 1]]),
        (["a\\p1.jpg", "a\\p2.jpg", "b\\p3.jpg"], [[0, 1], [2]]),
        (["p1.jpg", "p3.jpg", "p3.jpg"], [[0], [1], [2]]),
        (["p2.jpg", "p1.jpg"], [[0], [1]]),
        (["p1.jpg", "p2.tif"], [[0], [1]]),
        (["2200-a.tif", "2201-a.tif"], [[0], [1]]),
        (["letter.pdf", "other.pdf"], [[0], [1]]),
        ([], []),
    ],
)
def test_only_the_next_number_of_the_same_name_goes_on(
    sources: list[str], runs: list[list[int]]
) -> None:
    assert list(series(sources)) == runs
