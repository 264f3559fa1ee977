"""The errors kamizero raises: one class per thing a caller does differently."""

from typing import ClassVar


class KamizeroError(Exception):
    """Base of all errors of kamizero.

    The message is for the person who must act: what happened to which paper, and
    what to do. `code` is stable and machine-readable, `retryable` says whether the
    same call can succeed later without anybody changing anything.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False


class RefusedError(KamizeroError):
    """A file cannot be taken; its bytes are kept and the sender is told why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.refusal_code = code


class WrongCallError(KamizeroError):
    """The caller asked for something that cannot be: wrong arguments."""

    code = "wrong_call"


class NumberInWordsError(WrongCallError):
    """A My Number stands in words that stay and are shown."""

    code = "number_in_words"


class DefinitionError(KamizeroError):
    """A form definition is wrong; the message names line, field and remedy."""

    code = "definition"


class UnwritableError(KamizeroError):
    """A table cannot be written so that it reads back; names line and item."""

    code = "unwritable"

    def __init__(self, message: str, *, line: int = 0, item: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.item = item


class RegistrationError(KamizeroError):
    """The form's lines were not found on the page well enough to cut its fields."""

    code = "registration"


class TamperedError(KamizeroError):
    """Stored bytes are not what was stored; `found` is the SHA-256 they have now."""

    code = "tampered"

    def __init__(self, message: str, *, found: str = "") -> None:
        super().__init__(message)
        self.found = found


class MissingError(KamizeroError):
    """Something that was asked for does not exist."""

    code = "missing"


class LostError(MissingError):
    """What rows name is not in the store: nobody asked for something wrong."""


class StoreError(KamizeroError):
    """The object store cannot keep or give the bytes now."""

    code = "store"
    retryable = True


class AuthorityError(KamizeroError):
    """An outside authority does not do now what it is asked for, or does it wrongly."""

    code = "authority"
    retryable = True


class RecordsUnavailableError(KamizeroError):
    """The system of record does not answer now: nothing can be compared with it."""

    code = "records_unavailable"
    retryable = True


class StaleFenceError(KamizeroError):
    """The lease was lost: somebody else works on this item now."""

    code = "stale_fence"


class ConflictError(KamizeroError):
    """The subject changed, or its state does not allow the act."""

    code = "conflict"


class ForbiddenError(KamizeroError):
    """This person may not do that."""

    code = "forbidden"


class KeyMissingError(KamizeroError):
    """The key that opens a protected value is not there."""

    code = "key_missing"


class SetupError(KamizeroError):
    """The installation is not usable as it is; the message says what to set."""

    code = "setup"
