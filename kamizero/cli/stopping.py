"""How a process beside the web server is told to stop."""

import signal
import threading


def told_to_stop() -> threading.Event:
    """An event that SIGTERM and Ctrl+C set; what is under way is finished first."""
    stop = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stop.set())
    return stop
