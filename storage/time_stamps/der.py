"""Writing DER, as little of it as a time stamp needs."""

SEQUENCE, SET = 0x30, 0x31
OCTETS, OID, TIME = 0x04, 0x06, 0x18
NULL = b"\x05\x00"


def tlv(tag: int, *parts: bytes) -> bytes:
    """One value: its tag, its length, its content."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    return tlv(OID, *map(_base_128, (first * 40 + second, *rest)))


def set_of(tag: int, *values: bytes) -> bytes:
    """A set, whose members DER wants in the order of their bytes."""
    return tlv(tag, *sorted(values))


def _base_128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(0x80 | (arc & 0x7F))
    return bytes(reversed(digits))
