"""A person with the review page open, as its scripts talk to the server."""

import json
import re
from typing import Any

from tests.office import Browser


def task_in(html: str) -> dict[str, Any]:
    """What the page gives its scripts."""
    match = re.search(
        r"<script type=\"application/json\" data-task>(.*?)</script>", html
    )
    assert match is not None
    return dict(json.loads(match.group(1)))


class Sitting:
    """A person with an entry open before them."""

    def __init__(self, browser: Browser, entry: int) -> None:
        self.browser = browser
        self.address = f"/review/{entry}"
        self.task = task_in(browser.get(self.address).text)

    def field(self, name: str) -> dict[str, Any]:
        return next(dict(one) for one in self.task["fields"] if one["name"] == name)

    def answer(self, name: str, act: str, **more: Any) -> Any:
        seen = {"expected_version": self.field(name)["version"], **more}
        return self.send(f"fields/{name}", act=act, **seen)

    def send(self, path: str, **body: Any) -> Any:
        fenced = {"fence": self.task["fence"], **body}
        return self.browser.send(f"{self.address}/{path}", **fenced)
