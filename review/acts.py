"""The acts on an entry, by the names that audit events and buttons carry."""

from enum import StrEnum


class Act(StrEnum):
    """What the machine or a person does with an entry."""

    PASS = "pass"  # noqa: S105 - straight through, not a password
    QUEUE = "queue"
    KEY = "key"
    SETTLE = "settle"
    DECIDE = "decide"
    UNDO = "undo"
    WAIVE = "waive"
    JUDGE = "judge"
    FINISH = "finish"
    FOLLOW = "follow"
    SUGGEST = "suggest"
    PULL_BACK = "pull_back"
    ENDORSE = "endorse"
    AGREE = "agree"
    STEP_BACK = "step_back"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    REJECT = "reject"
    RETURN = "return"
    WITHDRAW = "withdraw"
    DISSOLVE = "dissolve"
    CORRECT = "correct"


# Whoever did one of these has worked on the filing and cannot approve it.
WORKING_ACTS = frozenset(
    {Act.KEY, Act.SETTLE, Act.DECIDE, Act.UNDO, Act.WAIVE, Act.JUDGE, Act.FINISH}
)
