"""Finds the other filings that tell of the same person and day, by keyed tokens."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from forms.occasions import Named, Occasion
from kamizero.model import Filed, FilingKind
from storage.cards import keyed
from storage.tables import Entry, EntryState, Filing, OccasionCard
from storage.vault import Index, Vault

# What was sent back, taken back or replaced tells nothing any more.
_STANDING = (
    EntryState.READ,
    EntryState.IN_REVIEW,
    EntryState.READY,
    EntryState.APPROVED,
)
# Tables, not classes: a double filing counts at whatever site it came in.
_CARD, _ENTRY, _FILING = OccasionCard.__table__, Entry.__table__, Filing.__table__

# Asked at every check: to build a statement takes longer than to run it.
_KEPT = select(OccasionCard).where(OccasionCard.filing_id == bindparam("filing_id"))
_TELLING = (
    select(
        _CARD.c.token,
        _FILING.c.id,
        _FILING.c.receipt_number,
        _FILING.c.received_on,
        _FILING.c.kind,
    )
    .distinct()
    .join(_FILING, _FILING.c.id == _CARD.c.filing_id)
    .join(
        _ENTRY,
        (_ENTRY.c.filing_id == _CARD.c.filing_id) & (_ENTRY.c.n == _CARD.c.entry_n),
    )
    .where(
        _CARD.c.token.in_(bindparam("tokens", expanding=True)),
        _CARD.c.filing_id != bindparam("but"),
        _FILING.c.dissolved_at.is_(None),
        _ENTRY.c.state.in_(_STANDING),
    )
    .order_by(_FILING.c.id.desc())
)


def keep(
    session: Session,
    vault: Vault,
    filing: Filing,
    named: Mapping[int, Sequence[Named]],
    versions: Mapping[str, int],
) -> None:
    """Write down what the entries of a filing tell of, in place of what they did.

    Args:
        versions: by the field's name the version that counts in it.
    """
    due = list(_cards(vault.index(), filing, named, versions))
    kept = session.scalars(_KEPT, {"filing_id": filing.id}).all()
    if {_saying(card) for card in kept} == {_saying(card) for card in due}:
        return
    session.execute(delete(OccasionCard).where(OccasionCard.filing_id == filing.id))
    session.add_all(due)
    session.flush()


def others(
    session: Session, vault: Vault, filing_id: int, wanted: Iterable[Occasion]
) -> Mapping[Occasion, Sequence[Filed]]:
    """The standing filings but this one that tell of each, the newest first."""
    by_token = {_token(index, one): one for one in wanted for index in vault.indexes()}
    # A filing is told of once, though two keys may find it.
    found: dict[Occasion, dict[int, Filed]] = {}
    asked = {"tokens": list(by_token), "but": filing_id}
    for row in session.execute(_TELLING, asked):
        found.setdefault(by_token[row.token], {})[row.id] = Filed(
            id=row.id,
            receipt_number=row.receipt_number,
            received_on=row.received_on,
            kind=FilingKind(row.kind),
        )
    return {occasion: tuple(filed.values()) for occasion, filed in found.items()}


def _cards(
    index: Index,
    filing: Filing,
    named: Mapping[int, Sequence[Named]],
    versions: Mapping[str, int],
) -> Iterable[OccasionCard]:
    numbers: dict[int, int] = {}
    for entry_n, ways in named.items():
        for way in ways:
            version = versions[way.by]
            numbers[version] = n = numbers.get(version, -1) + 1
            yield OccasionCard(
                version_id=version,
                n=n,
                filing_id=filing.id,
                entry_n=entry_n,
                token=_token(index, way.occasion),
                index_key=index.key_id,
            )


def _token(index: Index, occasion: Occasion) -> bytes:
    said = "/".join((occasion.form, occasion.who, occasion.when))
    return keyed(index, f"occasion/{said}")


def _saying(card: OccasionCard) -> tuple[int, int, bytes]:
    return card.version_id, card.entry_n, card.token
