"""Pages without a code are told by sums of their print that were worked out before."""

import numpy as np
import pytest

from forms.definition import FormDefinition
from forms.library import Library
from ocr.placing.sides import drawn_sides, sides_of

FORM = Library.shipped().get("2265")


def _is_kept(definition: FormDefinition, page: int) -> bool:
    """What is drawn is another array each time."""
    return sides_of(definition, page).rows is sides_of(definition, page).rows


def test_no_shipped_form_is_drawn_to_be_compared() -> None:
    drawn = [
        definition.name
        for definition in Library.shipped().all()
        for page in range(1, definition.pages + 1)
        if not _is_kept(definition, page)
    ]

    assert drawn == [], "run make docs"


@pytest.mark.parametrize("name", ["2202", "2265"])
def test_what_was_worked_out_before_is_what_drawing_gives(name: str) -> None:
    definition = Library.shipped().get(name)

    kept, now = sides_of(definition, 1), drawn_sides(definition, 1)

    for before, after in zip(kept, now, strict=True):
        assert np.allclose(before, after, atol=0.01), "run make docs"


def test_a_form_that_was_changed_is_drawn() -> None:
    renamed = FORM.fields[0].model_copy(update={"label": "another"})
    changed = FORM.model_copy(update={"fields": (renamed, *FORM.fields[1:])})

    assert not _is_kept(changed, 1)
