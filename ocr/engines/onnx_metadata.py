"""Reads what stands beside the graph in an ONNX file, without any runtime.

Each engine needs the characters of the model, and only one of them could tell.
"""

from collections.abc import Iterator

from kamizero.errors import SetupError

# Field numbers of ModelProto and StringStringEntryProto in onnx.proto.
_METADATA_PROPS = 14
_KEY, _VALUE = 1, 2
_VARINT, _LENGTH_DELIMITED = 0, 2


def metadata_of(model: bytes) -> dict[str, str]:
    """The model's metadata by key.

    Raises:
        SetupError: this is no ONNX model.
    """
    try:
        return dict(
            _entry(content)
            for number, content in _fields(memoryview(model))
            if number == _METADATA_PROPS
        )
    except (IndexError, KeyError, UnicodeDecodeError) as error:
        raise SetupError("The reading model is no ONNX file.") from error


def _entry(content: memoryview) -> tuple[str, str]:
    pair = {number: bytes(text).decode() for number, text in _fields(content)}
    return pair[_KEY], pair[_VALUE]


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and content of each length-delimited field; other fields are numbers."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        size, at = _varint(message, at)
        if tag & 7 == _LENGTH_DELIMITED:
            if at + size > len(message):
                raise IndexError("a field ends after its message")
            yield tag >> 3, message[at : at + size]
            at += size
        elif tag & 7 != _VARINT:
            raise KeyError(tag & 7)


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number in base 128, least digits first, and where the next field begins."""
    value = shift = 0
    while True:
        digit = message[at]
        at += 1
        value |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return value, at
