"""How the workflows call the server: one limiter and one control for a whole command, and whoever looks on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final, Protocol, TypedDict

from importer.doctor import reach
from importer.errors import SettingsError
from importer.interrupt import Interrupts
from importer.model import PlannedRow, Result, RowOutcome
from importer.sending.options import Recorder, SubmitOptions, Submitted
from importer.sending.pool import Submission
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock, RateLimiter
from importer.sending.stop import Stop, StopKind
from importer.settings.settings import Server
from importer.vicidial.client import NonAgentApi
from importer.vicidial.names import LONGEST_NAMES_BYTES, ServerNames, ask_names
from importer.workflows.options import ImportOptions

INTERRUPTED: Final = Stop(StopKind.INTERRUPTED, "interrupted")
"""What Ctrl-C, SIGTERM and ``RunControl.stop`` do."""


class Observer(Protocol):
    """Somebody who looks on while a run sends; the core itself never prints."""

    def sending_begins(self, to_send: int, settled: Mapping[Result, int]) -> None:
        """So many rows are about to be sent; so many have their outcome already."""

    def outcome(self, outcome: RowOutcome) -> None:
        """A row has its outcome, and it is on disk."""

    def status(self, sentence: str) -> None:
        """Something happened that the person should see."""

    def sending_ends(self) -> None:
        """No more calls are made."""


class SilentObserver:
    """An ``Observer`` for runs at which nobody looks."""

    def _nothing(self, *_: object, **__: object) -> None:
        pass

    sending_begins = outcome = status = sending_ends = _nothing


class RunControl:
    """Given to a call as ``control=``, it stops that call in good order from any thread; good for one call.

    Attributes:
        stopped: whether it was asked to stop.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Callable[[], None] = lambda: None
        self._try_now: Callable[[], None] = lambda: None

    def stop(self) -> None:
        """Send nothing more; calls in flight are waited for. Also before the call has begun, and more than once."""
        self.stopped = True
        self._soon(self._stop)

    def try_now(self) -> None:
        """Do not wait any longer for a server that is away, but try it at once; nothing happens where none is."""
        self._soon(self._try_now)

    @contextmanager
    def of(self, submission: Submission, on_stop: Callable[[], None]) -> Iterator[None]:
        """Let it control a submission in the running event loop; a stop calls ``on_stop`` first."""

        def stop() -> None:
            on_stop()
            submission.stop(INTERRUPTED)

        self._stop, self._try_now = stop, submission.try_now
        self._loop = asyncio.get_running_loop()
        try:
            if self.stopped:
                stop()
            yield
        finally:
            self._loop = None

    def _soon(self, job: Callable[[], None]) -> None:
        # a signal handler may be at work in the middle of anything, so nothing is locked; a loop may be closed
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(job)


class Calling(TypedDict, total=False):
    """What may be given by name to whatever calls the server for many rows."""

    clock: Clock  # where time comes from
    limiter: RateLimiter | None  # options.rate_limiter(), where other calls of one command keep to the same limit
    control: RunControl | None  # stops it from another thread


class _NothingToWriteDown:
    """A ``Recorder`` for calls that change nothing."""

    async def _nothing(self, *_: object, **__: object) -> None:
        pass

    sent = withdrawn = not_processed = unanswered = absent = _nothing

    def settled(self, _outcome: RowOutcome) -> asyncio.Future[None]:
        """Nothing is written down, so it is done at once."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


class Calls:
    """What a workflow calls the server with."""

    def __init__(
        self,
        options: ImportOptions,
        server: Server,
        observer: Observer | None,
        *,
        clock: Clock = SYSTEM_CLOCK,
        limiter: RateLimiter | None = None,
        control: RunControl | None = None,
    ) -> None:
        self.options = options
        self.server = server
        self.observer = observer or SilentObserver()
        self.limiter = limiter or options.rate_limiter(clock)
        self.control = control or RunControl()
        self._clock = clock
        self._names: asyncio.Task[ServerNames] | None = None

    def reach(self) -> None:
        """Find out, within 10 s, whether the server can be reached at all; for before anything was sent."""
        problem = reach(self.server, self.options.transport())
        if problem:
            raise SettingsError(problem)

    async def make(
        self,
        rows: Sequence[PlannedRow],
        submission: Callable[..., Submission],
        interrupts: Interrupts,
        settled: Mapping[Result, int] | None = None,
        recorder: Recorder | None = None,
    ) -> Submitted:
        """Make the calls for the rows, with the observer and the control attached.

        ``submission`` is ``Submission`` with what is special to the workflow; ``settled`` are rows that are done.
        Without a recorder the calls are questions, which change nothing.
        """
        options = self.options
        probe_first = bool(options.rate) if options.probe_first is None else options.probe_first
        how = SubmitOptions(options.retries, options.give_up_after, probe_first, options.verify)
        if recorder is None:
            how = replace(how, probe_first=False, verify=False)
        transport = options.transport()
        tls = transport.ssl_context()
        writing = self.limiter.before_writing
        workers = max(1, min(options.workers, len(rows)))
        apis = [NonAgentApi(self.server, transport, tls, before_writing=writing) for _ in range(workers)]

        def on_stop() -> None:
            again = "; press Ctrl-C again to leave at once" if interrupts.seen else ""
            self.observer.status(f"stopping: calls in flight are waited for{again}")

        self.observer.sending_begins(len(rows), settled or {})
        try:
            made = submission(
                rows=rows,
                recorder=recorder or _NothingToWriteDown(),
                options=how,
                apis=apis,
                rate_limiter=self.limiter,
                clock=self._clock,
                on_status=self.observer.status,
                suggest=self._suggest,
            )
            with self.control.of(made, on_stop):
                return await made.run()
        finally:
            self.observer.sending_ends()
            for api in apis:
                await api.close()

    async def _suggest(self, column: str, value: str) -> str:
        """Return the nearest name that the server knows to a refused one; it is asked for its names once."""
        if column not in ("group", "menu_id"):
            return ""
        if self._names is None:
            self._names = asyncio.create_task(_names(self.server, self.options, self.limiter.before_writing))
        return (await asyncio.shield(self._names)).suggestion(column, value)


def server_names(server: Server, options: ImportOptions | None = None) -> ServerNames:
    """Return the in-groups and call menus of a server: for dropdowns, and to suggest what a cell may have meant.

    Args:
        server: where to and as whom; the user needs ``ingroup_list`` and ``callmenu_list`` among the allowed functions.
        options: how calls travel.

    Returns:
        The names; where the server does not tell them, ``unknown`` says why.

    Raises:
        SettingsError: the certificates or the proxy cannot be used.
    """
    return asyncio.run(_names(server, options or ImportOptions()))


async def _names(
    server: Server, options: ImportOptions, before_writing: Callable[[], Awaitable[None]] | None = None
) -> ServerNames:
    transport = options.transport()
    tls = transport.ssl_context()
    api = NonAgentApi(server, transport, tls, before_writing=before_writing, longest_reply=LONGEST_NAMES_BYTES)
    try:
        return await ask_names(api)
    finally:
        await api.close()
