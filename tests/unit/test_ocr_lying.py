"""Pages that do not lie flat, whole or alone: what may be read of them."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from forms.definition import FormDefinition, PrintedText
from forms.library import Library
from kamizero.model import Box, FieldState, PageKind
from ocr.laid_fields import as_laid
from ocr.outcome import Outcome
from ocr.page import look
from ocr.placing.registration import corners_of
from ocr.placing.sighting import sight
from ocr.placing.template import PX_PER_MM, blank_picture
from ocr.placing.view import Scales, View

Picture = NDArray[np.uint8]


@cache
def definition(form: str = "2200") -> FormDefinition:
    return Library.shipped().get(f"{form}@2020-12")


def unmarked(form: FormDefinition) -> Picture:
    """The blank in colours, as an office's own print: no code, no corner marks."""
    grey = blank_picture(form, 1).copy()
    for box in form.marks:
        left, top = (round((side - 1) * PX_PER_MM) for side in (box.x, box.y))
        right, bottom = (round((s + 1) * PX_PER_MM) for s in (box.right, box.bottom))
        grey[top:bottom, left:right] = 255
    return np.repeat(grey[..., None], 3, axis=2)


def revised(form: FormDefinition, *, title: str) -> FormDefinition:
    """A later revision in which only a printed title differs."""
    texts = [
        text.model_copy(update={"text": title}) if _is_title(text) else text
        for text in form.printed.texts
    ]
    printed = form.printed.model_copy(update={"texts": tuple(texts)})
    return form.model_copy(update={"revision": "2024-01", "printed": printed})


def _is_title(text: PrintedText) -> bool:
    return text.text == "被保険者資格取得届"


def moved_down(form: FormDefinition, *, entry: int, by_mm: float) -> FormDefinition:
    """A later revision in which one row of one entry stands lower."""
    fields = [
        field.model_copy(update={"cells": _lower(field.cells, by_mm)})
        if field.name in (f"insured.{entry}.my_number", f"insured.{entry}.birth_date")
        else field
        for field in form.fields
    ]
    return form.model_copy(update={"revision": "2024-01", "fields": tuple(fields)})


def _lower(cells: tuple[Box, ...] | None, by_mm: float) -> tuple[Box, ...]:
    return tuple(Box(c.x, c.y + by_mm, c.w, c.h) for c in cells or ())


@pytest.mark.parametrize(
    "revise",
    [
        lambda form: revised(form, title="被保険者資格変更届"),
        lambda form: moved_down(form, entry=2, by_mm=1.5),
    ],
)
def test_revisions_that_differ_little_are_told_apart_by_what_differs(
    revise: Callable[[FormDefinition], FormDefinition],
) -> None:
    old, new = definition(), revise(definition())
    library = Library([old, new])

    found = [look(unmarked(form), library=library) for form in (old, new)]

    assert [one.definition for one in found] == [old, new]
    assert all(one.registration is not None for one in found)


def test_a_page_that_hides_what_differs_between_revisions_goes_to_a_person() -> None:
    old, new = definition(), revised(definition(), title="被保険者資格変更届")
    page = unmarked(old)
    page[: round(24 * PX_PER_MM)] = 255

    found = look(page, library=Library([old, new]))

    assert found.kind is PageKind.FORM
    assert found.registration is None
    assert old.name in found.trouble
    assert new.name in found.trouble


def test_a_definition_that_prints_the_same_is_never_chosen_by_the_print() -> None:
    old = definition()
    same = old.model_copy(update={"revision": "2024-01"})

    found = look(unmarked(old), library=Library([old, same]))

    assert found.registration is None
    assert same.name in found.trouble


@pytest.mark.parametrize("form", ["2200", "2201", "2265"])
def test_a_page_without_its_head_is_not_laid_one_entry_off(form: str) -> None:
    page = unmarked(definition(form))
    missing = round(0.2 * len(page))

    found = look(
        np.ascontiguousarray(page[missing:]), library=Library([definition(form)])
    )

    assert found.registration is not None
    middle = found.registration.on_image(np.array([[105.0, 150.0]]))[0]
    assert middle == pytest.approx([105 * PX_PER_MM, 150 * PX_PER_MM - missing], abs=1)


def test_a_field_the_picture_does_not_hold_is_unreadable_not_blank() -> None:
    page = unmarked(definition())
    page = np.ascontiguousarray(page[:, : round(0.85 * page.shape[1])])
    found = look(page, library=Library([definition()]))
    assert found.registration is not None
    blank = {f.name: Outcome(FieldState.BLANK) for f in definition().fields}

    laid = as_laid(definition(), blank, {1: found.registration})

    edge = 0.85 * 210
    for field in definition().fields:
        cut_off = field.box_mm.right > edge
        state = FieldState.UNREADABLE if cut_off else FieldState.BLANK
        assert laid[field.name].state is state, field.name


def test_print_that_wanders_is_followed() -> None:
    page = unmarked(definition())
    height, width = page.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    off = 0.5 * PX_PER_MM * np.sin(2 * np.pi * y / height)
    bent = cv2.remap(page, x, y + off, cv2.INTER_LINEAR, borderValue=(255, 255, 255))

    found = look(np.asarray(bent, np.uint8), library=Library([definition()]))

    assert found.registration is not None
    for field in definition().fields:
        places = corners_of(field.box_mm) * PX_PER_MM
        truth = places.copy()
        for _ in range(20):
            wave = np.sin(2 * np.pi * truth[:, 1] / height)
            truth[:, 1] = places[:, 1] - 0.5 * PX_PER_MM * wave
        seen = found.registration.on_image(corners_of(field.box_mm))
        assert np.abs(seen - truth).max() < 0.25 * PX_PER_MM, field.name


def test_fields_where_the_feeder_slipped_are_doubted_and_no_others() -> None:
    page = unmarked(definition())
    at, step = 150.0, round(1.0 * PX_PER_MM)
    row = round(at * PX_PER_MM)
    slipped = np.concatenate([page[:row], page[row - step : -step]])
    found = look(slipped, library=Library([definition()]))
    assert found.registration is not None
    read = {f.name: Outcome(FieldState.BLANK) for f in definition().fields}

    laid = as_laid(definition(), read, {1: found.registration})

    for field in definition().fields:
        box = field.box_mm
        if box.y < at < box.bottom:
            assert laid[field.name].doubts, field.name
        elif box.bottom < at - 45 or box.y > at + 45:
            assert not laid[field.name].doubts, field.name


def test_a_form_drawn_half_as_large_is_not_read() -> None:
    page = unmarked(definition())
    small = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    sheet = np.full_like(page, 255)
    sheet[: small.shape[0], : small.shape[1]] = small

    assert look(sheet, library=Library.shipped()).registration is None


@pytest.mark.parametrize("moved_px", [(0.3, -0.4), (0.0, 0.0), (2.4, 1.3)])
def test_a_near_look_at_landmarks_sees_what_a_wide_one_sees(
    moved_px: tuple[float, float],
) -> None:
    form = definition()
    shift = np.array([[1.0, 0.0, moved_px[0]], [0.0, 1.0, moved_px[1]]])
    blank = blank_picture(form, 1)
    page = cv2.warpAffine(blank, shift, blank.shape[::-1], borderValue=(255,))
    view = View(np.diag([PX_PER_MM, PX_PER_MM, 1.0]), form.page_size_mm)

    near, wide = (
        sight(
            Scales(np.asarray(page, np.uint8)),
            view,
            form,
            1,
            px_per_mm=4.0,
            size_mm=10.0,
            reach_mm=reach,
        )
        for reach in (0.75, 1.5)
    )

    off = np.asarray(moved_px) / PX_PER_MM
    expected = near.places[near.was_found]
    assert near.share > 0.98
    assert np.allclose(near.seen, wide.seen, atol=0.01)
    assert np.abs(near.seen / PX_PER_MM - expected - off).max() < 0.1
