"""Logs tell where something broke, and never what a document says."""

import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from kamizero import logs
from kamizero.errors import StoreError

NAME = "山田　太郎"
FORMATS: list[Literal["columns", "json"]] = ["columns", "json"]


@pytest.fixture(autouse=True)
def plain_logs_again() -> Iterator[None]:
    yield
    logs.configure("json")


def broken() -> int:
    """What a library does with a value it cannot take."""
    read = {"name": NAME}
    try:
        return int(read["name"])
    except ValueError as error:
        raise KeyError(read["name"]) from error


@pytest.mark.parametrize("log_format", FORMATS)
def test_an_error_tells_where_it_happened_and_quotes_nothing(
    log_format: Literal["columns", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(log_format)
    try:
        broken()
    except KeyError:
        structlog.get_logger().exception("step_broke", subject=7)

    said = capsys.readouterr().err
    assert "step_broke" in said
    assert "in broken" in said
    assert "KeyError" in said
    assert "ValueError" in said
    assert NAME not in said


@pytest.mark.parametrize("log_format", FORMATS)
def test_a_library_that_logs_an_error_quotes_nothing_either(
    log_format: Literal["columns", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(log_format)
    try:
        broken()
    except KeyError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    said = capsys.readouterr().err
    assert "Exception in ASGI application" in said
    assert "in broken" in said
    assert NAME not in said


def test_our_own_errors_say_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    try:
        raise StoreError("The disk is full. Free space.")
    except StoreError:
        structlog.get_logger().exception("step_broke")

    line = json.loads(capsys.readouterr().err)
    assert "The disk is full. Free space." in line["exception"]


def test_a_line_is_one_object_with_its_fields(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("json")
    structlog.get_logger().info("step_finished", subject=7)

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["subject"], line["level"]) == (
        "step_finished",
        7,
        "info",
    )
    assert line["timestamp"].endswith("Z")


def test_what_lies_below_the_level_is_not_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("json", level="WARNING")
    structlog.get_logger().info("step_finished")

    assert capsys.readouterr().err == ""
