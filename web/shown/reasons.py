"""Why an entry is with people, in a few words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from web.language import Texts

# Codes of the same kind are counted, not listed: the page itself shows them.
_COUNTED = {
    "key": ("key", "note"),
    "check": ("check", ""),
    "doubtful": ("doubtful", ""),
    "head": ("doubtful", ""),
    "undecided": ("undecided", "warn"),
    "judgement": ("judgement", "note"),
    "finding": ("finding", "warn"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, and how grave it looks."""

    text: str
    tone: str


def reasons(codes: Sequence[str], *, texts: Texts, language: str) -> list[Reason]:
    """The reasons of an entry, what was said by people first."""
    kinds = [code.partition(":")[0] for code in codes]
    counted = [
        Reason(texts.say(f"reason.{name}", language, n=n), tone)
        for name, tone, n in _counts(kinds)
    ]
    single = [
        reason
        for code in codes
        if (reason := _single(code, texts=texts, language=language)) is not None
    ]
    return [*single, *counted]


def _counts(kinds: Sequence[str]) -> Iterable[tuple[str, str, int]]:
    for name, tone in dict.fromkeys(_COUNTED.values()):
        members = [kind for kind, (into, _) in _COUNTED.items() if into == name]
        n = sum(kinds.count(kind) for kind in members)
        if n:
            yield name, tone, n


def _single(code: str, *, texts: Texts, language: str) -> Reason | None:
    kind, _, rest = code.partition(":")
    if kind == "sent_back":
        return Reason(texts.say("reason.sent_back", language, why=rest), "bad")
    if kind == "pulled_back":
        return Reason(texts.say("reason.pulled_back", language), "note")
    if kind == "page":
        return Reason(texts.say("reason.page", language), "bad")
    if kind == "parked":
        return Reason(texts.say("reason.parked", language), "note")
    if kind == "limit":
        key = f"reason.limit_{rest}"
        return Reason(
            texts.say(key if texts.knows(key) else "reason.limit", language), "note"
        )
    return None
