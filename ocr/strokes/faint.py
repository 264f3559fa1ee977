"""Sees ink that is too pale to be read beside ink that is not: pencil beside a pen."""

import cv2
import numpy as np

from kamizero.model import Box
from ocr.placing.template import PX_PER_MM
from ocr.strokes.crops import stroke_mask
from ocr.strokes.ink import Ink

# How dark a stroke is at least, as a share of the page's strokes, to be seen at all.
_PALE_SHARE = 0.16
# Closer to a stroke that is read, pale ink is its own soft edge.
_EDGE_MM = 0.6
_RIM_MM = 0.6
# As long as the shortest stroke of a character.
_LEAST_MM = 1.7


def is_paler_beside(ink: Ink, box: Box) -> bool:
    """Tell whether part of what stands in a written box is too pale to be read.

    Of a blurred page the edge of the print is left around the box, not inside it.
    """
    box = Box(
        box.x + _RIM_MM, box.y + _RIM_MM, box.w - 2 * _RIM_MM, box.h - 2 * _RIM_MM
    )
    pale = stroke_mask(ink, box, least=_PALE_SHARE)
    reach = 2 * round(_EDGE_MM * PX_PER_MM) + 1
    read = cv2.dilate(stroke_mask(ink, box), np.ones((reach, reach), np.uint8))
    left = np.where(read > 0, 0, pale).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(left)
    extents = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return bool(len(extents)) and int(extents.max()) >= _LEAST_MM * PX_PER_MM
