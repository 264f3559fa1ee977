"""Whoever writes database, store and keys is found by what lies outside."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from bench.forged_house import House, a_copy, build_house
from bench.forgeries import FORGERIES


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, migrated_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("house") / "house"
    build_house(folder, migrated=migrated_folder)
    return folder


@pytest.fixture
def copy(house: Path, tmp_path: Path) -> Iterator[House]:
    with a_copy(house, tmp_path / "copy") as found:
        yield found


def test_an_untouched_house_has_no_differences(copy: House) -> None:
    assert copy.differences() == set()


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_is_found_and_named(copy: House, kind: str) -> None:
    wanted = FORGERIES[kind](copy, Random(f"{kind} test"))  # noqa: S311 - a seed.

    found = copy.differences()

    assert wanted & found, found


def test_at_least_a_dozen_kinds_are_tried() -> None:
    assert len(FORGERIES) >= 12
