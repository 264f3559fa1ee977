"""My Numbers in running text: where somebody wrote one that does not belong there."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain

from forms.grammar.check_digits import my_number_is_valid

# Twelve digits of any script and width, with little between them and none beside them.
_BETWEEN = r"[\s\-‐‑‒–—―−－ー.．,、，・･/／_＿:：]{0,2}"
_RUN = re.compile(rf"(?<!\d)\d(?:{_BETWEEN}\d){{11}}(?!\d)")
_MOMENTS = ("%Y%m%d%H%M", "%y%m%d%H%M%S")


def holds_my_number(*texts: str) -> bool:
    """Tell whether one of the texts has twelve digits with a right check digit."""
    return any(chain.from_iterable(_found(text) for text in texts))


def covered(text: str, mask: str) -> str:
    """The text with the mask in the place of each My Number.

    Names of files are covered so: what may be the moment of a scan stays.
    """
    for found in reversed(list(_found(text))):
        if not _is_moment(_digits(found.group())):
            text = text[: found.start()] + mask + text[found.end() :]
    return text


def _found(text: str) -> Iterator[re.Match[str]]:
    for run in _RUN.finditer(text):
        if my_number_is_valid(_digits(run.group())) and not _is_other(run.group()):
            yield run


def _is_other(run: str) -> bool:
    """As many digits, and written into words every day: a receipt, a day and time."""
    groups = [len(group) for group in re.findall(r"\d+", run)]
    if groups in ([12], [4, 4, 4]):
        return False
    return groups == [8, 4] or _is_moment(_digits(run))


def _digits(run: str) -> str:
    return "".join(str(unicodedata.decimal(one)) for one in run if one.isdecimal())


def _is_moment(digits: str) -> bool:
    for shape in _MOMENTS:
        with suppress(ValueError):
            return bool(datetime.strptime(digits, shape))  # noqa: DTZ007  Of no zone.
    return False
