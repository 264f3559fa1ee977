"""Taking the next piece of work, keeping its lease, recording how it ended."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import structlog

from kamizero import traces
from kamizero.errors import (
    AuthorityError,
    KamizeroError,
    StaleFenceError,
    StoreError,
)
from storage import work
from storage.tables import WorkState
from storage.work import Claim
from workers.failing import MACHINE_WORK, bury_poison, give_up
from workers.rooms import Rooms
from workers.steps import STEPS, Step

log = structlog.get_logger()

# How long an idle worker waits before it looks for new rows.
IDLE_SECONDS = 0.5
# And how long when the disk or the database fails it.
OUTAGE_SECONDS = 5.0


class Loop:
    """One worker: claims, runs the step, finishes; then the next."""

    def __init__(
        self, rooms: Rooms, *, worker: str, steps: Mapping[str, Step] = STEPS
    ) -> None:
        self._rooms = rooms
        self._worker = worker
        self._steps = steps
        # Claims that ended while the database could not be told.
        self._untold: list[Claim] = []

    def work_once(self, kinds: Sequence[str] = MACHINE_WORK) -> bool:
        """Do one piece of work; False where there was none to do."""
        rooms = self._rooms
        self.excuse()
        claim = work.claim(
            rooms.database,
            kinds=kinds,
            worker=self._worker,
            lease=rooms.lease,
            now=rooms.clock(),
        )
        if claim is None:
            return False
        with structlog.contextvars.bound_contextvars(
            work=claim.kind, subject=claim.subject, attempt=claim.attempts
        ):
            self._run(claim)
        return True

    def run(self, stop: threading.Event, *, wanted: Callable[[], bool]) -> None:
        """Work until told to stop, or until nobody wants the work any more."""
        while not stop.is_set() and wanted():
            try:
                # First, or what killed the worker before us would be taken again.
                self.excuse()
                bury_poison(self._rooms)
                if not self.work_once():
                    stop.wait(IDLE_SECONDS)
            except StoreError as error:
                # Nobody's fault but the machine's: a disk is full, a database locked.
                log.error("nothing_can_be_kept", error=str(error))
                stop.wait(OUTAGE_SECONDS)

    def _run(self, claim: Claim) -> None:
        log.info("step_started")
        try:
            with _traced(claim), self._lease_kept(claim):
                self._steps[claim.kind](self._rooms, claim)
            log.info("step_finished")
        except StaleFenceError:
            # Somebody took the work over; what we did was not recorded.
            log.warning("lease_lost")
        except StoreError as error:
            # A full disk must not cost a filing, however long it stays full.
            self._record_failure(
                claim, str(error), most=None, longest=work.LONGEST_OUTAGE_WAIT
            )
        except AuthorityError as error:
            self._record_failure(claim, str(error), most=None)
        except KamizeroError as error:
            self._record_failure(claim, str(error), retryable=error.retryable)
        except Exception as error:
            # The worker's edge: one broken step must not stop the next.
            log.exception("step_broke")
            # Its text may quote what was read; where it happened is in the log.
            self._record_failure(claim, type(error).__name__)

    def _record_failure(
        self,
        claim: Claim,
        error: str,
        *,
        retryable: bool = True,
        most: int | None = work.MAX_ATTEMPTS,
        longest: timedelta = work.LONGEST_WAIT,
    ) -> None:
        log.error("step_failed", error=error, retryable=retryable)
        rooms = self._rooms
        try:
            with rooms.database.begin() as session:
                state = work.fail(
                    session,
                    claim,
                    error=error,
                    retryable=retryable,
                    now=rooms.clock(),
                    max_attempts=most,
                    longest=longest,
                )
                if state is WorkState.DEAD:
                    give_up(
                        session,
                        claim.kind,
                        claim.subject,
                        error=error,
                        now=rooms.clock(),
                    )
        except StaleFenceError:
            log.warning("lease_lost")
        except StoreError:
            self._untold.append(claim)
            raise

    def excuse(self) -> None:
        """Say of each claim that nobody could be told of that an outage ended it.

        Else the attempt would count as that of a worker that was lost.
        """
        while self._untold:
            claim = self._untold.pop()
            self._record_failure(
                claim,
                "The database did not answer.",
                most=None,
                longest=work.LONGEST_OUTAGE_WAIT,
            )

    @contextmanager
    def _lease_kept(self, claim: Claim) -> Iterator[None]:
        """Extend the lease while the step runs, a third of it at a time."""
        done = threading.Event()
        rooms = self._rooms

        def extend() -> None:
            while not done.wait(rooms.lease.total_seconds() / 3):
                try:
                    work.extend(
                        rooms.database, claim, lease=rooms.lease, now=rooms.clock()
                    )
                except StaleFenceError:
                    return
                except StoreError as error:
                    log.warning("lease_not_extended", error=str(error))

        thread = threading.Thread(target=extend, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _traced(claim: Claim) -> AbstractContextManager[None]:
    """A span of the trace in which the work was asked for."""
    return traces.span(
        claim.kind,
        parent=claim.trace,
        work=claim.id,
        subject=claim.subject,
        site=claim.site,
        attempt=claim.attempts,
    )
