"""Why a request is refused before it reaches any room."""

from kamizero.errors import ConflictError, ForbiddenError, WrongCallError
from storage.look_ups import Subject


class CsrfError(ForbiddenError):
    """The request does not come from a page that was shown to this person."""

    code = "csrf"


class ScopeError(ForbiddenError):
    """The token does not reach that far."""

    code = "scope"


class PersonNeededError(ForbiddenError):
    """Only a person may do that, whatever role a token carries."""

    code = "person_needed"


class SearchReasonError(ForbiddenError):
    """Whoever looks for filings over the API says why."""

    code = "reason_needed"

    def __init__(self) -> None:
        super().__init__(
            "Say why you look this up: on its page, or with the header "
            "`Look-Up-Reason: inquiry` (or correction, disclosure, audit, fault)."
        )


class ReasonNeededError(SearchReasonError):
    """Papers outside somebody's task are opened with a reason; `subject` names them."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject


class KeyNeededError(WrongCallError):
    """A POST came without the key that makes repeating it harmless."""

    code = "idempotency_key_missing"


class KeyReusedError(WrongCallError):
    """The key was used for another request before."""

    code = "idempotency_key_reused"


class StillRunningError(ConflictError):
    """The first request with this key has not been answered yet."""

    code = "idempotency_running"
    retryable = True


class PreconditionError(ConflictError):
    """The version in If-Match is not the one that stands."""

    code = "precondition"


class PreconditionNeededError(WrongCallError):
    """What has an ETag is changed only by who says which version they saw."""

    code = "precondition_needed"


class TakenError(ConflictError):
    """Somebody else works on the item, or it is already done."""

    code = "taken"


class OtherVersionError(WrongCallError):
    """The client speaks another version of the upload protocol, or none."""

    code = "tus_version"
