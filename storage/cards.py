"""Writes the index cards of a value: what it is found by, never what it is.

Words are kept as keyed tokens of their folded form. A token tells who has the
database but not the key that two filings share a word, and how often one occurs.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from forms.grammar import name_words, office_words
from forms.headings import Heading
from storage.tables.cards import Card
from storage.vault import Index

_TOKEN_BYTES = 16
_GAPS = re.compile(r"[\s\-‐－ー]")
_LARGEST = 2**63 - 1


def number_words(number: str) -> tuple[str, ...]:
    """What a number is looked for by: its digits, however they were grouped."""
    digits = _GAPS.sub("", number)
    return (digits,) if digits else ()


WORDS: Mapping[Heading, Callable[[str], tuple[str, ...]]] = {
    Heading.NAME: name_words,
    Heading.OFFICE: office_words,
    Heading.NUMBER: number_words,
}


def token_of(index: Index, heading: Heading, word: str) -> bytes:
    """The same for equal words under one heading, and unguessable without the key."""
    return keyed(index, f"card/{heading}/{word}")


def keyed(index: Index, text: str) -> bytes:
    """The token of a text: half the keyed hash is enough, and the index half as big."""
    return bytes.fromhex(index.of(text))[:_TOKEN_BYTES]


def cards_of(
    index: Index, heading: Heading, value: str, *, filing_id: int, entry_n: int
) -> list[Card]:
    """The cards of a value; none for what is empty or no such thing."""
    return [
        Card(n=n, filing_id=filing_id, entry_n=entry_n, heading=heading, **said)
        for n, said in enumerate(facts_of(index, heading, value))
    ]


def facts_of(
    index: Index, heading: Heading, value: str
) -> Iterator[dict[str, bytes | date | int | str]]:
    """What the cards of a value say, one after the other."""
    if heading in WORDS:
        for word in WORDS[heading](value):
            token = token_of(index, heading, word)
            yield {"token": token, "index_key": index.key_id}
    elif heading is Heading.AMOUNT:
        if value.isascii() and value.isdigit() and int(value) <= _LARGEST:
            yield {"amount": int(value)}
    else:
        day = _day(value)
        if day is not None:
            yield {"day": day}


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
