#!/usr/bin/env python3
"""Check an evidence bundle of kamizero with nothing but Python.

    python3 check.py [--root ROOT.pem] [--anchor FOLDER]

Run it in the folder of the bundle, or name the folder as last argument. It checks
hashes, the chain of events, commitments of values and signatures (Ed25519) itself; the
authority's signature on time stamps is checked by `openssl ts`, where that is there.

--root    the authority's root certificate, obtained by yourself. The one inside the
          bundle is only as good as whoever gave you the bundle.
--anchor  a folder with heads that were put outside the office's machines.

It ends with 0 where everything is proven, 1 where something differs, and 3 where
nothing differs but something is not proven from outside.
"""

import hashlib
import hmac
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

# Ed25519 by RFC 8032, in plain arithmetic: slow, short and easy to compare with it.
_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def _add(a: _Point, b: _Point) -> _Point:
    e = (a[1] - a[0]) * (b[1] - b[0]) % _P
    f = (a[1] + a[0]) * (b[1] + b[0]) % _P
    g = 2 * a[3] * b[3] * _D % _P
    h = 2 * a[2] * b[2] % _P
    x, y, z, t = f - e, h - g, h + g, f + e
    return (x * y % _P, z * t % _P, y * z % _P, x * t % _P)


def _times(factor: int, point: _Point) -> _Point:
    result: _Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = _add(result, point)
        point = _add(point, point)
        factor >>= 1
    return result


def _same(a: _Point, b: _Point) -> bool:
    return not ((a[0] * b[2] - b[0] * a[2]) % _P or (a[1] * b[2] - b[1] * a[2]) % _P)


def _x_of(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if not square:
        return None if sign else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_1 % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != sign else x


def _point(data: bytes) -> _Point | None:
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


_BASE_Y = 4 * pow(5, -1, _P) % _P
_BASE: _Point = (
    _x_of(_BASE_Y, 0) or 0,
    _BASE_Y,
    1,
    (_x_of(_BASE_Y, 0) or 0) * _BASE_Y % _P,
)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the signature is of this key over this message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, start = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or start is None or s >= _Q:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    h = int.from_bytes(hashed, "little") % _Q
    return _same(_times(s, _BASE), _add(start, _times(h, key)))


def _fields(data: bytes) -> list[tuple[int, bytes]]:
    """The values that stand one after the other in DER."""
    found, at = [], 0
    while at + 2 <= len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        found.append((tag, data[at : at + length]))
        at += length
    return found


def stamp_says(reply: bytes) -> tuple[str, str]:
    """The SHA-256 a time stamp is over, and its time; empty where it is none."""
    try:
        content = _fields(_fields(_fields(reply)[0][1])[1][1])[1][1]
        signed = _fields(_fields(content)[0][1])
        said = _fields(_fields(_fields(signed[2][1])[1][1])[0][1])
        info = _fields(said[0][1])
        digest = _fields(info[2][1])[1][1].hex()
        return digest, next(value for tag, value in info if tag == 0x18).decode()
    except (IndexError, StopIteration, UnicodeDecodeError):
        return "", ""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _canonical(said: dict[str, Any]) -> bytes:
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


class Check:
    """One bundle, what was looked at in it, and what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checked: dict[str, int] = {}
        self.differences: list[tuple[str, str, str]] = []
        self.unproven: list[tuple[str, str, str]] = []
        self.events: dict[int, dict[str, Any]] = {}
        self.hashes: dict[int, str] = {}

    def run(self, root: Path | None, anchor: Path | None) -> None:
        index = self._json("bundle.json")
        if not index:
            return
        self._files(index["files"])
        self._chain()
        manifests = self._approvals()
        self._originals(index["originals"], manifests)
        self._values(manifests)
        self._heads()
        self._stamps(root)
        if anchor is not None:
            self._anchor(anchor)

    def _files(self, files: dict[str, str]) -> None:
        there = {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        } - {"bundle.json"}
        for name in sorted(there | files.keys()):
            self._look("file")
            found = _sha256(self._bytes(name)) if name in there else "missing"
            if name not in files:
                self._differs("file", name, "it is not in the index")
            elif found != files[name]:
                self._differs("file", name, f"expected {files[name]}, found {found}")

    def _chain(self) -> None:
        """Each run of events is linked event by event."""
        for run in self._json("chain.json") or []:
            before = None
            for link in run:
                self._look("event")
                seq, prev, words = link["seq"], link["prev"], link["event"]
                data = b"audit-v1\0" + seq.to_bytes(8, "big") + bytes.fromhex(prev)
                found = _sha256(data + words.encode())
                if found != link["hash"]:
                    self._differs("event", seq, f"{link['hash']}, found {found}")
                if before is not None and (seq - 1, prev) != before:
                    self._differs("event", seq, "it does not follow the one before")
                before = (seq, link["hash"])
                self.events[seq] = json.loads(words)
                self.hashes[seq] = link["hash"]

    def _approvals(self) -> dict[str, Any]:
        """Signatures, and the events that tell of them; return what was signed."""
        keys = self._json("keys.json") or {}
        self._keys(keys)
        manifests = {}
        for approval in self._json("approvals.json") or []:
            name, digest = str(approval["id"]), approval["manifest"]
            data = self._bytes(f"manifests/{digest}.json")
            self._look("manifest")
            if _sha256(data) != digest:
                self._differs("manifest", name, f"expected {digest}")
            else:
                manifests[digest] = json.loads(data)
            words = {"manifest": digest, "by": approval["by"], "at": approval["at"]}
            self._signature("signature", name, approval, words, keys)
            for stamp in approval["stamps"]:
                words = {"manifest": digest, "stage": stamp["stage"]}
                words |= {"by": stamp["by"], "for": stamp["for"], "at": stamp["at"]}
                self._signature("stamp", str(stamp["id"]), stamp, words, keys)
            told = self._told("entry.approve", "approval", approval["id"])
            if not told:
                self._differs("approval", name, "no event tells of it")
            for event in told:
                if (event["actor"], event["body"].get("manifest")) != (
                    approval["by"],
                    digest,
                ):
                    self._differs("approval", name, "its event says something else")
        if not manifests:
            self._differs("manifest", "all", "nothing was signed")
        return manifests

    def _keys(self, keys: dict[str, str]) -> None:
        told = {
            event["subject_id"]: event["body"].get("public")
            for event in self.events.values()
            if event["act"] == "key.signing"
        }
        for name, public in keys.items():
            self._look("key")
            if told.get(name) != public:
                self._differs("key", name, f"the chain tells of {told.get(name)}")

    def _signature(
        self,
        kind: str,
        name: str,
        signed: dict[str, Any],
        words: dict[str, Any],
        keys: dict[str, str],
    ) -> None:
        self._look(kind)
        try:
            public = bytes.fromhex(keys[signed["key_id"]])
            is_right = is_signed(
                public, _canonical(words), bytes.fromhex(signed["signature"])
            )
        except (KeyError, ValueError):
            is_right = False
        if not is_right:
            self._differs(kind, name, f"no signature of {signed.get('key_id')}")

    def _originals(self, files: dict[str, str], manifests: dict[str, Any]) -> None:
        named = {one for parts in manifests.values() for one in _originals_in(parts)}
        for digest in sorted(named | files.keys()):
            self._look("original")
            data = self._bytes(files[digest]) if digest in files else b""
            if _sha256(data) != digest:
                self._differs("original", digest, f"found {_sha256(data)}")
            if digest not in named:
                self._differs("original", digest, "no manifest names it")
            if not self._told_of("original.kept", digest):
                self._differs("original", digest, "no event tells when it came")

    def _values(self, manifests: dict[str, Any]) -> None:
        """Values are those that were signed, by their commitments."""
        kept = {one["id"]: one for one in self._json("values.json") or []}
        for parts in manifests.values():
            for version in _versions_in(parts):
                self._look("value")
                name, one = str(version["id"]), kept.get(version["id"])
                if one is None:
                    self._differs("value", name, "missing")
                elif one["commitment"] != version["commitment"]:
                    self._differs("value", name, "it is not the one that was signed")
                elif one["salt"] is not None and not _is_committed(one):
                    self._differs("value", name, "another value")

    def _heads(self) -> None:
        """Each run of the chain ends under a head that the store kept."""
        names = sorted(self.folder.glob("heads/*.json"))
        for path in names:
            self._look("head")
            head = self._json(f"heads/{path.name}") or {}
            found = self.hashes.get(head.get("seq", 0), "missing")
            if found != head.get("hash"):
                self._differs("head", path.name, f"the chain has {found}")
        ends = {run[-1]["seq"] for run in self._json("chain.json") or [] if run}
        kept = {(self._json(f"heads/{path.name}") or {}).get("seq") for path in names}
        for seq in sorted(ends - kept):
            self._differs("head", str(seq), "missing")

    def _stamps(self, root: Path | None) -> None:
        over = set()
        for stamp in self._json("stamps.json") or []:
            self._look("time_stamp")
            name, data = stamp["file"], self._bytes(stamp["over"])
            digest, at = stamp_says(self._bytes(name))
            if digest != _sha256(data):
                self._differs("time_stamp", name, f"it is over {digest or 'nothing'}")
                continue
            if not stamp["is_proof"]:
                self._lacks("time_stamp", name, "made on the office's own machine")
                continue
            if self._openssl(name, stamp["over"], root):
                over.add(stamp["over"])
                sys.stdout.write(f"time stamp {name}: {stamp['over']} was there {at}\n")
        for path in sorted(self.folder.glob("heads/*.json")):
            if f"heads/{path.name}" not in over:
                self._lacks("head", path.name, "nobody outside vouches for it")

    def _openssl(self, name: str, over: str, root: Path | None) -> bool:
        inside = self.folder / "certificates" / "root.pem"
        if root is None:
            self._lacks("time_stamp", name, "held against the root in the bundle")
        trusted = root or inside
        program = shutil.which("openssl")
        if program is None or not trusted.exists():
            self._lacks("time_stamp", name, "its signature was not checked")
            return False
        command = [program, "ts", "-verify", "-data", str(self.folder / over)]
        command += ["-in", str(self.folder / name), "-CAfile", str(trusted)]
        if inside.exists():
            command += ["-untrusted", str(inside)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            self._differs("time_stamp", name, "openssl does not accept it")
        return not done.returncode

    def _anchor(self, anchor: Path) -> None:
        for path in sorted(anchor.glob("head-*.json")):
            head = json.loads(path.read_bytes())
            found = self.hashes.get(head["seq"])
            if found is not None:
                self._look("anchor")
                if found != head["hash"]:
                    self._differs("anchor", path.name, f"the chain has {found}")

    def _told(self, act: str, name: str, value: Any) -> list[dict[str, Any]]:
        return [
            event
            for event in self.events.values()
            if event["act"] == act and event["body"].get(name) == value
        ]

    def _told_of(self, act: str, subject: str) -> bool:
        return any(
            (event["act"], event["subject_id"]) == (act, subject)
            for event in self.events.values()
        )

    def _bytes(self, name: str) -> bytes:
        path = self.folder / name
        is_inside = path.resolve().is_relative_to(self.folder.resolve())
        return path.read_bytes() if is_inside and path.is_file() else b""

    def _json(self, name: str) -> Any:
        try:
            return json.loads(self._bytes(name))
        except ValueError:
            self._differs("file", name, "unreadable")
            return None

    def _look(self, kind: str) -> None:
        self.checked[kind] = self.checked.get(kind, 0) + 1

    def _differs(self, kind: str, name: object, why: str) -> None:
        self.differences.append((kind, str(name), why))

    def _lacks(self, kind: str, name: str, why: str) -> None:
        self.unproven.append((kind, name, why))


def _parts(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """One signature may cover several entries of a filing, or one alone."""
    parts: list[dict[str, Any]] = manifest.get("entries", [manifest])
    return parts


def _originals_in(manifest: dict[str, Any]) -> list[str]:
    return [digest for part in _parts(manifest) for digest in part["originals"]]


def _versions_in(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        field[purpose]
        for part in _parts(manifest)
        for field in part["fields"]
        for purpose in ("as_written", "as_decided")
        if field[purpose] is not None
    ]


def _is_committed(one: dict[str, Any]) -> bool:
    salt = bytes.fromhex(one["salt"])
    found = hmac.new(salt, one["value"].encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(found, one["commitment"])


def main(words: list[str]) -> int:
    folder, options = Path(__file__).resolve().parent, {"--root": "", "--anchor": ""}
    while words:
        word = words.pop(0)
        if word in options and words:
            options[word] = words.pop(0)
        elif word.startswith("-"):
            sys.stdout.write(f"{__doc__}\n")
            return 2
        else:
            folder = Path(word)
    root, anchor = options["--root"], options["--anchor"]
    check = Check(folder)
    try:
        check.run(Path(root) if root else None, Path(anchor) if anchor else None)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        check.differences.append(("file", "bundle", f"not as it is written: {error!r}"))
    for kind, count in check.checked.items():
        sys.stdout.write(f"{kind:12} {count:>6} checked\n")
    for kind, name, why in check.unproven:
        sys.stdout.write(f"NOT PROVEN {kind} {name}: {why}\n")
    for kind, name, why in check.differences:
        sys.stdout.write(f"DIFFERENT {kind} {name}: {why}\n")
    if check.differences:
        return 1
    sys.stdout.write("Nothing differs. / 相違はありません。\n")
    return 3 if check.unproven else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
