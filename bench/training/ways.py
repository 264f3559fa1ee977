"""The ways people write each digit, as strokes that a pen draws.

A way of writing is a list of strokes, a stroke a list of bends. The pen runs smoothly
through the points of a bend and turns sharply where the next bend begins. Points are
x, y; a digit is about 1 high and 1 wide, y downward.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

Bend = Sequence[tuple[float, float]]
Way = Sequence[Sequence[Bend]]


def _round(
    rng: np.random.Generator,
    box: tuple[float, float, float, float],
    *,
    start: float,
    over: float,
) -> Bend:
    """An uneven oval in a box (left, top, right, bottom), from an angle on.

    `over` is the share of a turn that the pen goes too far, or stops too early.
    """
    left, top, right, bottom = box
    turn = np.linspace(0, 2 * np.pi * (1 + over), 12)
    angle = start - turn
    radius = 1 + 0.07 * rng.normal() * np.cos(2 * angle + rng.uniform(0, 6))
    radius += np.linspace(0, rng.normal(0, 0.08), len(angle))
    x = (left + right) / 2 + (right - left) / 2 * radius * np.cos(angle)
    y = (top + bottom) / 2 - (bottom - top) / 2 * radius * np.sin(angle)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _zero(rng: np.random.Generator) -> Way:
    start = np.pi / 2 + rng.normal(0, 0.5)
    over = rng.normal(0.02, 0.06)
    if rng.random() < 0.5:
        over = -over
    oval = _round(rng, (0.05, 0.0, 0.95, 1.0), start=start, over=over)
    return [[oval if rng.random() < 0.75 else oval[::-1]]]


def _zero_with_tail(rng: np.random.Generator) -> Way:
    """The pen comes back over where it began and ends in a small tail."""
    oval = _round(rng, (0.05, 0.05, 0.95, 1.0), start=np.pi / 2 - 0.5, over=0.06)
    tail = (rng.uniform(0.7, 1.1), rng.uniform(-0.1, 0.2))
    return [[[*oval, tail]]]


def _looped_zero(rng: np.random.Generator) -> Way:
    """Ends in a loop inside or above its top."""
    oval = _round(rng, (0.05, 0.0, 0.95, 1.0), start=np.pi / 2, over=0.04)
    deep, reach = rng.uniform(-0.18, 0.25), rng.uniform(0.55, 0.95)
    return [[[*oval, (0.35, deep), (reach, deep / 2 - 0.04)]]]


def _open_zero(rng: np.random.Generator) -> Way:
    """The pen does not come back to where it began."""
    start = np.pi / 2 + rng.normal(0, 0.4)
    oval = _round(
        rng, (0.05, 0.0, 0.95, 1.0), start=start, over=-rng.uniform(0.05, 0.16)
    )
    return [[oval]]


def _slashed_zero(rng: np.random.Generator) -> Way:
    return [*_zero(rng), [[(0.85, 0.05), (0.15, 0.95)]]]


def _one(rng: np.random.Generator) -> Way:
    bow = rng.normal(0, 0.03)
    return [[[(0.5, 0.0), (0.5 + bow, 0.5), (0.5, 1.0)]]]


def _one_with_flag(rng: np.random.Generator) -> Way:
    reach, drop = rng.uniform(0.1, 0.32), rng.uniform(0.08, 0.35)
    return [[[(0.5 - reach, drop), (0.5, 0.0)], [(0.5, 0.0), (0.5, 1.0)]]]


def _one_with_long_flag(rng: np.random.Generator) -> Way:
    """Between a 1 and a 7, but its flag rises."""
    drop = rng.uniform(0.3, 0.55)
    left = rng.uniform(-0.05, 0.2)
    return [[[(left, drop), (0.58, 0.0)], [(0.58, 0.0), (0.56, 1.0)]]]


def _one_with_foot(rng: np.random.Generator) -> Way:
    half = rng.uniform(0.15, 0.4)
    foot: Sequence[Bend] = [[(0.5 - half, 1.0), (0.5 + half, 1.0)]]
    return [*_one_with_flag(rng), foot]


def _hasty_one(rng: np.random.Generator) -> Way:
    """As slanted as no other digit of its writer."""
    lean = rng.normal(0.12, 0.2)
    return [[[(0.5 + lean, 0.0), (0.5 - lean, 1.0)]]]


def _hooked_one(_: np.random.Generator) -> Way:
    return [[[(0.5, 0.0), (0.48, 0.6), (0.55, 0.95), (0.68, 0.93)]]]


def _two(rng: np.random.Generator) -> Way:
    low = rng.uniform(-0.06, 0.06)
    return [
        [
            [
                (0.08, 0.28),
                (0.3, 0.03),
                (0.68, 0.04),
                (0.86, 0.28),
                (0.6, 0.62),
                (0.06, 0.97),
            ],
            [(0.06, 0.97), (0.5, 0.95 + low), (0.95, 0.96)],
        ]
    ]


def _looped_two(rng: np.random.Generator) -> Way:
    size = rng.uniform(0.06, 0.18)
    return [[[*_head_of_two(rng), (0.5, 0.72),
                (0.18, 0.98), (0.04, 0.95 - size / 2), (0.16, 0.92 - size),
                (0.42, 0.93), (0.7, 1.0), (1.0, 0.92)]]]  # fmt: skip


def _wide_looped_two(rng: np.random.Generator) -> Way:
    """The loop at the foot is as large as that of a 6, and the base runs off it."""
    wide, high = rng.uniform(0.15, 0.4), rng.uniform(0.12, 0.34)
    left, low = rng.uniform(-0.05, 0.12), rng.uniform(0.85, 1.0)
    middle = left + wide / 2
    end = (rng.uniform(0.8, 1.15), rng.uniform(0.8, 1.05))
    return [[[*_head_of_two(rng), (0.55, 0.68), (middle, low),
                (left, low - high / 2), (middle, low - high),
                (left + wide, low - high / 3), (0.72, low), end]]]  # fmt: skip


def _head_of_two(rng: np.random.Generator) -> Bend:
    """From where the pen begins to the right of the bow; some begin with a curl."""
    curl: Bend = [(0.32, 0.3), (0.16, 0.36)] if rng.random() < 0.25 else []
    top = rng.uniform(-0.02, 0.06)
    return [*curl, (0.1, rng.uniform(0.18, 0.34)), (0.35, top), (0.75, top + 0.05),
        (rng.uniform(0.74, 0.9), rng.uniform(0.26, 0.4))]  # fmt: skip


def _angular_two(rng: np.random.Generator) -> Way:
    drop = rng.uniform(0.0, 0.15)
    return [
        [
            [(0.1, 0.08 + drop), (0.5, 0.02), (0.82, 0.12)],
            [(0.82, 0.12), (0.6, 0.5), (0.08, 0.97)],
            [(0.08, 0.97), (0.95, 0.95)],
        ]
    ]


def _curled_two(_: np.random.Generator) -> Way:
    """The base goes on from the stem in a wave, without a corner."""
    return [
        [
            [
                (0.15, 0.3), (0.2, 0.08), (0.55, 0.0), (0.82, 0.2), (0.65, 0.55),
                (0.3, 0.85), (0.15, 0.95), (0.45, 0.86), (0.75, 0.98), (0.98, 0.9),
            ]
        ]
    ]  # fmt: skip


def _three(rng: np.random.Generator) -> Way:
    nick = rng.uniform(0.25, 0.55)
    return [
        [
            [(0.1, 0.16), (0.42, 0.0), (0.8, 0.16), (0.68, 0.4), (nick, 0.47)],
            [(nick, 0.47), (0.8, 0.54), (0.92, 0.78), (0.5, 1.0), (0.06, 0.88)],
        ]
    ]


def _flat_three(_: np.random.Generator) -> Way:
    return [
        [
            [(0.1, 0.04), (0.85, 0.04)],
            [(0.85, 0.04), (0.42, 0.4)],
            [(0.42, 0.4), (0.82, 0.48), (0.92, 0.76), (0.5, 1.0), (0.06, 0.9)],
        ]
    ]


def _looped_three(_: np.random.Generator) -> Way:
    return [
        [
            [
                (0.1, 0.14), (0.45, 0.0), (0.8, 0.18), (0.62, 0.42), (0.35, 0.5),
                (0.36, 0.42), (0.6, 0.48), (0.9, 0.72), (0.6, 0.98), (0.08, 0.92),
            ]
        ]
    ]  # fmt: skip


def _closed_four(rng: np.random.Generator) -> Way:
    bar, stem = rng.uniform(0.58, 0.74), rng.uniform(0.58, 0.8)
    top = rng.uniform(-0.04, 0.12)
    return [
        [[(stem - 0.02, 0.0), (0.05, bar)], [(0.05, bar), (0.98, bar)]],
        [[(stem, top), (stem, 1.0)]],
    ]


def _open_four(rng: np.random.Generator) -> Way:
    bar, stem = rng.uniform(0.45, 0.66), rng.uniform(0.6, 0.8)
    top = rng.uniform(0.0, 0.3)
    left = rng.uniform(0.1, 0.35)
    return [
        [[(left, 0.0), (left - 0.12, bar)], [(left - 0.12, bar), (0.95, bar)]],
        [[(stem, top), (stem - 0.04, 1.0)]],
    ]


def _round_four(rng: np.random.Generator) -> Way:
    """A bowl and a stem; the bar does not reach beyond the stem."""
    bowl = rng.uniform(0.4, 0.6)
    return [
        [[(0.1, 0.02), (0.1, bowl * 0.8), (0.4, bowl), (0.8, bowl - 0.05)]],
        [[(0.85, 0.0), (0.8, 0.5), (0.74, 1.0)]],
    ]


def _four_in_one(_: np.random.Generator) -> Way:
    return [
        [
            [(0.3, 0.02), (0.12, 0.55)],
            [(0.12, 0.55), (0.55, 0.52), (0.85, 0.42)],
            [(0.85, 0.42), (0.85, 0.05)],
            [(0.85, 0.05), (0.75, 1.0)],
        ]
    ]


def _closed_four_in_one(_: np.random.Generator) -> Way:
    return [
        [
            [(0.75, 1.0), (0.72, 0.05)],
            [(0.72, 0.05), (0.05, 0.62)],
            [(0.05, 0.62), (1.0, 0.62)],
        ]
    ]


_BELLY: Bend = (
    (0.2, 0.42),
    (0.55, 0.34),
    (0.92, 0.6),
    (0.76, 0.92),
    (0.36, 1.0),
    (0.04, 0.88),
)


def _five(rng: np.random.Generator) -> Way:
    """The bar comes last, and may not meet the stem."""
    dx, dy = rng.normal(0, 0.09), rng.normal(0, 0.05)
    reach = rng.uniform(0.8, 1.05)
    return [
        [[(0.26, 0.05), (0.2, 0.42)], _BELLY],
        [[(0.27 + dx, 0.04 + dy), (reach + dx, 0.02 + dy)]],
    ]


def _five_in_one(_: np.random.Generator) -> Way:
    return [[[(0.92, 0.03), (0.28, 0.05)], [(0.28, 0.05), (0.2, 0.42)], _BELLY]]


def _five_with_far_bar(rng: np.random.Generator) -> Way:
    """The bar has come loose, and may rise."""
    left, high = rng.uniform(0.2, 0.5), rng.uniform(-0.12, 0.1)
    bar: Bend = [
        (left, high),
        (left + rng.uniform(0.4, 0.7), high - rng.uniform(0, 0.2)),
    ]
    return [[[(0.24, 0.1), (0.18, 0.44)], _BELLY], [bar]]


def _curved_five(_: np.random.Generator) -> Way:
    return [
        [
            [
                (0.94, 0.06), (0.45, 0.04), (0.22, 0.3), (0.5, 0.42), (0.84, 0.62),
                (0.62, 0.95), (0.06, 0.92),
            ]
        ]
    ]  # fmt: skip


def _six(rng: np.random.Generator) -> Way:
    loop = rng.uniform(0.42, 0.6)
    end = rng.uniform(-0.08, 0.14)
    return [
        [
            [
                (rng.uniform(0.5, 0.9), 0.0), (0.28, 0.32), (0.08, 0.7), (0.36, 0.99),
                (0.8, 0.9), (0.9, 0.7), (0.6, loop + 0.03), (0.22 + end, 0.7 + end),
            ]
        ]
    ]  # fmt: skip


def _six_with_wide_loop(rng: np.random.Generator) -> Way:
    """A short stem, and a loop that crosses it."""
    cross = rng.uniform(-0.1, 0.08)
    return [
        [
            [
                (rng.uniform(0.35, 0.75), 0.0), (0.2, 0.3), (0.06, 0.62), (0.2, 0.94),
                (0.6, 1.0), (0.92, 0.74), (0.7, 0.45), (0.3, 0.5), (cross, 0.72),
            ]
        ]
    ]  # fmt: skip


def _straight_six(_: np.random.Generator) -> Way:
    return [
        [
            [
                (0.3, 0.0), (0.14, 0.4), (0.08, 0.76), (0.4, 1.0), (0.84, 0.88),
                (0.8, 0.6), (0.45, 0.55), (0.12, 0.78),
            ]
        ]
    ]  # fmt: skip


def _six_with_small_loop(_: np.random.Generator) -> Way:
    return [
        [
            [
                (0.75, 0.0), (0.3, 0.35), (0.12, 0.8), (0.4, 1.0), (0.68, 0.84),
                (0.5, 0.68), (0.24, 0.8), (0.28, 0.95),
            ]
        ]
    ]  # fmt: skip


def _seven(rng: np.random.Generator) -> Way:
    foot = rng.uniform(0.2, 0.6)
    bow = rng.normal(-0.04, 0.05)
    return [
        [
            [(0.06, 0.06), (0.5, 0.05), (0.92, 0.04)],
            [(0.92, 0.04), ((0.92 + foot) / 2 + bow, 0.5), (foot, 1.0)],
        ]
    ]


def _seven_with_serif(rng: np.random.Generator) -> Way:
    """As taught in Japan: a short stroke down before the bar."""
    length = rng.uniform(0.12, 0.38)
    bar, stem = _seven(rng)[0]
    return [[[(0.08, length), (0.06, 0.04)], bar, stem]]


def _two_stroke_seven(rng: np.random.Generator) -> Way:
    length = rng.uniform(0.15, 0.4)
    return [[[(0.1, 0.0), (0.08, length)]], *_seven(rng)]


def _barred_seven(rng: np.random.Generator) -> Way:
    stem = _seven(rng) if rng.random() < 0.7 else _seven_with_serif(rng)
    return [*stem, _bar_of_seven(rng)]


def _curved_seven(_: np.random.Generator) -> Way:
    return [
        [[(0.05, 0.14), (0.2, 0.03), (0.6, 0.08), (0.9, 0.06), (0.7, 0.4), (0.45, 1.0)]]
    ]


def _barred_curved_seven(rng: np.random.Generator) -> Way:
    return [*_curved_seven(rng), _bar_of_seven(rng)]


def _bar_of_seven(rng: np.random.Generator) -> Sequence[Bend]:
    """A bar through the stem, level or rising."""
    height, rise = rng.uniform(0.36, 0.66), rng.normal(0.04, 0.08)
    half, middle = rng.uniform(0.14, 0.42), rng.normal(0.6, 0.06)
    return [[(middle - half, height + rise), (middle + half, height - rise)]]


def _eight(rng: np.random.Generator) -> Way:
    over = rng.normal(0, 0.05)
    waist = rng.uniform(0.4, 0.52)
    return [
        [
            [
                (0.76, 0.14), (0.45, 0.0), (0.18, 0.2), (0.45, waist), (0.86, 0.75),
                (0.5, 1.0), (0.12, 0.78), (0.5, waist + 0.02), (0.82, 0.22),
                (0.7 + over, 0.08 + over),
            ]
        ]
    ]  # fmt: skip


def _eight_from_the_waist(_: np.random.Generator) -> Way:
    return [
        [
            [
                (0.5, 0.46), (0.2, 0.26), (0.45, 0.0), (0.8, 0.2), (0.5, 0.47),
                (0.1, 0.75), (0.5, 1.0), (0.9, 0.76), (0.52, 0.46),
            ]
        ]
    ]  # fmt: skip


def _leaning_eight(rng: np.random.Generator) -> Way:
    """An S with a straight stroke back up through it."""
    top = (rng.uniform(0.7, 1.0), rng.uniform(-0.05, 0.12))
    return [
        [
            [
                top, (0.4, 0.0), (0.16, 0.22), (0.5, 0.46), (0.84, 0.76), (0.5, 1.0),
                (0.16, 0.82),
            ],
            [(0.16, 0.82), (0.5, 0.48), (top[0] + rng.normal(0, 0.06), top[1] + 0.06)],
        ]
    ]  # fmt: skip


def _two_loops(rng: np.random.Generator) -> Way:
    waist = rng.uniform(0.4, 0.52)
    gap = rng.normal(0, 0.03)
    upper = _round(rng, (0.2, 0.0, 0.8, waist), start=4.7, over=rng.normal(0, 0.03))
    lower = _round(rng, (0.08, waist + gap, 0.92, 1.0), start=1.6, over=0.02)
    return [[upper], [lower]]


def _open_eight(_: np.random.Generator) -> Way:
    """Ends where it began, but for a gap at the top right."""
    return [
        [
            [
                (0.85, 0.05), (0.4, 0.04), (0.2, 0.22), (0.5, 0.48), (0.82, 0.75),
                (0.48, 1.0), (0.14, 0.8), (0.4, 0.55), (0.75, 0.3), (0.95, 0.16),
            ]
        ]
    ]  # fmt: skip


def _nine(rng: np.random.Generator) -> Way:
    low = rng.uniform(0.42, 0.6)
    stem = rng.uniform(0.55, 0.95)
    return [
        [
            [
                (0.85, 0.16),
                (0.45, 0.0),
                (0.1, 0.24),
                (0.32, low),
                (0.75, low - 0.12),
                (0.87, 0.1),
            ],
            [(0.87, 0.1), ((0.87 + stem) / 2, 0.55), (stem, 1.0)],
        ]
    ]


def _nine_like_g(rng: np.random.Generator) -> Way:
    end = (rng.uniform(0.1, 0.4), rng.uniform(0.85, 1.0))
    return [
        [
            [
                (0.84, 0.15), (0.45, 0.0), (0.12, 0.24), (0.38, 0.5), (0.78, 0.34),
                (0.88, 0.12),
            ],
            [(0.88, 0.12), (0.9, 0.55), (0.7, 0.95), end],
        ]
    ]  # fmt: skip


def _curved_nine(_: np.random.Generator) -> Way:
    return [
        [
            [
                (0.86, 0.22), (0.5, 0.0), (0.12, 0.22), (0.36, 0.46), (0.8, 0.3),
                (0.84, 0.24), (0.78, 0.6), (0.45, 1.0),
            ]
        ]
    ]  # fmt: skip


def _nine_of_oval_and_stem(rng: np.random.Generator) -> Way:
    """A closed oval, and a straight stem that may lie apart from it."""
    low, stem = rng.uniform(0.36, 0.58), rng.uniform(0.78, 0.95)
    oval = _round(rng, (0.1, 0.0, 0.85, low), start=0.4, over=rng.normal(0.02, 0.05))
    foot = (stem + rng.normal(-0.08, 0.1), 1.0)
    return [[oval], [[(stem, rng.uniform(-0.05, 0.2)), foot]]]


def _open_nine(_: np.random.Generator) -> Way:
    """The loop does not close at the stem."""
    return [
        [[(0.72, 0.06), (0.35, 0.04), (0.12, 0.3), (0.4, 0.5), (0.8, 0.4)]],
        [[(0.88, 0.04), (0.84, 0.5), (0.7, 1.0)]],
    ]


WAYS: Mapping[int, Sequence[tuple[float, Callable[[np.random.Generator], Way]]]] = {
    0: (
        (7, _zero),
        (2, _zero_with_tail),
        (1, _looped_zero),
        (1.5, _open_zero),
        (0.3, _slashed_zero),
    ),
    1: (
        (6, _one),
        (3, _one_with_flag),
        (1, _one_with_foot),
        (1, _one_with_long_flag),
        (1.5, _hasty_one),
        (0.5, _hooked_one),
    ),
    2: (
        (4, _two),
        (2, _looped_two),
        (3, _wide_looped_two),
        (1.5, _angular_two),
        (2, _curled_two),
    ),
    3: ((6, _three), (1.5, _flat_three), (2, _looped_three)),
    4: (
        (3, _closed_four),
        (4, _open_four),
        (2, _round_four),
        (1.5, _four_in_one),
        (1, _closed_four_in_one),
    ),
    5: ((4, _five), (3, _five_in_one), (1.5, _five_with_far_bar), (2, _curved_five)),
    6: (
        (4, _six),
        (2, _straight_six),
        (2, _six_with_wide_loop),
        (2, _six_with_small_loop),
    ),
    7: (
        (4, _seven),
        (3, _seven_with_serif),
        (1, _two_stroke_seven),
        (2, _barred_seven),
        (1.5, _curved_seven),
        (0.7, _barred_curved_seven),
    ),
    8: (
        (4, _eight),
        (2, _eight_from_the_waist),
        (1.5, _leaning_eight),
        (1.5, _two_loops),
        (2, _open_eight),
    ),
    9: (
        (4, _nine),
        (2, _nine_like_g),
        (3, _curved_nine),
        (2, _nine_of_oval_and_stem),
        (1.5, _open_nine),
    ),
}
"""Of each digit, its ways with how common each is."""
