"""Who acts on a filing, so that the table of transitions can say who may."""

from kamizero.model import Role

# Whoever logs in; a robot comes with a key, and the machine is kamizero itself.
PEOPLE = frozenset(Role) - {Role.ROBOT, Role.MACHINE}
# Who sees what came in, and who brings it: an auditor looks and brings nothing, a keyer
# sees nothing but what is keyed.
RECEIVERS = PEOPLE - {Role.KEYER}
TAKERS = RECEIVERS - {Role.AUDITOR}
# An approver may help with reviewing; what they touched somebody else approves.
REVIEWERS = frozenset({Role.REVIEWER, Role.APPROVER})
KEYERS = REVIEWERS | {Role.KEYER}
APPROVERS = frozenset({Role.APPROVER})
MACHINES = frozenset({Role.MACHINE})
ROBOTS = frozenset({Role.ROBOT})
# Who gives out rights.
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
# Who may see whole filings, and who their pages: those who scan sort them. Whoever
# gives out rights sees no filing.
KEEPERS = frozenset({Role.RECORDS_MANAGER, Role.AUDITOR})
LOOKERS = REVIEWERS | KEEPERS
# Who sees what is wrong with the house, and does something about it.
WATCHERS = KEEPERS | ADMINISTRATORS
VIEWERS = LOOKERS | {Role.SCANNER}
SORTERS = frozenset({Role.SCANNER, Role.REVIEWER, Role.APPROVER})
# Who says how fields are settled, and when a reading may pass unseen.
MODE_SETTERS = frozenset({Role.RECORDS_MANAGER, Role.ADMINISTRATOR})
MODE_LOOKERS = LOOKERS | MODE_SETTERS
# Who keeps record files: sets holds, proposes what is over, destroys what was approved.
# The schedule says which of the others approves it.
HOLDERS = frozenset({Role.RECORDS_MANAGER})
PROPOSERS = HOLDERS
DESTRUCTION_APPROVERS = frozenset({Role.RECORDS_MANAGER, Role.APPROVER})
RETENTION_READERS = KEEPERS | DESTRUCTION_APPROVERS
# Who keeps boxes of paper, and who sees them.
BOX_KEEPERS = SORTERS | HOLDERS
BOX_READERS = BOX_KEEPERS | RETENTION_READERS
