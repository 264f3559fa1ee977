"""Whether two answers say the same (コンペア), however each of them came about."""

from dataclasses import dataclass

from kamizero.model import FieldState
from storage.tables import FieldVersion
from storage.values import body_of
from storage.vault import Vault

_WITH_VALUE = (FieldState.READ, FieldState.DITTO)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer to what is written in a field."""

    state: str
    value: str
    text: str

    @staticmethod
    def by(version: FieldVersion, vault: Vault) -> "Said":
        body = body_of(version, vault)
        return Said(version.state, body.value, body.text)

    def agrees_with(self, other: "Said") -> bool:
        return self._meaning == other._meaning

    @property
    def _meaning(self) -> tuple[str, str]:
        """The writing counts only where there is no value to it, as of 30 February."""
        if self.state not in _WITH_VALUE:
            return self.state, ""
        said = self.value or self.text
        # A box that is not ticked and one that is blank say the same: nothing.
        return (FieldState.READ if said else FieldState.BLANK), said
