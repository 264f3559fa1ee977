"""The tables the sample benchmark prints."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bench.peers import PeerResult
from bench.scoring import FileScore, Scored, all_fields
from kamizero.bounds import upper_bound

_HEAD = (
    f"{'':24}{'fields':>8}{'exact':>8}{'':>9}{'accepted':>9}{'':>9}"
    f"{'wrong':>7}{'bound':>9}"
)


def print_fields(scores: Sequence[FileScore]) -> None:
    """Filled fields by type and by folder, then the blank ones."""
    fields = all_fields(scores)
    filled = [field for field in fields if field.filled]
    print("\nFilled fields; `wrong` are accepted ones, `bound` is the largest share of")
    print("them that is still likely (95 %, Clopper-Pearson).\n")
    print(_HEAD)
    _print_groups(filled, lambda field: field.type)
    print()
    _print_groups(filled, lambda field: field.folder)
    print()
    _print_row("all filled", filled)
    _print_row("all blank", [field for field in fields if not field.filled])


def print_seconds(seconds: Mapping[str, float], pages: Mapping[str, int]) -> None:
    """Seconds a page by folder, over the files in `pages`."""
    print(f"\n{'seconds a page':24}{'pages':>8}{'s/page':>8}")
    for folder in _distinct(file.split("/")[0] for file in pages):
        files = [file for file in pages if file.startswith(f"{folder}/")]
        count = sum(pages[file] for file in files)
        mean = sum(seconds[file] for file in files) / count
        print(f"{folder:24}{count:8}{mean:8.2f}")


def print_errors(scores: Sequence[FileScore]) -> None:
    """Which errors of the writers became findings, and files not taken rightly."""
    errors = [error for score in scores for error in score.errors]
    reported = sum(error.reported for error in errors)
    print(f"\nwritten errors reported: {reported} of {len(errors)}")
    for error in errors:
        if not error.reported:
            print(f"  not reported: {error.file} {error.name}")
    for score in scores:
        for problem in score.problems:
            print(f"  {problem}")


def print_misses(fields: Iterable[Scored]) -> None:
    """Each field that was not read exactly; all people here are made up."""
    print("\nnot exact (* accepted): expected -> found")
    for field in fields:
        if not field.exact:
            mark = "*" if field.accepted else " "
            print(f" {mark} {field.file} {field.name}")
            print(f"     {field.expected!r} -> {field.found!r}")


def print_peers(ours: PeerResult, peers: Iterable[PeerResult]) -> None:
    """Speed and values found beside full-page readers, on the same pages."""
    print(f"\n{'reader':24}{'s/page':>8}{'found':>8}{'of':>7}{'':>8}{'slower':>9}")
    for result in (ours, *peers):
        times = result.seconds_a_page / ours.seconds_a_page
        print(
            f"{result.name:24}{result.seconds_a_page:8.2f}{result.found:8}"
            f"{result.of:7}{_share(result.found, result.of):>8}{times:8.1f}x",
            flush=True,
        )


def _print_groups(fields: Sequence[Scored], key: Callable[[Scored], str]) -> None:
    for group in _distinct(map(key, fields)):
        _print_row(group, [field for field in fields if key(field) == group])


def _print_row(name: str, fields: Sequence[Scored]) -> None:
    exact = sum(field.exact for field in fields)
    accepted = [field for field in fields if field.accepted]
    wrong = sum(not field.exact for field in accepted)
    bound = f"{upper_bound(wrong, len(accepted)):.2%}" if accepted else ""
    print(
        f"{name:24}{len(fields):8}{exact:8}{_share(exact, len(fields)):>9}"
        f"{len(accepted):9}{_share(len(accepted), len(fields)):>9}{wrong:7}{bound:>9}"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
