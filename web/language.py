"""Every sentence people see, in Japanese and English; `texts/*.yaml` holds them."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import yaml

from kamizero.errors import SetupError

LANGUAGES = ("ja", "en")


class Texts:
    """Sentences by key (`queue.title`) and language."""

    def __init__(self, sentences: Mapping[str, Mapping[str, str]]) -> None:
        self._sentences = sentences

    @staticmethod
    @cache
    def shipped() -> "Texts":
        """The sentences that come with the product."""
        found: dict[str, Mapping[str, str]] = {}
        folder = files("web") / "texts"
        for file in folder.iterdir():
            if file.name.endswith(".yaml"):
                found.update(_flat(yaml.safe_load(file.read_text(encoding="utf-8"))))
        return Texts(found)

    def say(self, key: str, language: str, /, **values: object) -> str:
        """The sentence with its values put in.

        Raises:
            SetupError: nobody wrote such a sentence.
        """
        if key not in self._sentences:
            raise SetupError(f"There is no text {key}; add it to web/texts.")
        return self._sentences[key][language].format(**values)

    def knows(self, key: str) -> bool:
        return key in self._sentences

    def group(self, name: str, language: str) -> dict[str, str]:
        """All sentences below a name, unfilled, for the scripts of a page."""
        prefix = f"{name}."
        return {
            key.removeprefix(prefix): sentence[language]
            for key, sentence in self._sentences.items()
            if key.startswith(prefix)
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences)

    def sentence(self, key: str) -> Mapping[str, str]:
        """The sentence in every language."""
        return self._sentences[key]


def _flat(
    groups: Mapping[str, Mapping[str, Mapping[str, str]]],
) -> dict[str, Mapping[str, str]]:
    return {
        f"{group}.{name}": sentence
        for group, sentences in groups.items()
        for name, sentence in sentences.items()
    }
