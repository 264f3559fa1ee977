"""Check digits of the numbers that carry one.

A right check digit is no proof: about 2 % of single wrong digits pass it.
"""


def my_number_check_digit(first11: str) -> int:
    """The twelfth digit of an individual number (個人番号)."""
    digits = [int(digit) for digit in reversed(_digits(first11, 11))]
    weights = [n + 1 if n <= 6 else n - 5 for n in range(1, 12)]
    remainder = sum(p * q for p, q in zip(digits, weights, strict=True)) % 11
    return 0 if remainder <= 1 else 11 - remainder


def my_number_is_valid(digits: str) -> bool:
    """Tell whether these are twelve digits whose last one fits the others."""
    if not _is_number(digits, 12):
        return False
    return my_number_check_digit(digits[:11]) == int(digits[11])


def corporate_number_check_digit(last12: str) -> int:
    """The first digit of a corporate number (法人番号)."""
    digits = [int(digit) for digit in reversed(_digits(last12, 12))]
    weighted = [p * (1 if n % 2 else 2) for n, p in enumerate(digits, start=1)]
    return 9 - sum(weighted) % 9


def corporate_number_is_valid(digits: str) -> bool:
    """Tell whether these are thirteen digits whose first one fits the others."""
    if not _is_number(digits, 13):
        return False
    return corporate_number_check_digit(digits[1:]) == int(digits[0])


def _is_number(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _digits(text: str, length: int) -> str:
    # The number itself stays out of the message: it may be somebody's My Number.
    if not _is_number(text, length):
        raise ValueError(f"expected {length} digits, got {len(text)} characters")
    return text
