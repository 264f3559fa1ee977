"""What a writer put on one form, and which of it the writer got wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from forms.definition import FormDefinition
from forms.grammar import canonical
from forms.library import Library
from samples.making.people import OFFICES, PEOPLE

Entry = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filing:
    """One form as it is written.

    Attributes:
        written: field name -> value as `forms.fill` takes it; blank fields are absent.
        wrong: names of the fields the writer got wrong or left out by mistake.
    """

    form: str
    written: Mapping[str, str]
    wrong: tuple[str, ...] = ()

    @property
    def definition(self) -> FormDefinition:
        return Library.shipped().get(f"{self.form}@2020-12")

    def as_truth(self) -> dict[str, object]:
        """The filing as `values.json` holds it: every field, "" where blank."""
        fields = {
            field.name: canonical(
                field.type, field.format, self.written.get(field.name, "")
            )
            for field in self.definition.fields
        }
        return {"form": self.form, "fields": fields, "wrong": list(self.wrong)}


def filing(
    form: str,
    office: str,
    submitted_on: str,
    *entries: Entry,
    wrong: tuple[str, ...] = (),
    **head: str,
) -> Filing:
    """A form filed by an office, with one entry a person.

    `wrong` names fields without the `insured.` they begin with ("2.my_number").
    """
    register = OFFICES[office]
    written = {
        "submitted_on": submitted_on,
        "office.symbol": register.symbol,
        "office.number": register.number,
        "office.postal_code": register.postal_code,
        "office.address": register.address,
        "office.name": register.name,
        "office.owner_name": register.owner_name,
        "office.phone": register.phone,
        **head,
    }
    for n, entry in enumerate(entries, start=1):
        written |= {f"insured.{n}.{item}": value for item, value in entry.items()}
    return Filing(
        form=form,
        written={name: value for name, value in written.items() if value},
        wrong=tuple(f"insured.{name}" if name[0].isdigit() else name for name in wrong),
    )


def joins(name: str, serial: str, acquired_on: str, cash: int, **but: str) -> Entry:
    """An entry of 2200: somebody is employed. `but` is what is written instead."""
    person = PEOPLE[name]
    in_kind = int(but.get("remuneration_in_kind", "0"))
    return {
        "serial_number": serial,
        "name_kana": person.kana,
        "name_kanji": person.kanji,
        "birth_date": person.born_on,
        "category": person.category,
        "acquisition_kind": "1",
        "my_number": person.my_number,
        "acquired_on": acquired_on,
        "dependants": "0",
        "remuneration_cash": str(cash),
        "remuneration_in_kind": str(in_kind),
        "remuneration_total": str(cash + in_kind),
        **but,
    }


def leaves(name: str, serial: str, left_on: str, lost_on: str, **but: str) -> Entry:
    """An entry of 2201: somebody leaves. `but` is what is written instead."""
    person = PEOPLE[name]
    return {
        "serial_number": serial,
        "name_kana": person.kana,
        "name_kanji": person.kanji,
        "birth_date": person.born_on,
        "my_number": person.my_number,
        "left_on": left_on,
        "lost_on": lost_on,
        "cause": "4",
        **but,
    }


def is_paid(name: str, serial: str, cash: int, **but: str) -> Entry:
    """An entry of 2265: somebody is paid a bonus. `but` is what is written instead."""
    person = PEOPLE[name]
    in_kind = int(but.get("bonus_in_kind", "0"))
    return {
        "serial_number": serial,
        "name_kanji": person.kanji,
        "birth_date": person.born_on,
        "bonus_cash": str(cash),
        "bonus_in_kind": str(in_kind),
        "bonus_total": str((cash + in_kind) // 1000 * 1000),
        **but,
    }
