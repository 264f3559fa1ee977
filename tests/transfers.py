"""Files sent straight to a reception, whole or cut off in the middle."""

from ingest.doors.reception import Reception
from ingest.doors.senders import Sender
from tests.scanner import saved, sheet

SCAN = saved(sheet(1), "PNG")
OTHER = saved(sheet(2), "PNG")


def send(
    door: Reception,
    sender: Sender,
    name: str = "scan.png",
    data: bytes = SCAN,
    *,
    session: str | None = "one",
) -> None:
    transfer = door.begin(sender, name, session=session)
    transfer.append(data)
    transfer.complete()


def cut(
    door: Reception, sender: Sender, name: str = "scan.png", data: bytes = SCAN[:100]
) -> None:
    transfer = door.begin(sender, name, session="cut")
    transfer.append(data)
    transfer.abort()
