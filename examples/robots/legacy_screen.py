"""A host system as robots find it: one plain form, no API, and it takes all twice.

    python legacy_screen.py 8100

`/` is the form, `/search?reference=…` looks a registration up, `/count` says how often
each reference was registered.
"""

import html
import json
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

FIELDS = {
    "reference": "照会番号",
    "office_symbol": "事業所整理記号",
    "name_kana": "氏名カナ",
    "name_kanji": "氏名",
    "birth_date": "生年月日",
    "acquired_on": "資格取得年月日",
}
_PAGE = (
    '<!doctype html><html lang="ja"><meta charset="utf-8"><title>資格取得登録</title>'
    "<body><h1>資格取得登録</h1>{}</body></html>"
)


class LegacyHost(ThreadingHTTPServer):
    """Remembers what was registered, however often."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Screen)
        self._lock = threading.Lock()
        self.registered: list[Mapping[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def register(self, values: Mapping[str, str]) -> str:
        with self._lock:
            self.registered.append(values)
            return f"H-{len(self.registered):05d}"

    def number_of(self, reference: str) -> str:
        """The number of a registration, "" where there is none."""
        with self._lock:
            for number, one in enumerate(self.registered, 1):
                if one["reference"] == reference:
                    return f"H-{number:05d}"
        return ""

    def counts(self) -> Counter[str]:
        with self._lock:
            return Counter(one["reference"] for one in self.registered)


class _Screen(BaseHTTPRequestHandler):
    server: LegacyHost
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/count":
            counts = json.dumps(self.server.counts()).encode()
            return self._answer(counts, "application/json")
        if parts.path == "/search":
            reference = parse_qs(parts.query).get("reference", [""])[0]
            number = self.server.number_of(reference)
            return self._show(f'<p id="number">{html.escape(number)}</p>')
        return self._show(_form())

    def do_POST(self) -> None:
        size = int(self.headers.get("content-length", "0"))
        sent = parse_qs(self.rfile.read(size).decode(), keep_blank_values=True)
        values = {name: sent.get(name, [""])[0] for name in FIELDS}
        number = self.server.register(values)
        shown = "".join(
            f'<dt>{label}</dt><dd id="{name}">{html.escape(values[name])}</dd>'
            for name, label in FIELDS.items()
        )
        self._show(f'<p id="number">{number}</p><dl>{shown}</dl>')

    def log_message(self, format: str, *args: Any) -> None:
        del format, args

    def _show(self, content: str) -> None:
        self._answer(_PAGE.format(content).encode(), "text/html; charset=utf-8")

    def _answer(self, body: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _form() -> str:
    lines = "".join(
        f'<p><label>{label} <input name="{name}"></label></p>'
        for name, label in FIELDS.items()
    )
    return f'<form method="post" action="/">{lines}<button>登録</button></form>'


if __name__ == "__main__":
    host = LegacyHost(int(sys.argv[1]) if len(sys.argv) > 1 else 8100)
    print(f"The legacy screen is at {host.address}")  # noqa: T201
    host.serve_forever()
