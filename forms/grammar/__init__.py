"""What a value of each type and format looks like, for reading and for checking."""

from forms.grammar.characters import outside_jis_x_0208
from forms.grammar.check_digits import (
    corporate_number_check_digit,
    corporate_number_is_valid,
    my_number_check_digit,
    my_number_is_valid,
)
from forms.grammar.eras import (
    ERAS,
    DateReading,
    Era,
    WrittenDate,
    from_written,
    parse_written,
    to_written,
)
from forms.grammar.formats import FORMATS, cell_alphabets
from forms.grammar.names import (
    folded_holder,
    folded_kana,
    folded_kanji,
    folded_name,
    folded_office,
    name_words,
    office_words,
)
from forms.grammar.values import alphabet, canonical, is_valid, written_date
from forms.grammar.variants import Carried, carried, variant_groups, variants_of

__all__ = [
    "ERAS",
    "FORMATS",
    "Carried",
    "DateReading",
    "Era",
    "WrittenDate",
    "alphabet",
    "canonical",
    "carried",
    "cell_alphabets",
    "corporate_number_check_digit",
    "corporate_number_is_valid",
    "folded_holder",
    "folded_kana",
    "folded_kanji",
    "folded_name",
    "folded_office",
    "from_written",
    "is_valid",
    "my_number_check_digit",
    "my_number_is_valid",
    "name_words",
    "office_words",
    "outside_jis_x_0208",
    "parse_written",
    "to_written",
    "variant_groups",
    "variants_of",
    "written_date",
]
