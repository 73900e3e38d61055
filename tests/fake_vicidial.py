"""A VICIdial in memory that speaks ``Answer``: for tests of the worker pool, without a socket and without real time."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from virtual_time import run_virtual, virtual_clock

from importer.model import PlannedRow, Result, RowOutcome
from importer.sending.options import SubmitOptions, Submitted
from importer.sending.pool import Submission
from importer.sending.rate_limiter import RateLimiter
from importer.vicidial.answer import Answer, Delivery


class Fate(Enum):
    """What happens to one call."""

    ANSWERED = auto()
    REFUSED = auto()  # no connection
    CUT_BEFORE = auto()  # cut, nothing stored
    CUT_AFTER = auto()  # stored, then cut
    ERROR_500 = auto()
    ERROR_500_AFTER = auto()
    BUSY_503 = auto()
    HTML = auto()
    HANG_AFTER = auto()  # stored, no answer until the client's patience ends
    LOST_INSERT = auto()  # prints SUCCESS, stores nothing
    WRONG_NUMBER = auto()
    LOGIN_REFUSED = auto()
    USER_REFUSED = auto()
    MYSQL_DOWN = auto()
    GROUP_REFUSED = auto()
    NO_FUNCTION = auto()  # an older VICIdial
    FORBIDDEN = auto()  # the web server's own refusal, such as a firewall's


STORES = {Fate.ANSWERED, Fate.CUT_AFTER, Fate.ERROR_500_AFTER, Fate.HANG_AFTER, Fate.WRONG_NUMBER}


@dataclass
class FakeVicidial:
    """The server's side.

    Attributes:
        fate: decides from (function, did, number of the call for it) what happens.
        latency: seconds a call takes, drawn from this range.
        timeout: seconds after which the client gives up on a hanging call.
        probing: whether update_did is allowed.
        hidden: DIDs of another user group, which update_did does not show.
    """

    fate: Callable[[str, str, int], Fate] = lambda function, did, nth: Fate.ANSWERED
    latency: tuple[float, float] = (0.001, 0.02)
    timeout: float = 30.0
    probing: bool = True
    stored: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    calls: list[tuple[float, str, str]] = field(default_factory=list)
    in_flight: Counter[str] = field(default_factory=Counter)
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    nth: Counter[tuple[str, str]] = field(default_factory=Counter)
    on_call: Callable[[str, str], None] = lambda function, did: None

    def line(self) -> "FakeLine":
        """A line to it, which makes one call after the other."""
        return FakeLine(self)

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        did = parameters["did_pattern"]
        self.calls.append((asyncio.get_running_loop().time(), function, did))
        self.nth[function, did] += 1
        self.in_flight[did] += 1
        assert not did or self.in_flight[did] == 1, f"two calls for {did} in flight"
        try:
            self.on_call(function, did)
            return await self._answer(function, did)
        finally:
            self.in_flight[did] -= 1

    async def _answer(self, function: str, did: str) -> Answer:
        fate = self.fate(function, did, self.nth[function, did])
        if fate is Fate.REFUSED:
            return Answer(Delivery.NOT_PROCESSED, shown="refused the connection")
        await asyncio.sleep(self.rng.uniform(*self.latency))
        if fate is Fate.USER_REFUSED:
            return _text(f"ERROR: {function} USER DOES NOT HAVE PERMISSION TO ADD DIDS: |6666|0")
        if fate in _SAID:
            return _SAID[fate]
        said = self._vicidial(function, did, fate)
        if fate is Fate.CUT_AFTER:
            return Answer(Delivery.UNANSWERED, shown="cut", still_running=True)
        if fate is Fate.ERROR_500_AFTER:
            return Answer(Delivery.ANSWERED, 500, shown="HTTP 500 without a text")
        if fate is Fate.HANG_AFTER:
            await asyncio.sleep(self.timeout)
            return Answer(Delivery.UNANSWERED, shown="no answer", seconds=self.timeout, still_running=True)
        return said

    def _vicidial(self, function: str, did: str, fate: Fate) -> Answer:
        if function == "update_did":
            if not self.probing:
                return _text("ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |6666|update_did|")
            there = did in self.stored - self.hidden
            return _text(
                "NOTICE: update_did NO UPDATES DEFINED: |6666|"
                if there
                else f"ERROR: update_did DID DOES NOT EXIST: |6666|{did}"
            )
        if not did:
            return _text("ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS: |6666|")
        if did in self.stored:
            return _text(f"ERROR: add_did DID ALREADY EXISTS: |6666|{did}")
        if fate is Fate.GROUP_REFUSED:
            return _text(
                "ERROR: add_did GROUP ID MUST BE A VALID INBOUND GROUP IN THE SYSTEM,"
                " THIS IS AN OPTIONAL FIELD: |6666|SALES_IN"
            )
        if fate in STORES:
            self.stored.add(did)
        number = did + "9" if fate is Fate.WRONG_NUMBER else did
        return _text(f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{number}")


@dataclass
class FakeLine:
    """One client of the server in memory: one call at a time."""

    server: FakeVicidial
    busy: bool = False

    async def call(self, function: str, parameters: Mapping[str, str]) -> Answer:
        assert not self.busy, "two calls at once on one client"
        self.busy = True
        try:
            return await self.server.call(function, parameters)
        finally:
            self.busy = False


def _text(text: str) -> Answer:
    return Answer(Delivery.ANSWERED, 200, text + "\n", text)


_SAID = {
    Fate.LOGIN_REFUSED: _text("ERROR: Login incorrect, please try again: |6666|[password]|BAD|"),
    Fate.NO_FUNCTION: _text("ERROR: NO FUNCTION SPECIFIED"),
    Fate.MYSQL_DOWN: _text("MySQL connect ERROR"),
    Fate.BUSY_503: Answer(Delivery.ANSWERED, 503, shown="busy", retry_after=2.0),
    Fate.ERROR_500: Answer(Delivery.ANSWERED, 500, shown="HTTP 500 without a text"),
    Fate.FORBIDDEN: Answer(Delivery.ANSWERED, 403, shown="HTTP 403 without a text"),
    Fate.HTML: _text("<html>proxy</html>"),
    Fate.CUT_BEFORE: Answer(Delivery.UNANSWERED, shown="cut", still_running=True),
}


@dataclass
class MemoryRecorder:
    """A ``Recorder`` that keeps what was written down, in order."""

    steps: list[tuple[str, int]] = field(default_factory=list)
    outcomes: dict[int, RowOutcome] = field(default_factory=dict)

    async def sent(self, index: int, attempts: int) -> None:
        assert index not in self.outcomes, "a row with an outcome is sent again"
        await self._note("sent", index)

    async def withdrawn(self, index: int, attempts: int) -> None:
        await self._note("withdrawn", index)

    async def not_processed(self, index: int) -> None:
        await self._note("not processed", index)

    async def absent(self, index: int, known_absent: str) -> None:
        await self._note("absent", index)

    async def unanswered(self, index: int) -> None:
        await self._note("unanswered", index)

    async def _note(self, step: str, index: int) -> None:
        self.steps.append((step, index))
        await asyncio.sleep(0)

    def settled(self, outcome: RowOutcome) -> asyncio.Future[None]:
        self.steps.append(("settled", outcome.index))
        self.outcomes[outcome.index] = outcome
        return asyncio.ensure_future(asyncio.sleep(0))


def rows_of(count: int) -> list[PlannedRow]:
    return [
        PlannedRow(index, f"1727555{index:05d}", (("did_pattern", f"1727555{index:05d}"), ("group", "SALES_IN")))
        for index in range(count)
    ]


@dataclass
class Ran:
    """How a submission ended."""

    submitted: Submitted
    recorder: MemoryRecorder
    statuses: list[str]
    seconds: float

    @property
    def by_index(self) -> dict[int, RowOutcome]:
        found = {outcome.index: outcome for outcome in (*self.submitted.outcomes, *self.submitted.left)}
        assert len(found) == len(self.submitted.outcomes) + len(self.submitted.left)
        return found

    @property
    def counts(self) -> Counter[Result]:
        return Counter(outcome.result for outcome in self.by_index.values())


@dataclass
class Case:
    """A submission to the server in memory, on a clock that jumps."""

    server: FakeVicidial
    rows: list[PlannedRow]
    options: SubmitOptions = field(default_factory=SubmitOptions)
    rate: float | None = None
    workers: int = 4
    meanwhile: Callable[[Submission], object] | None = None
    earlier: dict[int, RowOutcome] = field(default_factory=dict)
    recorder: MemoryRecorder = field(default_factory=MemoryRecorder)
    on_outcome: Callable[[RowOutcome], None] = lambda outcome: None

    def run(self) -> Ran:
        statuses: list[str] = []

        async def main() -> tuple[Submitted, float]:
            loop = asyncio.get_running_loop()
            clock = virtual_clock(loop)
            submission = Submission(
                rows=self.rows,
                apis=[self.server.line() for _ in range(self.workers)],
                rate_limiter=RateLimiter(self.rate, clock),
                recorder=self.recorder,
                options=self.options,
                on_outcome=self.on_outcome,
                on_status=statuses.append,
                clock=clock,
                rng=random.Random(3),
                earlier=self.earlier,
            )
            if self.meanwhile is not None:
                self.meanwhile(submission)
            started = loop.time()
            submitted = await submission.run()
            return submitted, loop.time() - started

        submitted, seconds = run_virtual(main())
        return Ran(submitted, self.recorder, statuses, seconds)
