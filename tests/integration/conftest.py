"""Installations for tests that use the product through its commands."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.installation import Installation
from tests.office import Office


@pytest.fixture
def make_installation(tmp_path: Path) -> Iterator[Callable[[str], Installation]]:
    """Gives installations by name, each in a folder of its own."""
    made: list[Installation] = []

    def make(name: str) -> Installation:
        made.append(Installation(tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def installation(make_installation: Callable[[str], Installation]) -> Installation:
    return make_installation("data")


@pytest.fixture
def office(desk: Desk) -> Office:
    """The web pages over an embedded desk, in this process."""
    return Office(desk)
