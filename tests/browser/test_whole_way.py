"""Review and approval in a real browser, by keyboard."""

import json
import re
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.buckets import a_bucket
from tests.ceph import S3_KEY, S3_SECRET
from tests.installation import SAMPLES, Installation

PASSWORD = "correct horse battery"
SCAN = "poor/2200-upside-down.png"


@pytest.fixture
def kept_in_s3(installation: Installation, s3_address: str) -> Installation:
    """An installation whose originals lie in a bucket with object lock."""
    keys = installation.folder.parent / "store-keys"
    keys.write_text(f"{S3_KEY}\n{S3_SECRET}\n")
    installation.settings |= {
        "KAMIZERO_STORE_URL": s3_address,
        "KAMIZERO_STORE_BUCKET": a_bucket(s3_address).name,
        "KAMIZERO_STORE_KEYS_FILE": str(keys),
    }
    return installation


@pytest.mark.model
def test_a_scan_becomes_an_approved_record(
    installation: Installation, page: Page
) -> None:
    _walk(installation, page)


@pytest.mark.model
def test_it_does_so_in_a_locked_bucket_as_well(
    kept_in_s3: Installation, page: Page
) -> None:
    _walk(kept_in_s3, page)
    verified = kept_in_s3.answer("verify", "--json")

    assert verified["differences"] == []
    assert {verified["checked"][kind] for kind in ("original", "signature")} == {1}
    assert not (kept_in_s3.folder / "objects").exists()


def _walk(installation: Installation, page: Page) -> None:
    truth = _truth(SCAN)
    address = _open_office(installation)
    filing = _take_in(installation, SCAN)

    _log_in(page, address, "hanako")
    page.goto(f"{address}/queue")
    page.get_by_test_id("queue-next").press("Enter")
    page.get_by_test_id("value").wait_for()
    _settle_by_keyboard(page, truth)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("queue-empty")).to_be_visible()
    page.get_by_test_id("logout").click()
    _log_in(page, address, "ichiro")
    page.goto(f"{address}/approvals")
    page.get_by_test_id(f"approval-{filing}").get_by_role("link").first.click()
    page.get_by_test_id("approve").click()
    expect(page.get_by_test_id("filing-state")).to_be_visible()
    record = _fetch(installation, address, filing)

    assert record["state"] == "approved"
    assert _decided(record) == {n: v for n, v in truth.items() if v and "my_n" not in n}


@pytest.mark.model
def test_an_error_holds_the_entry_until_it_is_waived_by_keyboard(
    installation: Installation, page: Page
) -> None:
    address = _open_office(installation)
    _take_in(installation, "clean/2200-sakura.jpg")
    _log_in(page, address, "hanako")
    second = page.get_by_test_id("queue").get_by_role("row").filter(has_text="2件目")
    second.get_by_role("button").press("Enter")
    finding = page.get_by_test_id("finding-common.my_number_check_digit")
    expect(page.get_by_test_id("field-label")).not_to_be_empty()

    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("meaning")).to_have_class(re.compile("wrong"))
    page.get_by_test_id("field-insured.2.my_number").press("Enter")
    page.keyboard.press("Alt+w")
    page.keyboard.type("asked by phone")
    page.keyboard.press("Control+Enter")

    expect(finding).to_contain_text("asked by phone")
    expect(finding).to_contain_text("2人目")
    expect(page.get_by_test_id("waive-dialog")).to_be_hidden()


def _open_office(installation: Installation) -> str:
    for name, role in (("hanako", "reviewer"), ("ichiro", "approver")):
        done = installation.run(
            "user", "add", name, "--role", role, "--password-stdin", stdin=PASSWORD
        )
        assert done.returncode == 0, done.stderr
    for kind in ("offices", "insured"):
        installation.run("records", "load", kind, str(SAMPLES / f"records/{kind}.csv"))
    return installation.up()


def _take_in(installation: Installation, scan: str) -> str:
    path = str(SAMPLES / "scans" / scan)
    job = installation.answer("ingest", path, "--wait", "--json")
    return str(job["filings"][0])


def _truth(scan: str) -> dict[str, str]:
    values = json.loads((SAMPLES / "values.json").read_text("utf-8"))
    return dict(values[scan][0]["fields"])


def _log_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/login")
    page.get_by_test_id("login-name").fill(name)
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-password").press("Enter")
    expect(page.get_by_test_id("who")).to_contain_text(name)


def _settle_by_keyboard(page: Page, truth: dict[str, str]) -> None:
    """Type what is on the paper into each doubtful field, and Enter."""
    remaining = page.get_by_test_id("remaining").locator("[data-remaining]")
    expect(remaining).to_have_text(re.compile(r"\d+"))
    while (left := int(remaining.inner_text())) > 0:
        field = page.locator("[data-field][aria-current=true]")
        value = truth[field.get_attribute("data-field") or ""]
        if value:
            page.get_by_test_id("value").fill(value)
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("Alt+b")
        expect(remaining).to_have_text(str(left - 1))


def _fetch(installation: Installation, address: str, filing: str) -> dict[str, Any]:
    token = installation.answer(
        "token", "create", "robot", "--scope", "filings:read", "--json"
    )["token"]
    request = Request(  # noqa: S310 - our own server.
        f"{address}/api/v1/filings/{filing}",
        headers={"Authorization": f"Bearer {token}"},
    )
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        return dict(json.load(answer))


def _decided(record: dict[str, Any]) -> dict[str, str]:
    """The filled fields of a record, the masked ones left out."""
    parts = [record["fields"], *(entry["fields"] for entry in record["entries"])]
    return {
        name: field["as_decided"]
        for part in parts
        for name, field in part.items()
        if field["as_decided"] and "my_number" not in name
    }
