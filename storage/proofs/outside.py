"""What a verification takes from outside the installation it looks at."""

from dataclasses import dataclass
from datetime import datetime

from storage.time_stamps.anchors import Anchors
from storage.time_stamps.token import Trust


@dataclass(frozen=True, slots=True)
class Outside:
    """Whoever rewrites everything inside does not reach these.

    Attributes:
        trust: the authority's root certificate; without it no stamp is checked.
        demo: the demo's, which proves nothing and is on the same machine.
        anchors: heads that were put outside.
        now: None where it does not matter whether a certificate has ended.
    """

    trust: Trust | None = None
    demo: Trust | None = None
    anchors: Anchors | None = None
    now: datetime | None = None


NOTHING = Outside()
