"""Why what another program says about a record is refused."""

from kamizero.errors import ConflictError


class OtherRecordError(ConflictError):
    """The program has another version of the record than the one in force."""

    code = "other_record"
