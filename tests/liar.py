"""An S3 server that lies in one way: the real one, with its answers bent on the way.

It signs what it passes on itself, because a changed request no longer fits its caller's
signature; what the caller signed wrongly goes on unsigned and is refused as before.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

import urllib3
from minio.credentials.credentials import Credentials
from minio.signer import sign_v4_s3
from minio.time import utcnow

from tests.ceph import S3_KEY, S3_SECRET

_LOCK = "x-amz-object-lock-"
_CREDENTIALS = Credentials(S3_KEY, S3_SECRET)


class Asked(NamedTuple):
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: dict[str, str]
    body: bytes
    is_signed: bool

    @property
    def is_object(self) -> bool:
        return self.path.count("/") > 1


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


Pass = Callable[[Asked], Answer]
Lie = Callable[[Asked, Pass], Answer]
DONE = Answer(200, {}, b"")
GONE = Answer(204, {}, b"")


def _failed(status: int, code: str) -> Answer:
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    return Answer(status, {"Content-Type": "application/xml"}, body.encode())


def honest(asked: Asked, on: Pass) -> Answer:
    return on(asked)


def forgets_locks(asked: Asked, on: Pass) -> Answer:
    """Takes bytes without the lock that came with them; sets it when asked again."""
    if asked.method in ("PUT", "POST"):
        for name in [name for name in asked.headers if name.startswith(_LOCK)]:
            del asked.headers[name]
    return on(asked)


def never_locks(asked: Asked, on: Pass) -> Answer:
    if asked.method == "PUT" and "retention" in asked.query:
        return DONE
    return forgets_locks(asked, on)


def says_it_deleted(asked: Asked, on: Pass) -> Answer:
    if asked.method == "DELETE" and asked.is_object:
        return GONE
    return on(asked)


def takes_any_lock(asked: Asked, on: Pass) -> Answer:
    """Says yes to every change of a lock and changes nothing."""
    answer = on(asked)
    is_change = asked.method == "PUT" and "retention" in asked.query
    return DONE if is_change and answer.status >= 400 else answer


def turns_versions_off(asked: Asked, on: Pass) -> Answer:
    if asked.method == "PUT" and "versioning" in asked.query:
        return DONE
    return on(asked)


def asks_nobody(asked: Asked, on: Pass) -> Answer:
    """Serves whoever comes, with a wrong secret or with none."""
    return on(asked._replace(is_signed=True))


def changes_a_byte(asked: Asked, on: Pass) -> Answer:
    answer = on(asked)
    is_read = asked.method == "GET" and asked.is_object and answer.status == 200
    if is_read and answer.body:
        return answer._replace(body=bytes([answer.body[0] ^ 1]) + answer.body[1:])
    return answer


def is_full(asked: Asked, on: Pass) -> Answer:
    if asked.method == "PUT" and asked.is_object:
        return _failed(507, "XMinioStorageFull")
    return on(asked)


def is_read_only(asked: Asked, on: Pass) -> Answer:
    if asked.method == "PUT" and asked.is_object:
        return _failed(403, "AccessDenied")
    return on(asked)


@dataclass
class Liar:
    """The server; `lie` may be changed while it runs."""

    address: str
    lie: Lie = honest


@contextmanager
def liar(upstream: str) -> Iterator[Liar]:
    """Serve between the tests and the S3 server at `upstream`."""
    pool = urllib3.PoolManager(retries=False)
    state = Liar("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers=headers,
                body=self.rfile.read(length),
                is_signed=_is_signed(self.command, parts, headers),
            )
            answer = state.lie(asked, lambda one: self._pass_on(one, parts))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "date"):
                    self.send_header(name, value)
            is_head = self.command == "HEAD"
            size = answer.headers.get("Content-Length") if is_head else None
            self.send_header("Content-Length", size or str(len(answer.body)))
            self.end_headers()
            if not is_head:
                self.wfile.write(answer.body)

        def _pass_on(self, asked: Asked, parts: SplitResult) -> Answer:
            headers = {
                name: value
                for name, value in asked.headers.items()
                if name.startswith(("x-amz-", "content-"))
                and name not in ("content-length", "x-amz-date")
            }
            query = "&".join(
                one for one in parts.query.split("&") if not one.startswith("X-Amz-")
            )
            url = urlsplit(upstream)._replace(path=parts.path, query=query)
            if asked.is_signed:
                _sign(asked.method, url, headers)
            answer = pool.request(
                asked.method, url.geturl(), body=asked.body, headers=headers
            )
            return Answer(answer.status, dict(answer.headers), answer.data)

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests' output is for their failures."""

    for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._serve)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        pool.clear()


def _sign(method: str, url: SplitResult, headers: dict[str, Any]) -> None:
    now = utcnow()
    headers["host"] = url.netloc
    headers["x-amz-date"] = now.strftime("%Y%m%dT%H%M%SZ")
    headers.setdefault("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    sign_v4_s3(
        method=method,
        url=url,
        region="us-east-1",
        headers=headers,
        credentials=_CREDENTIALS,
        content_sha256=headers["x-amz-content-sha256"],
        date=now,
    )


def _is_signed(method: str, url: SplitResult, headers: Mapping[str, str]) -> bool:
    """Whether the caller knows the account and its secret."""
    if "X-Amz-Signature" in url.query:
        # An address signed in advance: only the probe makes one, with our account.
        return S3_KEY in url.query
    given = headers.get("authorization", "")
    if f"Credential={S3_KEY}/" not in given:
        return False
    signed = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    again: dict[str, Any] = {name: headers[name] for name in signed}
    sign_v4_s3(
        method=method,
        url=url,
        region=given.partition("Credential=")[2].split("/")[2],
        headers=again,
        credentials=_CREDENTIALS,
        content_sha256=headers["x-amz-content-sha256"],
        date=datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(
            tzinfo=UTC
        ),
    )
    return bool(again["Authorization"] == given)
