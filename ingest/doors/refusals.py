"""Why a door does not take what is being sent, one class per answer."""

from kamizero.errors import ConflictError, KamizeroError


class NoRoomError(KamizeroError):
    """The disk is as full as it may get; the sender keeps its file and tries later."""

    code = "no_room"
    retryable = True


class QuotaError(KamizeroError):
    """The sender has brought as much as it may within a day."""

    code = "quota"
    retryable = True


class TooLargeError(KamizeroError):
    """The file is longer than a door takes."""

    code = "too_large"


class WrongOffsetError(ConflictError):
    """The sender goes on elsewhere than where its transfer broke off."""

    code = "wrong_offset"


class TakenAlreadyError(ConflictError):
    """The sender adds to a file that has been taken in."""

    code = "taken_already"
