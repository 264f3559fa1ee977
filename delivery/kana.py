"""How the name of a person sounds whom the paper names in kanji alone."""

from collections.abc import Mapping

from forms.grammar import folded_kanji
from kamizero.records import InsuredRecord, Records

KANA = "name_kana"


def kana_on_record(records: Records, values: Mapping[str, str]) -> str:
    """The kana of whom the numbers name, "" unless name and birth date agree too.

    Args:
        values: what is decided, by item.
    """
    found = records.insured(
        my_number=values.get("my_number", ""),
        pension_number=values.get("pension_number", ""),
        serial=values.get("serial_number", ""),
        office_symbol=values.get("office.symbol", ""),
    )
    kana = {one.name_kana for one in found if _is_of(one, values)}
    return kana.pop() if len(kana) == 1 else ""


def _is_of(record: InsuredRecord, values: Mapping[str, str]) -> bool:
    written = folded_kanji(values.get("name_kanji", ""))
    same_name = written != "" and written == folded_kanji(record.name_kanji)
    return same_name and record.birth_date.isoformat() == values.get("birth_date")
