"""What the page remembers while it runs. What must survive its end lies in the folder of the lists or in the record."""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.requests import Request

from importer.model import RowOutcome
from importer.web.jobs import Job, Jobs

if TYPE_CHECKING:
    from importer import Folders, ServerNames
    from importer.sandbox import Sandbox
    from importer.web.connection import Connection, ConnectionTest
    from importer.web.lists import ImportList, Lists
    from importer.web.server import WebOptions
    from importer.web.verify import Looking


class PageState:
    """What one process of the page remembers; there is one person."""

    def __init__(self, options: "WebOptions") -> None:
        self.options = options
        self.connection: Connection | None = None
        self.test: ConnectionTest | None = None
        self.jobs = Jobs()
        self.asking: dict[str, Job] = {}
        self.looking: dict[str, Looking] = {}
        self.practice: Sandbox | None = None
        # one list is checked at a time: pandas is imported once, and two checks would only share the processor
        self.checks = ThreadPoolExecutor(1, "check")
        self._verdicts: dict[tuple[str, str, str], dict[tuple[tuple[str, str], ...], RowOutcome]] = {}
        self._names: dict[tuple[str, str], ServerNames] = {}

    @cached_property
    def folders(self) -> "Folders":
        """Where records and results go."""
        from importer import Folders

        return Folders(self.options.state)

    @cached_property
    def lists(self) -> "Lists":
        """The lists that people are about to import."""
        from importer.web.lists import Lists

        return Lists(self.options.folder / "lists")

    def verdicts_of(self, one: "ImportList") -> dict[tuple[tuple[str, str], ...], RowOutcome]:
        """Return what the connected server has said of a list's rows, by what would be sent."""
        server = self.connection.server if self.connection else None
        return self._verdicts.setdefault((one.id, server.url if server else "", server.user if server else ""), {})

    def server_names(self) -> "ServerNames | None":
        """Return the in-groups and call menus that the connected server names; None where nobody knows."""
        from importer import server_names
        from importer.errors import ImporterError

        if self.connection is None:
            return None
        server = self.connection.server
        if (server.url, server.user) not in self._names:
            try:
                self._names[server.url, server.user] = server_names(server, self.connection.options)
            except ImporterError:
                return None
        return self._names[server.url, server.user]

    def close(self) -> None:
        """End what still runs."""
        self.checks.shutdown(wait=False, cancel_futures=True)
        if self.practice is not None:
            self.practice.__exit__(None, None, None)


def state_of(request: Request) -> PageState:
    """Return what the page remembers."""
    state: PageState = request.app.state.page
    return state
