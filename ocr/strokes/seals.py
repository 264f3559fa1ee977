"""Finds seals and stamps among what is red: they stand on top of writing."""

import cv2
import numpy as np

from ocr.placing.template import PX_PER_MM, Grey

# A seal is about as wide as high; its parts lie no further apart than this.
_SIDE_MM = (7.0, 22.0)
_ROUNDNESS = 1.6
_GAP_MM = 0.8
_COARSER = 4


def seals_in(red: Grey) -> Grey:
    """The red on a page that is a seal or a stamp."""
    if not red.any():
        return np.zeros_like(red)
    # Seals are large: a coarse look finds them in a tenth of the time.
    size = (red.shape[1] // _COARSER, red.shape[0] // _COARSER)
    coarse = cv2.resize(red, size, interpolation=cv2.INTER_AREA)
    px_per_mm = PX_PER_MM / _COARSER
    reach = 2 * round(_GAP_MM * px_per_mm / 2) + 1
    _, marked = cv2.threshold(coarse, 0, 1, cv2.THRESH_BINARY)
    joined = cv2.dilate(marked, np.ones((reach, reach), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    wide = stats[:, cv2.CC_STAT_WIDTH] / px_per_mm
    high = stats[:, cv2.CC_STAT_HEIGHT] / px_per_mm
    shorter, longer = np.minimum(wide, high), np.maximum(wide, high)
    seal = (
        (shorter > _SIDE_MM[0])
        & (longer < _SIDE_MM[1])
        & (longer < _ROUNDNESS * shorter)
    )
    seal[0] = False
    if not seal.any():
        return np.zeros_like(red)
    place = cv2.resize(
        seal[labels].astype(np.uint8),
        (red.shape[1], red.shape[0]),
        interpolation=cv2.INTER_NEAREST,
    )
    return np.asarray(cv2.copyTo(red, place), np.uint8)
