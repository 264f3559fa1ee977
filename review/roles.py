"""Who acts on a filing, so that the table of transitions can say who may."""

from enum import StrEnum


class Role(StrEnum):
    """The hat somebody wears while acting; a person has exactly one."""

    CLERK = "clerk"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMIN = "admin"
    ROBOT = "robot"
    MACHINE = "machine"


# An approver may help with reviewing; what they touched somebody else approves.
REVIEWERS = frozenset({Role.REVIEWER, Role.APPROVER})
APPROVERS = frozenset({Role.APPROVER})
MACHINES = frozenset({Role.MACHINE})
