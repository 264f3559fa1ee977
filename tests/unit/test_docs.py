"""The documentation says nothing that the program does not bear out."""

import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import typer

from docs.make import generated
from kamizero.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("samples/*.md")]
)
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
PARTS = (
    "Context",
    "Decision",
    "Consequences",
    "Alternatives",
    "What enforces it",
)

# What is meant to be typed: shell blocks, and code within a line.
TYPED = re.compile(
    r"^```sh\n(.*?)^```|(?<!`)`([^`\n]+)`(?!`)", re.DOTALL | re.MULTILINE
)
COMMAND = re.compile(r"(?:^|[\s/])kamizero((?: +[^\s|#;]+)+)")
# Made once: all pages follow from the code, and take seconds.
GENERATED = generated()
TARGET = re.compile(r"\bmake ([a-z]+)")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")


def _typed(page: Path) -> Iterator[str]:
    for block, within in TYPED.findall(page.read_text("utf-8")):
        yield from (block or within).splitlines()


def _unknown_words(line: str) -> Iterator[str]:
    """Words of the `kamizero` commands in a line that the program does not know."""
    for words in COMMAND.findall(line):
        command = typer.main.get_command(app)
        for word in words.split():
            known = getattr(command, "commands", {})
            options = {name for option in command.params for name in option.opts}
            if word.startswith("-"):
                if word not in options | {"--help"}:
                    yield word
            elif word in known:
                command = known[word]
            elif known and word.isalpha() and word.islower():
                yield word


def _name(requirement: str) -> str:
    return re.split(r"[\[=<>]", requirement)[0]


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_a_page_that_follows_from_the_code_is_current(path: Path) -> None:
    expected = GENERATED[path]

    written = path.read_text("utf-8")

    assert written == expected, "run `make docs`"


def test_the_states_of_an_entry_are_drawn() -> None:
    page = (ROOT / "docs/architecture.md").read_text("utf-8")

    assert "stateDiagram-v2\n    [*] --> read\n    read --> ready" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))

    named = {name for line in _typed(page) for name in TARGET.findall(line)}

    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    unknown = [word for line in _typed(page) for word in _unknown_words(line)]

    assert unknown == []


@pytest.mark.parametrize(
    "line",
    ["kamizero levitate", ".venv/bin/kamizero forms burn 2200", "kamizero up --fly"],
)
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    unknown = list(_unknown_words(line))

    assert len(unknown) == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = LINK.findall(page.read_text("utf-8"))

    missing = [link for link in links if not (page.parent / link).exists()]

    assert missing == []


def test_every_dependency_says_why_it_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *chain.from_iterable(extras)]
    page = (ROOT / "docs/dependencies.md").read_text("utf-8")

    explained = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)

    assert sorted(explained) == sorted(map(_name, wanted))


@pytest.mark.parametrize("record", DECISIONS, ids=lambda record: record.stem)
def test_a_decision_record_has_all_its_parts(record: Path) -> None:
    text = record.read_text("utf-8")

    parts = re.findall(r"^## (.+)$", text, re.MULTILINE)

    assert tuple(parts) == PARTS


AUDITED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_an_auditor_finds_every_question_answered() -> None:
    page = (ROOT / "docs/auditor.md").read_text("utf-8")

    rows = re.findall(r"^\| (\d+) \|(.*)$", page, re.MULTILINE)

    assert [int(number) for number, _ in rows] == list(range(1, 23))
    for _, row in rows:
        assert AUDITED.search(row), row
        assert len(row.rsplit("|", 2)[1]) > 20, row


def test_what_is_broken_for_auditors_is_still_there() -> None:
    rows = (ROOT / "docs/auditor.md").read_text("utf-8").split("## ")[0]
    breaks = "".join(
        line.rsplit("|", 2)[1] for line in rows.splitlines() if line.startswith("| ")
    )
    named = set(re.findall(r"`([\w/.…]+)`", breaks))
    versions = (ROOT / "storage/migrations/versions").glob("*.py")
    triggers = "".join(path.read_text("utf-8") for path in versions)

    files = {name for name in named if "/" in name}
    # `prev` and `sensitive` are attributes; everything else is a trigger.
    others = named - files - {"prev", "sensitive", "kamizero"}

    assert len(files) > 8
    assert [name for name in sorted(files) if not (ROOT / name).is_file()] == []
    assert others
    # Those of `_guard_all(table)` are named by table and act.
    assert [
        name
        for name in sorted(others)
        if name.removesuffix("_…").removesuffix("_update") not in triggers
    ] == []


@pytest.mark.parametrize(
    ("path", "name"),
    sorted(set(AUDITED.findall((ROOT / "docs/auditor.md").read_text("utf-8")))),
)
def test_a_test_that_is_named_to_auditors_exists(path: str, name: str) -> None:
    source = (ROOT / path).read_text("utf-8")

    assert re.search(rf"^def {name}\(", source, re.MULTILINE)
