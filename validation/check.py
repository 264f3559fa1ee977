"""Checking one filing, and doubting readings that a finding puts in question."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from kamizero.model import Candidate, Finding, Severity
from kamizero.records import Records
from validation.filing import FilingValues
from validation.line import FiledBefore, Line
from validation.records import RememberedRecords
from validation.registry import RULES, Rule, Scope
from validation.rules import rules_of

PLAUSIBLE = 1e-5
"""How probable another candidate must be to doubt the value that breaks a rule.

A finding is itself evidence. Writers break a rule about once in a hundred, so a
candidate of probability p that would clear the finding is what is written with about
p / (p + 0.01). An accepted value may be wrong once in a thousand: p = 0.001 * 0.01.
"""


def check(
    filing: FilingValues,
    *,
    records: Records | None,
    today: date,
    filed: FiledBefore | None = None,
) -> list[Finding]:
    """What the rules say about a filing, in the order of its fields.

    A value that a rule chose and nobody confirmed is also checked as it was read
    without that rule, so that choosing hides no written error.
    """
    known = RememberedRecords(records) if records is not None else None
    head = Line(filing, None, today, known, filed or {})
    findings = list(_findings(head, rules_of(filing.form)))
    findings += _hidden_by_choice(head, findings)
    return sorted(findings, key=_in_field_order(filing))


def doubted(
    filing: FilingValues,
    findings: Iterable[Finding],
    candidates: Mapping[str, Sequence[Candidate]],
    *,
    records: Records | None,
    today: date,
) -> frozenset[str]:
    """Fields that may have been misread rather than miswritten.

    A field is doubted where a plausible other candidate would clear an error or a
    warning and bring no new one; everything else stays accepted although the filing
    has findings.
    """
    known = RememberedRecords(records) if records is not None else None
    head = Line(filing, None, today, known)
    objected = [f for f in findings if f.severity is not Severity.INFO]
    names = {name for finding in objected for name in finding.fields}
    return frozenset(
        name
        for name in names
        if any(
            _is_better(name, candidate, head, objected)
            for candidate in candidates.get(name, ())
            if candidate.probability >= PLAUSIBLE
            and candidate.value != filing.value(name)
        )
    )


def _findings(head: Line, rules: Iterable[Rule]) -> Iterator[Finding]:
    lines = head.lines()
    for rule in rules:
        for line in lines if rule.scope is Scope.ENTRY else [head]:
            yield from rule.findings(line)


def _hidden_by_choice(head: Line, findings: Sequence[Finding]) -> Iterator[Finding]:
    seen = {(finding.rule, finding.fields) for finding in findings}
    for name, candidate in head.filing.free.items():
        for finding in _with(head, name, candidate, rules_of(head.filing.form)):
            key = (finding.rule, finding.fields)
            if name in finding.fields and key not in seen:
                seen.add(key)
                yield finding


def _is_better(
    name: str, candidate: Candidate, head: Line, objected: Iterable[Finding]
) -> bool:
    """Tell whether a rule no longer objects to the field and no new error arises.

    A reading that clears a finding by breaking another rule (a digit dropped from a
    number) would be a writer's error too, and is no better than what was read.
    """
    before = {f.rule for f in objected if name in f.fields and f.rule in RULES}
    rules = rules_of(head.filing.form)
    # Few candidates clear anything: most are done after the rules that object.
    objecting = [rule for rule in rules if rule.id in before]
    again = _with(head, name, candidate, objecting)
    if before <= {finding.rule for finding in again if name in finding.fields}:
        return False
    others = [
        rule
        for rule in rules
        if rule.severity is Severity.ERROR and rule.id not in before
    ]
    new = _with(head, name, candidate, others)
    return not any(name in finding.fields for finding in new)


def _with(
    head: Line, name: str, candidate: Candidate, rules: Iterable[Rule]
) -> Iterator[Finding]:
    filing = head.filing.with_reading(name, candidate)
    return _findings(replace(head, filing=filing), rules)


def _in_field_order(filing: FilingValues) -> Callable[[Finding], int]:
    place = {field.name: n for n, field in enumerate(filing.form.fields)}
    return lambda finding: min((place[name] for name in finding.fields), default=-1)
