"""Import DIDs (inbound phone numbers) from a spreadsheet into VICIdial, and learn what became of every row.

From Python::

    from pathlib import Path
    from importer import Folders, Password, Recipe, Server, import_file

    recipe = Recipe(fills=(("did_route", "IN_GROUP"), ("group", "SALES_IN")))
    server = Server("https://vici.example.org/vicidial/non_agent_api.php", "6666", Password("..."))
    report = import_file(Path("order.xlsx"), server, recipe, Folders(state=Path("records")))

Everything here is typed and frozen; nothing prints. What ends a call early is an ``ImporterError``. Names are looked
up when they are first used, because pandas and httpx take a second to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__version__ = "0.1.0"

if TYPE_CHECKING:
    from importer.checking import RERUN_RESULTS as RERUN_RESULTS
    from importer.checking import Checked as Checked
    from importer.checking import after_live_check as after_live_check
    from importer.checking import check_file as check_file
    from importer.checking import check_results as check_results
    from importer.errors import ImporterError as ImporterError
    from importer.errors import RecordFailed as RecordFailed
    from importer.errors import UsageTrouble as UsageTrouble
    from importer.errors import WorkbookFailed as WorkbookFailed
    from importer.journal import RunLine as RunLine
    from importer.journal import list_runs as list_runs
    from importer.live_check import LiveCheck as LiveCheck
    from importer.live_check import check_live as check_live
    from importer.model import CellProblem as CellProblem
    from importer.model import CheckedRow as CheckedRow
    from importer.model import ExitCode as ExitCode
    from importer.model import Result as Result
    from importer.model import RowOutcome as RowOutcome
    from importer.past_runs import LeftToUndo as LeftToUndo
    from importer.past_runs import added_by as added_by
    from importer.past_runs import left_to_undo as left_to_undo
    from importer.past_runs import named_run as named_run
    from importer.past_runs import recorded_recipe as recorded_recipe
    from importer.past_runs import resume as resume
    from importer.past_runs import rewrite_workbook as rewrite_workbook
    from importer.past_runs import undo as undo
    from importer.past_runs import unfinished_run as unfinished_run
    from importer.recipe import Recipe as Recipe
    from importer.run import Folders as Folders
    from importer.run import import_checked as import_checked
    from importer.run import import_file as import_file
    from importer.secret import Password as Password
    from importer.sending import RunReport as RunReport
    from importer.sending import Unwatched as Unwatched
    from importer.sending import Watcher as Watcher
    from importer.server.settings import Server as Server
    from importer.submit.stop import Stop as Stop
    from importer.submit.stop import StopKind as StopKind

_HOMES: Final = {
    "errors": "ImporterError RecordFailed UsageTrouble WorkbookFailed",
    "journal": "RunLine list_runs",
    "live_check": "LiveCheck check_live",
    "model": "CellProblem CheckedRow ExitCode Result RowOutcome",
    "past_runs": "LeftToUndo added_by left_to_undo named_run recorded_recipe resume rewrite_workbook undo"
    " unfinished_run",
    "recipe": "Recipe",
    "checking": "RERUN_RESULTS Checked after_live_check check_file check_results",
    "run": "Folders import_checked import_file",
    "secret": "Password",
    "sending": "RunReport Unwatched Watcher",
    "server.settings": "Server",
    "submit.stop": "Stop StopKind",
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = ["__version__", *sorted(_HOME_OF)]  # noqa: PLE0604  made of the names above, all of them texts


def __getattr__(name: str) -> Any:
    """Import a name of the package when it is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'importer' has no attribute '{name}'")
    return getattr(import_module(f"importer.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME_OF])
