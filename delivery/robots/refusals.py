"""Why what a robot asks for is refused."""

from kamizero.errors import ConflictError, RefusedError, StaleFenceError


class LostLeaseError(StaleFenceError):
    """Its lease ended, or the item was taken, answered or settled by somebody else."""


class WayForbidsError(ConflictError):
    """The state of the delivery does not know the act."""

    code = "wrong_state"


class NotShownError(RefusedError):
    """The answer lacks what the host's screen must have shown."""

    def __init__(self, message: str) -> None:
        super().__init__("not_shown", message)
