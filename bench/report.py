"""What a run found, as one JSON object, and the tables drawn from it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bench.measured import BLANK, ORDINARY, Measured
from bench.measuring import Measurement
from bench.ours import shares
from bench.timing import Spent
from kamizero.bounds import upper_bound

Report = Mapping[str, Any]


def report_of(result: Measurement, *, engine: str, threads: int) -> Report:
    """Everything the tables show; nothing of what is written on the pages."""
    return {
        "engine": engine,
        "threads": threads,
        "pages": len(result.seconds),
        "unread": result.unread,
        "rows": list(_rows(result)),
        "errors": _errors(result),
        "kinds": _kinds(result),
        "seconds": _seconds(result),
        "peers": _peers(result),
        "peer_pages": len(result.peer_files),
    }


def _rows(result: Measurement) -> Iterator[Mapping[str, Any]]:
    """By quality and type what is ordinarily written; each special kind; the sums."""
    ordinary = [one for one in result.fields if one.kind in ORDINARY]
    for quality in _distinct(one.quality for one in ordinary):
        part = [one for one in ordinary if one.quality == quality]
        for kind in _distinct(one.type for one in part):
            same = [one for one in part if one.type == kind]
            yield _row(f"{quality} {kind}", same) | _found(result, quality, kind)
        yield _row(f"{quality}, all ordinary", part) | _found(result, quality, None)
    special = [
        one for one in result.fields if one.kind not in ORDINARY and one.kind != BLANK
    ]
    for kind in sorted({one.kind for one in special}):
        yield _row(kind, [one for one in special if one.kind == kind])
    written = [one for one in result.fields if one.kind != BLANK]
    yield _row("all that is written", written)
    yield _row("nothing written", [one for one in result.fields if one.kind == BLANK])


def _row(name: str, fields: Sequence[Measured]) -> dict[str, Any]:
    accepted = [one for one in fields if one.accepted]
    wrong = sum(not one.right for one in accepted)
    return {
        "row": name,
        "fields": len(fields),
        "exact": sum(one.right for one in fields),
        "accepted": len(accepted),
        "accepted_wrong": wrong,
        "bound": upper_bound(wrong, len(accepted)) if accepted else None,
    }


def _found(
    result: Measurement, quality: str, kind: str | None
) -> dict[str, Mapping[str, Any]]:
    """What each peer found of the same, on the pages it read."""
    found: dict[str, list[bool]] = {}
    for one in result.peer_fields:
        if one.quality == quality and kind in (None, one.type):
            found.setdefault(one.peer, []).append(one.found)
    return {
        "peers": {
            peer: {"found": sum(hits), "of": len(hits)} for peer, hits in found.items()
        }
    }


def _errors(result: Measurement) -> Mapping[str, Any]:
    return {
        "written": len(result.errors),
        "reported": sum(one.reported for one in result.errors),
        "not_reported": [
            f"{one.file} {one.name}" for one in result.errors if not one.reported
        ],
    }


def _kinds(result: Measurement) -> list[Mapping[str, Any]]:
    """What kind of filing pages are, and what they were taken for."""
    counts = Counter(result.kinds.values())
    return [
        {"is": right, "read": read, "sent_to_a_person": doubted, "pages": count}
        for (right, read, doubted), count in sorted(counts.items())
    ]


def _seconds(result: Measurement) -> Mapping[str, Any]:
    """Means over all pages, by quality, and the shares of the steps."""
    steps: Counter[str] = Counter()
    for one in result.seconds.values():
        steps.update(shares(one))
    whole = sum(steps.values())
    floors = result.floors
    theirs = [result.seconds[file].recogniser for file in floors]
    return {
        "a_page": whole / len(result.seconds),
        "by_quality": {
            quality: _mean(
                one.all
                for file, one in result.seconds.items()
                if result.qualities[file] == quality
            )
            for quality in _distinct(result.qualities.values())
        },
        "steps": {step: value / len(result.seconds) for step, value in steps.items()},
        "floor": _mean(floors.values()) if floors else None,
        "recogniser_on_floor_pages": _mean(theirs) if theirs else None,
    }


def _peers(result: Measurement) -> list[Mapping[str, Any]]:
    """Speed and values found beside full-page readers, on the same pages."""
    if not result.peer_spent:
        return []
    files = set(result.peer_files)
    sought = {"choice", "check", "seal"}
    mine = [
        one
        for one in result.fields
        if one.file in files
        and one.kind in ORDINARY
        and one.type not in sought
        and one.expected
        and not (one.type == "date" and " " in one.expected)
    ]
    ours = {
        "reader": "kamizero",
        **_spent([result.spent[file] for file in files]),
        "found": sum(one.right for one in mine),
        "of": len(mine),
    }
    theirs = [
        {
            "reader": name,
            **_spent(spent),
            "found": sum(one.found for one in result.peer_fields if one.peer == name),
            "of": sum(one.peer == name for one in result.peer_fields),
        }
        for name, spent in result.peer_spent.items()
    ]
    return [ours, *theirs]


def _spent(pages: Sequence[Spent]) -> Mapping[str, float]:
    return {
        "seconds": _mean(one.wall for one in pages),
        "processor": _mean(one.processor for one in pages),
    }


def table(report: Report) -> str:
    """All tables of a report, as text."""
    parts = (
        _head(report),
        _row_lines(report),
        _kind_lines(report),
        _error_lines(report),
        _second_lines(report),
        _peer_lines(report),
    )
    return "\n".join(line for part in parts for line in part)


def _head(report: Report) -> Iterator[str]:
    yield f"{report['pages']} pages, engine {report['engine']}"
    yield f"threads of every reader: {report['threads']}"
    if report["peer_pages"]:
        yield f"other readers on {report['peer_pages']} of them, evenly drawn"
    for file in report["unread"]:
        yield f"not read at all: {file}"


def _row_lines(report: Report) -> Iterator[str]:
    peers = [one["reader"] for one in report["peers"][1:]]
    names = "".join(f"{name.split(',')[0].split()[0]:>12}" for name in peers)
    yield ""
    yield (
        f"{'':28}{'fields':>8}{'exact':>9}{'accepted':>10}{'acc. wrong':>12}"
        f"{'bound':>9}{names}"
    )
    for row in report["rows"]:
        bound = "" if row["bound"] is None else f"{row['bound']:.2%}"
        found = "".join(
            f"{_share(hit['found'], hit['of']):>12}"
            for hit in (row.get("peers", {}).get(name) for name in peers)
            if hit
        )
        yield (
            f"{row['row']:28}{row['fields']:8}{_share(row['exact'], row['fields']):>9}"
            f"{_share(row['accepted'], row['fields']):>10}{row['accepted_wrong']:12}"
            f"{bound:>9}{found}"
        )
    yield "bound: the largest share of the accepted that may still be wrong (95 %,"
    yield "Clopper-Pearson). Other readers: the value stands anywhere in their text."


def _kind_lines(report: Report) -> Iterator[str]:
    yield ""
    yield f"{'kind of filing':16}{'read as':>16}{'sent to a person':>18}{'pages':>8}"
    for one in report["kinds"]:
        sent = "yes" if one["sent_to_a_person"] else "no"
        yield f"{one['is']:16}{one['read']:>16}{sent:>18}{one['pages']:8}"


def _error_lines(report: Report) -> Iterator[str]:
    errors = report["errors"]
    yield ""
    yield f"written errors found: {errors['reported']} of {errors['written']}"
    for one in errors["not_reported"]:
        yield f"  not found: {one}"


def _second_lines(report: Report) -> Iterator[str]:
    seconds = report["seconds"]
    whole, steps = seconds["a_page"], seconds["steps"]
    models = steps["recogniser"] + steps["cell model"]
    yield ""
    yield f"{'processor seconds a page':28}{whole:8.3f}"
    for quality, value in seconds["by_quality"].items():
        yield f"  {quality:26}{value:8.3f}"
    for step, value in steps.items():
        yield f"  {step:26}{value:8.3f}{_share(value, whole):>9}"
    beside = (whole - models) / models if models else 0.0
    yield f"{'all else / both models':28}{beside:8.2f}"
    if seconds["floor"] is not None:
        own = seconds["recogniser_on_floor_pages"]
        yield (
            f"{'floor, same crops in one go':28}{seconds['floor']:8.3f}"
            f"   (recogniser on those pages: {own:.3f})"
        )


def _peer_lines(report: Report) -> Iterator[str]:
    if not report["peers"]:
        return
    ours = report["peers"][0]
    yield ""
    yield (
        f"{'seconds a page':28}{'found':>8}{'of':>7}{'':>9}"
        f"{'wall':>9}{'slower':>9}{'processor':>11}{'slower':>9}"
    )
    for one in report["peers"]:
        yield (
            f"{one['reader']:28}{one['found']:8}{one['of']:7}"
            f"{_share(one['found'], one['of']):>9}"
            f"{one['seconds']:9.2f}{one['seconds'] / ours['seconds']:8.1f}x"
            f"{one['processor']:11.2f}{one['processor'] / ours['processor']:8.1f}x"
        )


def misses(fields: Iterable[Measured]) -> Iterator[str]:
    """A line for each field that was not read rightly; all people are made up."""
    for one in fields:
        if not one.right and one.found is not None:
            mark = "*" if one.accepted else " "
            yield (
                f" {mark} {one.file} {one.name} ({one.kind}) "
                f"{one.expected!r} -> {one.found!r} [{one.state}, {one.confidence:.3f}]"
            )


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 0.0


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else ""


def _distinct(names: Iterable[str]) -> list[str]:
    return sorted(set(names))
