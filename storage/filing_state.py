"""What the states of its entries say about a filing; partial return is normal."""

from collections.abc import Iterable

from storage.tables import Entry, EntryState

PARTLY_RETURNED = "partly_returned"

# The filing is as far as the entry that is least far.
_UNDER_WAY = (EntryState.READ, EntryState.IN_REVIEW, EntryState.READY)
_DONE = (EntryState.APPROVED, EntryState.RETURNED, EntryState.WITHDRAWN)


def filing_state(entries: Iterable[Entry]) -> str:
    """The one word for a filing; `partly_returned` is 一部返戻."""
    states = {entry.state for entry in entries} - {EntryState.SUPERSEDED.value}
    for state in _UNDER_WAY:
        if state in states:
            return state.value
    if {EntryState.APPROVED.value, EntryState.RETURNED.value} <= states:
        return PARTLY_RETURNED
    return next((state.value for state in _DONE if state in states), "read")
