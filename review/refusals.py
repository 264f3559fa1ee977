"""Why an act of a person is refused: one class, one stable code a reason.

Pages show a translated sentence by `code`; the message here tells what to do in
English and never quotes a value.
"""

from collections.abc import Sequence

from kamizero.errors import ConflictError, ForbiddenError, WrongCallError


class StateForbidsError(ConflictError):
    """The entry's state does not know the act."""

    code = "state_forbids"


class FieldChangedError(ConflictError):
    """Somebody else changed the field after the page was shown."""

    code = "field_changed"


class ApprovedHeadError(ConflictError):
    """The field stands in the head of a form an entry of which is approved."""

    code = "head_is_approved"


class NothingToUndoError(ConflictError):
    """The field says what the machine read; no person changed it."""

    code = "nothing_to_undo"


class ManifestChangedError(ConflictError):
    """What would be signed is not what the approver saw."""

    code = "manifest_changed"


class NothingReadyError(ConflictError):
    """The filing has no entry that waits for approval."""

    code = "nothing_ready"


class NotSettledError(ConflictError):
    """Something about the entry is still open; `points` names it."""

    code = "not_settled"

    def __init__(self, message: str, *, points: Sequence[str]) -> None:
        super().__init__(message)
        self.points = tuple(points)


class BundleOpenError(NotSettledError):
    """The bundle does not hold what was declared; `points` says what differs."""

    code = "bundle_open"


class NotProvenError(ConflictError):
    """Acceptance is not proven on the office's own paper; `points` names the kinds."""

    code = "not_proven"

    def __init__(self, message: str, *, points: Sequence[str]) -> None:
        super().__init__(message)
        self.points = tuple(points)


class SameKeyerError(ForbiddenError):
    """Who keyed a field once neither keys it again nor settles it."""

    code = "same_keyer"


class WrongClaimError(ConflictError):
    """The claim is for another item than the one acted on."""

    code = "wrong_claim"


class RoleForbidsError(ForbiddenError):
    """This role may not do that."""

    code = "role_forbids"


class OwnWorkError(ForbiddenError):
    """Nobody approves a filing they worked on themselves."""

    code = "own_work"


class NotYourStageError(ForbiddenError):
    """The stage the approval waits at is other people's."""

    code = "not_your_stage"


class TwiceOnRouteError(ForbiddenError):
    """Nobody takes two stages of one round, nor in somebody's place."""

    code = "twice_on_route"


class RouteOpenError(ConflictError):
    """Stages before this one are still to be taken."""

    code = "route_open"


class StepTakenError(ConflictError):
    """Somebody took a step after the page was shown."""

    code = "step_taken"


class OwnLetterError(ForbiddenError):
    """Whoever prepared a letter does not check it."""

    code = "own_letter"


class NoticeChangedError(ConflictError):
    """The letter is not the one that was looked at, or nobody checked it."""

    code = "notice_changed"


class NoticeSentError(ConflictError):
    """The letter is on its way and stays as it is."""

    code = "notice_sent"


class OthersOnPageError(WrongCallError):
    """A page that was to go back shows somebody who is not returned."""

    code = "others_on_page"


class InspectionOpenError(ConflictError):
    """A contractor's work on it was not checked yet."""

    code = "inspection_open"


class InspectorForbiddenError(ForbiddenError):
    """A contractor's work is checked by somebody else, who has no contract."""

    code = "inspector"


class LotOverError(ConflictError):
    """The lot was signed, sent back or dissolved already."""

    code = "lot_over"


class LotUnseenError(ConflictError):
    """A drawn filing of the lot was not looked at."""

    code = "lot_unseen"


class ReasonMissingError(WrongCallError):
    """The act needs a reason."""

    code = "reason_missing"


class NotAskedError(WrongCallError):
    """A robot says something about a field that its queue does not name."""

    code = "not_asked"


class ValueRefusedError(WrongCallError):
    """What was typed cannot stand in such a field."""

    code = "value_refused"
