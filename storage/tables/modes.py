"""The ways a field can be settled."""

from enum import StrEnum


class Mode(StrEnum):
    """Who must say what is written in a field before its entry may go on."""

    # What the machine accepts passes, what it doubts a person settles.
    OCR = "ocr"
    # A person sees every reading, accepted or not.
    CHECK = "check"
    # One person keys without seeing the reading.
    KEY = "key"
    # Two people key without seeing anything (コンペア); a third settles a difference.
    COMPARE = "compare"
    # One person keys blind, the reading is held against it (試行); another settles.
    SHADOW = "shadow"


# Under these a person keys before anybody sees what the machine read.
BLIND = frozenset({Mode.KEY, Mode.COMPARE, Mode.SHADOW})
