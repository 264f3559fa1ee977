"""The refusals several kinds of files share, each with what the sender can do."""

from ingest.page_image import Limits
from kamizero.errors import RefusedError

# Less than a business card at 100 dpi is no paper, and no reader can use it.
LEAST_SIDE_PX = 64
# JPEG, in which pages are shown, cannot be longer.
MOST_SIDE_PX = 65_000


def refuse_unfit_size(number: int, width: int, height: int, limits: Limits) -> None:
    """Ask this of a header, before anything is decoded.

    Raises:
        RefusedError: `too_large` or `too_small`.
    """
    size = f"{width:,} x {height:,} pixels"
    if width * height > limits.page_pixels or max(width, height) > MOST_SIDE_PX:
        raise RefusedError(
            "too_large",
            f"Page {number} is {size}; at most {limits.page_pixels:,} pixels, and "
            f"{MOST_SIDE_PX:,} on one side, are taken. Scan it at 200 to 400 dpi.",
        )
    if min(width, height) < LEAST_SIDE_PX:
        raise RefusedError(
            "too_small",
            f"Page {number} is {size}; that is no page of paper. Scan the whole page "
            "at 200 to 400 dpi.",
        )


def too_many_pages(count: int, limit: int) -> RefusedError:
    return RefusedError(
        "too_many_pages",
        f"The file has {count:,} pages; at most {limit:,} are taken. "
        "Split it into several files.",
    )


def cut_off(kind: str) -> RefusedError:
    return RefusedError(
        "damaged",
        f"The {kind} is cut off or damaged. Scan or send it again.",
    )


def page_damaged(number: int, error: Exception) -> RefusedError:
    return RefusedError(
        "damaged",
        f"Page {number} does not decode ({error}). The file is cut off or damaged: "
        "scan or send it again.",
    )
