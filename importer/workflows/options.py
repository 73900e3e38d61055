"""How a run is made, and where it leaves what it writes."""

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from importer.checking import CheckOptions, DidFormat
from importer.errors import JournalError, SettingsError
from importer.reading import ReadOptions
from importer.settings.named import NamedServer
from importer.settings.settings import DEFAULT_SOURCE
from importer.workbooks.output_file import EXCEL_ROWS
from importer.workbooks.results import ResultsPlace

if TYPE_CHECKING:
    # a check needs nothing of what sends, and imports it nowhere
    from importer.sending.rate_limiter import Clock, RateLimiter
    from importer.vicidial.transport import Transport


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a run leaves what it writes.

    Attributes:
        state: the folder of the records of runs.
        results: the results workbook, or None to choose one beside the input.
        sheet_rows: how many rows a sheet of a workbook has, header included; results that are more go into several
            workbooks.
    """

    state: Path
    results: Path | None = None
    sheet_rows: int = EXCEL_ROWS

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", Path(self.state))
        object.__setattr__(self, "results", Path(self.results) if self.results is not None else None)

    @property
    def runs(self) -> Path:
        """The folder of the records themselves."""
        return self.state / "runs"

    def place_for(self, input_path: Path) -> ResultsPlace:
        """Return where the results workbook of an input goes."""
        if self.results is not None:
            return ResultsPlace(self.results, fixed=True, most_rows=self.sheet_rows)
        return ResultsPlace.beside(input_path, self.sheet_rows)


MOST_WORKERS: Final = 64
DEFAULT_RATE: Final = 20.0
"""Calls a second: ten numbers, each looked up and then added. A VICIdial takes 500."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a run reads, checks and sends. It holds no password.

    Attributes:
        sheet: the sheet to read; empty for the one with a DID column.
        encoding: the encoding of a text file; empty to detect it.
        delimiter: the separator of a text file; empty to detect it.
        mapping: pairs of a header and the column that the person says it is.
        fills: pairs of a column and the value that stands where it is blank.
        any_pattern: send patterns that are no numbers too.
        did_format: how a DID is written when it is sent.
        region: the region of numbers without a country code, such as US.
        strict_numbers: numbers that are not possible in their region are invalid.
        expand_ranges: a range becomes one row for each of its numbers.
        describe: how a description is put together from the file's columns; empty for none.
        allow_no_agent: send rows with the route AGENT, although add_did cannot set the agent.
        rate: calls a second, look-ups included; 0 for no limit.
        workers: calls in flight at once.
        method: GET or POST.
        source: what the API log shows as the origin.
        timeout: seconds for one call.
        retries: further tries of a call that failed.
        give_up_after: seconds that the server may stay away.
        probe_first: ask whether each DID is there before its first call; None to ask where a rate holds calls anyway.
        verify: ask whether each success is there at the end.
        on_duplicate: ``report`` a DID that is there already, or ``update`` it to the row's settings.
        undo: the run deletes what another run added.
        ca_file: the certificates of a private authority; empty for the system's.
        insecure: take any certificate.
    """

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    mapping: tuple[tuple[str, str], ...] = ()
    fills: tuple[tuple[str, str], ...] = ()
    any_pattern: bool = False
    did_format: str = DidFormat.AS_IS.value
    region: str = "US"
    strict_numbers: bool = False
    expand_ranges: bool = False
    describe: str = ""
    allow_no_agent: bool = False
    rate: float = DEFAULT_RATE
    workers: int = 4
    method: str = "GET"
    source: str = DEFAULT_SOURCE
    timeout: float = 30.0
    retries: int = 4
    give_up_after: float = 120.0
    probe_first: bool | None = None
    verify: bool = False
    on_duplicate: str = "report"
    undo: bool = False
    ca_file: str = ""
    insecure: bool = False

    def __post_init__(self) -> None:
        for name, lowest, highest in (
            ("rate", 0, 10_000),
            ("workers", 1, MOST_WORKERS),
            ("timeout", 0.1, 3600),
            ("retries", 0, 100),
            ("give_up_after", 0, 86_400),
        ):
            value = getattr(self, name)
            if not lowest <= value <= highest:
                raise SettingsError(f"{name} is {value:g}; it must be from {lowest:g} to {highest:g}")

    def read_options(self) -> ReadOptions:
        """Return how the file is read."""
        return ReadOptions(
            sheet=self.sheet or None,
            encoding=self.encoding or None,
            delimiter=self.delimiter or None,
            mapping=dict(self.mapping),
        )

    def check_options(self) -> CheckOptions:
        """Return how the rows are checked."""
        return CheckOptions(
            fills=dict(self.fills),
            any_pattern=self.any_pattern,
            mapping=dict(self.mapping),
            did_format=DidFormat(self.did_format),
            region=self.region,
            strict_numbers=self.strict_numbers,
            expand_ranges=self.expand_ranges,
            describe=self.describe or None,
            allow_no_agent=self.allow_no_agent,
        )

    def transport(self) -> "Transport":
        """Return how calls travel."""
        from importer.vicidial.transport import Transport

        return Transport(self.method, self.timeout, self.ca_file or None, self.insecure)

    def rate_limiter(self, clock: "Clock | None" = None) -> "RateLimiter":
        """Return a limiter for these options; pass it to every call of one command, to keep to one limit."""
        from importer.sending.rate_limiter import SYSTEM_CLOCK, RateLimiter

        return RateLimiter(self.rate or None, clock or SYSTEM_CLOCK)

    def undoing(self) -> Self:
        """Return how the same calls take DIDs back: nothing is looked up before or after."""
        return replace(self, undo=True, verify=False, probe_first=False)

    def for_server(self, entry: NamedServer) -> Self:
        """Return the options with what a server in the file of servers asks for.

        Raises:
            SettingsError: it asks for what cannot be.
        """
        names = ("source", "rate", "workers", "method", "did_format", "region")
        given: dict[str, Any] = {name: getattr(entry, name) for name in names if getattr(entry, name) not in (None, "")}
        fills = tuple((dict(self.fills) | dict(entry.columns)).items())
        try:
            return replace(self, **given, fills=fills)
        except SettingsError as error:
            raise SettingsError(f"{entry.place}: {error}") from None

    def to_json(self) -> str:
        """Return the options for the record of a run."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the options from the record of a run; what an older version did not know has its default.

        Raises:
            JournalError: a newer version of this program wrote it.
        """
        values: dict[str, Any] = json.loads(text)
        if newer := sorted(values.keys() - {field.name for field in fields(cls)}):
            raise JournalError(
                f"this run was begun by a version of did-importer that has other options ({', '.join(newer)}); finish"
                " it with that one"
            )
        for name in ("mapping", "fills"):
            values[name] = tuple((left, right) for left, right in values.get(name, ()))
        return cls(**values)

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Return what shaped the run, name and value, for the results workbook."""
        chosen = (
            ("any pattern", self.any_pattern),
            ("strict numbers", self.strict_numbers),
            ("ranges expanded", self.expand_ranges),
            ("AGENT routes without an agent", self.allow_no_agent),
            ("looked up before sending", self.probe_first),
            ("successes looked up at the end", self.verify),
            ("DIDs that are there already get the row's settings", self.on_duplicate == "update"),
            ("deletes what another run added", self.undo),
            ("certificate not checked", self.insecure),
        )
        written = f"{self.did_format} (region {self.region})"
        return (
            ("Calls a second", f"{self.rate:g}" if self.rate else "no limit"),
            ("Workers", str(self.workers)),
            ("Method", self.method),
            ("Source", self.source),
            *((f"Filled in where blank: {column}", value) for column, value in self.fills),
            *((f"Taken for {column}", header) for header, column in self.mapping),
            *((("DIDs written as", written),) if self.did_format != DidFormat.AS_IS.value else ()),
            *(("Option", name) for name, on in chosen if on),
        )
