"""One robot of the crowd: a process with the client alone, which may kill itself."""

import os
import random
import signal
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable

from examples.robots.queue_client import Item, QueueClient, RefusedError, Registered

QUEUE = "host"
# The moments at which a robot dies: before, during and after the registration.
MOMENTS = ("leased", "committed", "registered", "completed")
Die = Callable[[str], None]


def robot(client: QueueClient, host: str, die: Die) -> bool:
    """Register one entry; False where there was none."""
    for item in client.lease():
        die("leased")
        try:
            client.committing(item)
            die("committed")
            number = press(host, item)
            die("registered")
            client.complete(item, Registered(number))
        except RefusedError:
            # The lease was lost meanwhile.
            continue
        die("completed")
        return True
    return False


def looker(client: QueueClient, host: str) -> int:
    """Settle what is in doubt by a look in the host; how many were."""
    doubts = client.lease_doubts(limit=50)
    for item in doubts:
        number = search(host, item)
        outcome = "registered" if number else "not_registered"
        client.settle(item, outcome, host_number=number)
    return len(doubts)


def press(host: str, item: Item) -> str:
    """Register in the host; the number it shows."""
    data = urllib.parse.urlencode({"reference": item.reference}).encode()
    with urllib.request.urlopen(host, data=data, timeout=30) as page:  # noqa: S310
        return _number(page.read().decode())


def search(host: str, item: Item) -> str:
    query = urllib.parse.urlencode({"reference": item.reference})
    with urllib.request.urlopen(f"{host}/search?{query}", timeout=30) as page:  # noqa: S310
        return _number(page.read().decode())


def _number(page: str) -> str:
    return page.partition('<p id="number">')[2].partition("<")[0]


def main() -> None:
    """On until nothing is left, or until it kills itself."""
    address, host, kill, seed = sys.argv[1:]
    chance = random.Random(int(seed))

    def die(moment: str) -> None:
        del moment
        if chance.random() < float(kill) / len(MOMENTS):
            os.kill(os.getpid(), signal.SIGKILL)

    client = QueueClient(address, os.environ["KAMIZERO_TOKEN"], QUEUE)
    while robot(client, host, die):
        pass


if __name__ == "__main__":
    main()
