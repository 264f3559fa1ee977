"""Every sentence of the pages in both languages, and none outside the text files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import web
from storage.evidence.report import report_texts
from storage.interfaces import Grade
from web.language import LANGUAGES, Texts

HERE = Path(web.__file__).parent
TEMPLATES = sorted((HERE / "templates").glob("*.html"))
SCRIPTS = sorted((HERE / "static" / "js").glob("*.js"))
CODE = sorted(HERE.rglob("*.py"))
JAPANESE = re.compile(r"[぀-ヿ㐀-鿿]")
# Names that are the same in every language, and what a keyboard has printed on it.
NO_TEXT = re.compile(
    r"kamizero|SHA-256|Enter|Ctrl|Alt\+?|Shift|Esc|Tab|[A-Z]|F\d|[\W\d_]+"
)


def written(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def visible(html: str) -> Iterator[str]:
    """What a template shows of itself: text and labels, without tags and code."""
    html = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", html, flags=re.DOTALL)
    html = re.sub(r"<(script|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    yield from re.findall(r'(?:title|alt|placeholder|aria-label)="([^"]*)"', html)
    yield from re.sub(r"<[^>]*>", "\n", html).splitlines()


def keys_used() -> set[str]:
    calls = re.compile(r"""\b(?:t|say)\(\s*f?["']([\w.]+)["']\s*[,)]""")
    return {key for path in TEMPLATES for key in calls.findall(written(path))}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_of_its_own(path: Path) -> None:
    own = [one.strip() for one in visible(written(path)) if NO_TEXT.sub("", one)]

    assert own == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_of_its_own(path: Path) -> None:
    assert not JAPANESE.search(written(path))


def test_every_sentence_is_there_in_every_language() -> None:
    texts = Texts.shipped()

    incomplete = [
        key
        for key in texts
        if sorted(texts.sentence(key)) != sorted(LANGUAGES)
        or not all(texts.sentence(key).values())
    ]

    assert incomplete == []


def test_both_languages_are_given_the_same_values() -> None:
    texts = Texts.shipped()
    slots = re.compile(r"\{(\w+)\}")

    different = [
        key
        for key in texts
        if not key.startswith("value.day")
        and len({frozenset(slots.findall(s)) for s in texts.sentence(key).values()}) > 1
    ]

    assert different == []


def test_english_sentences_are_in_english() -> None:
    texts = Texts.shipped()

    japanese = [
        key
        for key in texts
        if key != "bar.other_language" and JAPANESE.search(texts.sentence(key)["en"])
    ]

    assert japanese == []


def test_every_sentence_a_template_asks_for_exists() -> None:
    texts = Texts.shipped()

    assert [key for key in sorted(keys_used()) if not texts.knows(key)] == []


def test_every_sentence_a_script_asks_for_exists() -> None:
    known = Texts.shipped().group("script", "en")
    asked = {
        key for path in SCRIPTS for key in re.findall(r'\bsay\("(\w+)"', written(path))
    }

    assert asked - known.keys() == set()
    assert {"saving_saved", "state_blank"} <= known.keys()


def test_no_sentence_is_left_that_nobody_says() -> None:
    code = "\n".join(written(path) for path in [*CODE, *TEMPLATES, *SCRIPTS])
    groups = set(re.findall(r'["\'](\w+)\.["\'] ~|f"(\w+)\.\{', code))
    families = {name for pair in groups for name in pair if name} | {"script", "reason"}

    silent = [
        key
        for key in Texts.shipped()
        if key not in code and key.partition(".")[0] not in families
    ]

    assert silent == []


@pytest.mark.parametrize("grade", Grade)
def test_what_a_store_defends_against_is_said_on_pages_and_in_evidence(
    grade: Grade,
) -> None:
    assert Texts.shipped().knows(f"store_grade.{grade.name}")
    for language in LANGUAGES:
        assert grade.name in report_texts()[language]["grades"]
