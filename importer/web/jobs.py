"""What works on while pages come and go: one thread a run, and what a page shows of it."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from importer.errors import ImporterError
from importer.model import Result, RowOutcome

_SECONDS_TO_BEGIN: Final = 30.0


class Job:
    """A run, an undo or a check by the server, in a thread of its own; it is the ``Observer`` of what it does."""

    def __init__(self, work: Callable[["Job"], object], run_id: Callable[[], str] = str) -> None:
        from importer import RunControl

        self.control = RunControl()
        self.run_id = ""
        self.total = 0
        self.before: Mapping[Result, int] = {}
        self.last_problem = ""
        self.said = ""
        self.error = ""
        self.over = False
        self._seen: dict[int, Result] = {}
        self._began = 0.0
        self._find_run_id = run_id
        self._begun = threading.Event()
        self._work = work
        self.thread = threading.Thread(target=self._run, name="job", daemon=True)

    def _run(self) -> None:
        try:
            self._work(self)
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

    @property
    def counts(self) -> Counter[Result]:
        """The rows that have their outcome, by result."""
        return Counter(self.before) + Counter(list(self._seen.values()))

    @property
    def done(self) -> int:
        """How many of the rows to send have their outcome."""
        return len(self._seen)

    @property
    def seconds_left(self) -> float | None:
        """How long it takes at the pace so far; None where that cannot be told yet."""
        passed = time.monotonic() - self._began
        if not self.done or passed < 1:
            return None
        return (self.total - self.done) * passed / self.done

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """So many rows are about to be sent; so many have their outcome already."""
        self.total, self.before, self._began = to_send, dict(settled), time.monotonic()
        self.run_id = self.run_id or self._find_run_id()
        self._begun.set()

    def outcome(self, outcome: RowOutcome) -> None:
        """A row has its outcome, and it is on disk."""
        self._seen[outcome.index] = outcome.result
        self.said = ""
        if outcome.result not in (Result.SUCCESS, Result.DUPLICATE):
            self.last_problem = outcome.reason

    def status(self, sentence: str) -> None:
        """Something happened that the person should see."""
        self.said = sentence

    def sending_ends(self) -> None:
        """No more calls are made."""


class Jobs:
    """The jobs of this process."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self.interrupted = False

    def start(self, job: Job) -> Job:
        """Begin a job."""
        self._jobs = [one for one in self._jobs if not one.over or one.run_id][-50:]
        self._jobs.append(job)
        job.thread.start()
        return job

    def of_run(self, run_id: str) -> Job | None:
        """Return the newest job that works, or worked, on a run."""
        return next((job for job in reversed(self._jobs) if job.run_id == run_id), None)

    def running(self) -> list[Job]:
        """Return the jobs that work on a run now."""
        return [job for job in self._jobs if not job.over and job.run_id]

    def busy(self) -> bool:
        """Whether anything works."""
        return any(not job.over for job in self._jobs)

    def stop_all(self) -> None:
        """Stop every job in good order, and wait for all of them."""
        self.interrupted = self.busy()
        for job in self._jobs:
            job.control.stop()
        for job in self._jobs:
            job.thread.join()
