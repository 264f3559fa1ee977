"""What the kernel says of its clock is read from it, and not supposed."""

import sys
from datetime import timedelta

import pytest

from storage.machine_clock import Kept, KernelClock, _said, kernel_clock


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks a Linux kernel")
def test_the_kernel_is_asked_and_answers() -> None:
    told = kernel_clock()

    # A clock that a server keeps has a bound of its own; any other has none.
    assert (told.most_off is not None) is (told.kept is Kept.BY_SERVER)
    assert told.most_off is None or timedelta(0) <= told.most_off < timedelta(
        seconds=17
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (0x0040, KernelClock(Kept.BY_NOBODY)),
        (0x2041, KernelClock(Kept.BY_NOBODY)),
        (0x2001, KernelClock(Kept.BY_SERVER, timedelta(milliseconds=12))),
    ],
)
def test_a_clock_that_nobody_keeps_is_none_of_a_server(
    status: int, said: KernelClock
) -> None:
    assert _said(status, 12_000) == said
