"""Kill -9 at any moment loses nothing and doubles nothing."""

from collections.abc import Callable

import pytest

from tests.installation import SAMPLES, Installation, until

SCANS = SAMPLES / "scans"

FILINGS = """
    SELECT original.sha256, filing.form, filing.revision, filing.step,
           count(DISTINCT entry.id), count(DISTINCT field.id)
    FROM filing JOIN arrival ON arrival.id = filing.arrival_id
    JOIN original ON original.id = arrival.original_id
    LEFT JOIN entry ON entry.filing_id = filing.id
    LEFT JOIN field ON field.filing_id = filing.id
    GROUP BY filing.id ORDER BY 1, filing.receipt_number
"""
VERSIONS = """
    SELECT field.name, field_version.state, field_version.accepted, count(*)
    FROM field_version JOIN field ON field.id = field_version.field_id
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
DONE = "SELECT count(*) FROM filing WHERE step IN ('done', 'failed')"


@pytest.mark.model
def test_killed_server_and_workers_lose_nothing_and_double_nothing(
    make_installation: Callable[[str], Installation],
) -> None:
    files = [str(path) for path in sorted((SCANS / "clean").iterdir())][:6]
    calm = make_installation("calm")
    calm.answer("ingest", *files, "--wait", "--json")
    expected = calm.rows(FILINGS)
    struck = make_installation("struck")
    struck.up()
    struck.answer("ingest", *files, "--json")

    until(lambda: struck.rows(DONE)[0][0] >= 1, seconds=120)
    struck.kill_worker()
    until(lambda: struck.rows(DONE)[0][0] >= 2, seconds=120)
    struck.kill()
    struck.up()
    until(lambda: struck.rows(DONE)[0][0] == len(expected), seconds=200)

    assert struck.rows(FILINGS) == expected
    assert struck.rows(VERSIONS) == calm.rows(VERSIONS)


@pytest.mark.model
def test_intake_killed_half_way_leaves_no_job(
    installation: Installation,
) -> None:
    installation.run("doctor")
    files = sorted((SCANS / "clean").iterdir())

    installation.start_and_kill("ingest", *map(str, files), after_seconds=1.2)
    again = installation.answer("ingest", *map(str, files), "--json")

    jobs = installation.rows("SELECT count(*) FROM job")[0][0]
    arrivals = installation.rows("SELECT count(*) FROM arrival")[0][0]
    assert arrivals == jobs * len(files)
    assert len(again["originals"]) == len(files)
