"""An application (申請): the form 2200 with points that the office judges."""

from importlib.resources import files

from forms.definition import FormDefinition
from forms.library import load

POINTS = """
judgement:
  - {id: identity, label: 本人であることを確認した, label_en: It is the person}
  - {id: term, label: 期限内に提出された, label_en: Filed in time}
"""


def application_text() -> str:
    path = files("forms") / "definitions" / "2200@2020-12.yaml"
    text = path.read_text(encoding="utf-8")
    return text.replace("nature: 届出", "nature: 申請") + POINTS


def an_application() -> FormDefinition:
    return load(application_text())
