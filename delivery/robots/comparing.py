"""Whether the host's screen showed what was approved, whatever its width and signs."""

from collections.abc import Mapping, Sequence

from delivery.robots.refusals import NotShownError
from forms.definition import FormDefinition
from forms.flat_names import flat_name
from forms.grammar.values import canonical


def differing(
    definition: FormDefinition,
    record: Mapping[str, str],
    shown: Mapping[str, str],
    *,
    must_show: Sequence[str],
) -> tuple[str, ...]:
    """The names of fields that the screen showed otherwise.

    Args:
        record, shown: values by the flat names of the record.

    Raises:
        NotShownError: a field is missing that must be shown, or the record has none
            of that name.
    """
    kinds = {flat_name(field.name): field for field in definition.fields}
    missing = [
        name
        for name in must_show
        # A name that no field has is asked for in vain: say so, whoever wrote it.
        if name not in shown and (name in record or name not in kinds)
    ]
    unknown = [name for name in shown if name not in record]
    if missing or unknown:
        raise NotShownError(
            f"Not shown: {', '.join(missing) or 'nothing'}; not in the record: "
            f"{', '.join(unknown) or 'nothing'}. Send what the host's screen shows "
            "under the names of the record."
        )

    def plain(name: str, text: str) -> str:
        kind = kinds.get(name)
        if kind is None:
            return text.strip()
        return canonical(kind.type, kind.format, text)

    return tuple(
        name for name, text in shown.items() if plain(name, text) != record[name]
    )
