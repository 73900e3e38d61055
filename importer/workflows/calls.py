"""How the workflows call the server: one limiter and one control for a whole command, and whoever looks on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from importer.doctor import reach
from importer.errors import SettingsError
from importer.interrupt import Interrupts
from importer.model import Result, RowOutcome
from importer.sending.options import Submitted
from importer.sending.pool import Submission
from importer.sending.rate_limiter import SYSTEM_CLOCK, Clock, RateLimiter
from importer.settings.settings import Server
from importer.vicidial.client import NonAgentApi
from importer.vicidial.names import ServerNames
from importer.workflows.control import Observer, RunControl, SilentObserver
from importer.workflows.options import ImportOptions

if TYPE_CHECKING:
    from importer.vicidial.names import ServerNames


def server_names(server: Server, options: ImportOptions | None = None) -> "ServerNames":
    """Return the in-groups and call menus of a server: for dropdowns, and to suggest what a cell may have meant.

    Args:
        server: where to and as whom; the user needs ``ingroup_list`` and ``callmenu_list`` among the allowed functions.
        options: how calls travel.

    Returns:
        The names; where the server does not tell them, ``unknown`` says why.

    Raises:
        SettingsError: the certificates or the proxy cannot be used.
    """
    return asyncio.run(names_of(server, options or ImportOptions()))


async def names_of(
    server: Server, options: ImportOptions, before_writing: Callable[[], Awaitable[None]] | None = None
) -> "ServerNames":
    """The same in a running event loop, under the limit of the calls around it."""
    from importer.vicidial.client import NonAgentApi
    from importer.vicidial.names import LONGEST_NAMES_BYTES, ask_names

    transport = options.transport()
    tls = transport.ssl_context()
    api = NonAgentApi(server, transport, tls, before_writing=before_writing, longest_reply=LONGEST_NAMES_BYTES)
    try:
        return await ask_names(api)
    finally:
        await api.close()


@dataclass(frozen=True, slots=True)
class Calls:
    """What a workflow calls the server with.

    Attributes:
        options: how to send.
        server: where to and as whom.
        observer: looks on.
        clock: where time comes from.
        limiter: gives each call its moment; the one of the whole command.
        control: stops the calls from outside.
    """

    options: ImportOptions
    server: Server
    observer: Observer
    clock: Clock
    limiter: RateLimiter
    control: RunControl
    _names: "list[asyncio.Task[ServerNames]]" = field(default_factory=list)

    @classmethod
    def of(
        cls,
        options: ImportOptions,
        server: Server,
        observer: Observer | None,
        clock: Clock = SYSTEM_CLOCK,
        limiter: RateLimiter | None = None,
        control: RunControl | None = None,
    ) -> "Calls":
        """Return the same, with an observer, a limiter and a control of its own where the caller has none."""
        limiter, control = limiter or options.rate_limiter(clock), control or RunControl()
        return cls(options, server, observer or SilentObserver(), clock, limiter, control)

    def reach(self) -> None:
        """Find out, within 10 s, whether the server can be reached at all; for before anything was sent.

        Raises:
            SettingsError: it cannot; the sentence is doctor's.
        """
        problem = reach(self.server, self.options.transport())
        if problem:
            raise SettingsError(problem)

    def make(
        self,
        submission: "Callable[[Sequence[NonAgentApi]], Submission]",
        interrupts: Interrupts,
        *,
        to_send: int,
        settled: Mapping[Result, int],
    ) -> Submitted:
        """Make the calls of a submission in an event loop of their own, with the observer and the control attached.

        Args:
            submission: makes it of the lines to the server, in the loop.
            interrupts: the signals, where one may press Ctrl-C again.
            to_send: how many rows are to be sent.
            settled: how many rows have their outcome already.
        """
        return asyncio.run(self._make(submission, interrupts, to_send, settled))

    async def _make(
        self,
        submission: "Callable[[Sequence[NonAgentApi]], Submission]",
        interrupts: Interrupts,
        to_send: int,
        settled: Mapping[Result, int],
    ) -> Submitted:
        transport = self.options.transport()
        tls = transport.ssl_context()
        workers = max(1, min(self.options.workers, to_send))
        writing = self.limiter.before_writing
        apis = [NonAgentApi(self.server, transport, tls, before_writing=writing) for _ in range(workers)]

        def on_stop() -> None:
            again = "; press Ctrl-C again to leave at once" if interrupts.seen else ""
            self.observer.status(f"stopping: calls in flight are waited for{again}")

        self.observer.sending_begins(to_send, settled)
        try:
            made = submission(apis)
            with self.control.of(made, on_stop):
                return await made.run()
        finally:
            self.observer.sending_ends()
            for api in apis:
                await api.close()

    async def suggest(self, column: str, value: str) -> str:
        """Return the nearest name that the server knows to a refused one; it is asked for its names once."""
        if column not in ("group", "menu_id"):
            return ""
        if not self._names:
            self._names.append(asyncio.create_task(names_of(self.server, self.options, self.limiter.before_writing)))
        return (await asyncio.shield(self._names[0])).suggestion(column, value)

    def show(self, row_numbers: Sequence[int]) -> Callable[[RowOutcome], None]:
        """Return what shows an outcome to the observer, with the number of its row.

        Args:
            row_numbers: for each outcome's index the row number that the person sees in Excel.
        """
        return lambda outcome: self.observer.outcome(replace(outcome, row=row_numbers[outcome.index]))
