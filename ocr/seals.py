"""Finds seals and stamps among what is red: they stand on top of writing."""

import cv2
import numpy as np

from ocr.template import PX_PER_MM, Grey

# A seal is about as wide as high; its parts lie no further apart than this.
_SIDE_MM = (7.0, 22.0)
_ROUNDNESS = 1.6
_GAP_MM = 0.8


def seals_in(red: Grey) -> Grey:
    """The red on a page that is a seal or a stamp."""
    if not red.any():
        return np.zeros_like(red)
    reach = 2 * round(_GAP_MM * PX_PER_MM / 2) + 1
    joined = cv2.dilate((red > 0).astype(np.uint8), np.ones((reach, reach), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    wide = stats[:, cv2.CC_STAT_WIDTH] / PX_PER_MM
    high = stats[:, cv2.CC_STAT_HEIGHT] / PX_PER_MM
    shorter, longer = np.minimum(wide, high), np.maximum(wide, high)
    seal = (
        (shorter > _SIDE_MM[0])
        & (longer < _SIDE_MM[1])
        & (longer < _ROUNDNESS * shorter)
    )
    seal[0] = False
    return np.asarray(np.where(seal[labels], red, 0), np.uint8)
