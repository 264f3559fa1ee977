"""What tests of several rooms ask for by name."""

from collections.abc import Iterator

import pytest

from tests.services import postgres_database, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One server a test run."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """One empty database a test."""
    with postgres_database(postgres) as url:
        yield url
