"""Who acts on a filing, so that the table of transitions can say who may."""

from kamizero.model import Role

# An approver may help with reviewing; what they touched somebody else approves.
REVIEWERS = frozenset({Role.REVIEWER, Role.APPROVER})
KEYERS = REVIEWERS | {Role.KEYER}
APPROVERS = frozenset({Role.APPROVER})
MACHINES = frozenset({Role.MACHINE})
SORTERS = frozenset({Role.SCANNER, Role.REVIEWER, Role.APPROVER})
# Who says how fields are settled, and when a reading may pass unseen.
MODE_SETTERS = frozenset({Role.RECORDS_MANAGER, Role.ADMINISTRATOR})
