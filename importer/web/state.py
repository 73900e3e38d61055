"""What the page remembers while it runs, and what works on while pages come and go."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import importer
from importer.errors import ImporterError
from importer.model import Result, RowOutcome

if TYPE_CHECKING:
    from importer.sandbox import Sandbox
    from importer.web.connect import Connection, ConnectionTest
    from importer.web.lists import Lists
    from importer.web.server import WebOptions

_SECONDS_TO_BEGIN: Final = 30.0
_KEPT_JOBS: Final = 50


class Job:
    """A run, an undo, or a check or look by the server, in a thread of its own; the ``Observer`` of what it does.

    ``page`` is where it is shown. A run has a record, and ``find_page`` finds its page once that is there.
    """

    def __init__(
        self, work: Callable[[Job], object], page: str = "", find_page: Callable[[], str] | None = None
    ) -> None:
        self.control = importer.RunControl()
        self.page = page
        self.is_run = find_page is not None
        self.total = 0
        self.before: Mapping[Result, int] = {}
        self.last_problem = ""
        self.said = ""
        self.error = ""
        self.over = False
        self.result: Any = None
        self._seen: dict[int, Result] = {}
        self._began = 0.0
        self._find_page = find_page
        self._begun = threading.Event()
        self._work = work
        self._thread = threading.Thread(target=self._run, name="job", daemon=True)

    def start(self) -> Job:
        self._thread.start()
        return self

    def _run(self) -> None:
        try:
            self.result = self._work(self)
        except ImporterError as error:
            self.error = str(error)
        except Exception as error:  # noqa: BLE001  a thread has nobody else to tell it to
            from importer.settings.password import redact_all

            self.error = f"the importer failed in a way that nobody foresaw ({redact_all(repr(error))})"
        finally:
            self.over = True
            self._begun.set()

    def wait_until_begun(self) -> None:
        """Return when the record of the run is there, or the job is over."""
        self._begun.wait(_SECONDS_TO_BEGIN)

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the end, so that what is quick needs no second page."""
        self._thread.join(seconds)

    @property
    def counts(self) -> Counter[Result]:
        return Counter(self.before) + Counter(list(self._seen.values()))

    @property
    def done(self) -> int:
        return len(self._seen)

    @property
    def seconds_left(self) -> float | None:
        """How long it takes at the pace so far; None where that cannot be told yet."""
        passed = time.monotonic() - self._began
        if not self.done or passed < 1:
            return None
        return (self.total - self.done) * passed / self.done

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        self.total, self.before, self._began = to_send, dict(settled), time.monotonic()
        if self._find_page is not None:
            self.page = self.page or self._find_page()
        self._begun.set()

    def outcome(self, outcome: RowOutcome) -> None:
        self._seen[outcome.index] = outcome.result
        self.said = ""
        if outcome.result not in (Result.SUCCESS, Result.DUPLICATE):
            self.last_problem = outcome.reason

    def status(self, sentence: str) -> None:
        self.said = sentence

    def sending_ends(self) -> None:
        """Nothing changes on the page."""


class Jobs:
    """The jobs of this process."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self.interrupted = False

    def start(self, job: Job) -> Job:
        """Begin a job; of those that are over the last ones are remembered."""
        self._jobs = [one for one in self._jobs[:-_KEPT_JOBS] if not one.over] + self._jobs[-_KEPT_JOBS:] + [job]
        return job.start()

    def at(self, page: str) -> Job | None:
        """Return the newest job of a page."""
        return next((job for job in reversed(self._jobs) if job.page == page), None)

    def running(self) -> list[Job]:
        """Return the jobs that work on a run now."""
        return [job for job in self._jobs if not job.over and job.is_run and job.page]

    def busy(self) -> bool:
        return any(not job.over for job in self._jobs)

    def stop_all(self) -> None:
        self.interrupted = self.busy()
        for job in self._jobs:
            job.control.stop()
        for job in self._jobs:
            job.wait()


class PageState:
    """What one process of the page remembers; there is one person."""

    def __init__(self, options: WebOptions, lists: Lists) -> None:
        self.options = options
        self.lists = lists
        self.connection: Connection | None = None
        self.test: ConnectionTest | None = None
        self.jobs = Jobs()
        self.practice: Sandbox | None = None

    @property
    def folders(self) -> importer.Folders:
        return importer.Folders(self.options.state)

    def close(self) -> None:
        if self.practice is not None:
            self.practice.__exit__(None, None, None)
