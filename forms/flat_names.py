"""One name for one column of a form, the same on every line of it."""

import re

# A row of a form names its line; its columns are the same for each.
_LINE = re.compile(r"\.\d+\.")


def flat_name(name: str) -> str:
    """`insured.2.birth_date` -> `insured.birth_date`: the same on every line."""
    return _LINE.sub(".", name, count=1)
