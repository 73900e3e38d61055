"""Import DIDs (inbound phone numbers) from a spreadsheet into VICIdial, and learn what became of every row.

From Python::

    from pathlib import Path
    from importer import Folders, Password, ImportOptions, Server, import_file

    options = ImportOptions(fills=(("did_route", "IN_GROUP"), ("group", "SALES_IN")))
    server = Server("https://vici.example.org/vicidial/non_agent_api.php", "6666", Password("..."))
    report = import_file(Path("order.xlsx"), server, options, Folders(state=Path("records")))

Everything here is typed and frozen; nothing prints. What ends a call early is an ``ImporterError``. Names are looked
up when they are first used, because pandas and httpx take a second to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__version__ = "0.1.0"

if TYPE_CHECKING:
    from importer.errors import ImporterError as ImporterError
    from importer.errors import RecordWriteError as RecordWriteError
    from importer.errors import UsageError as UsageError
    from importer.errors import WorkbookWriteError as WorkbookWriteError
    from importer.journal import RunLine as RunLine
    from importer.journal import Runs as Runs
    from importer.journal import list_runs as list_runs
    from importer.journal import read_runs as read_runs
    from importer.model import CellProblem as CellProblem
    from importer.model import CheckedRow as CheckedRow
    from importer.model import Correction as Correction
    from importer.model import ExitCode as ExitCode
    from importer.model import Result as Result
    from importer.model import RowOutcome as RowOutcome
    from importer.sending.stop import Stop as Stop
    from importer.sending.stop import StopKind as StopKind
    from importer.settings.password import Password as Password
    from importer.settings.settings import Server as Server
    from importer.vicidial.names import ServerNames as ServerNames
    from importer.workflows.calls import Observer as Observer
    from importer.workflows.calls import RunControl as RunControl
    from importer.workflows.calls import SilentObserver as SilentObserver
    from importer.workflows.calls import server_names as server_names
    from importer.workflows.check import RERUN_RESULTS as RERUN_RESULTS
    from importer.workflows.check import Checked as Checked
    from importer.workflows.check import FilePreview as FilePreview
    from importer.workflows.check import SheetPreview as SheetPreview
    from importer.workflows.check import check_again as check_again
    from importer.workflows.check import check_file as check_file
    from importer.workflows.check import check_results as check_results
    from importer.workflows.check import preview_file as preview_file
    from importer.workflows.live_check import LiveCheck as LiveCheck
    from importer.workflows.live_check import after_live_check as after_live_check
    from importer.workflows.live_check import check_live as check_live
    from importer.workflows.options import Folders as Folders
    from importer.workflows.options import ImportOptions as ImportOptions
    from importer.workflows.past_runs import RecordedRun as RecordedRun
    from importer.workflows.past_runs import forget_run as forget_run
    from importer.workflows.past_runs import named_run as named_run
    from importer.workflows.past_runs import recorded_options as recorded_options
    from importer.workflows.past_runs import recorded_run as recorded_run
    from importer.workflows.past_runs import resume as resume
    from importer.workflows.past_runs import rewrite_workbook as rewrite_workbook
    from importer.workflows.past_runs import unfinished_run as unfinished_run
    from importer.workflows.past_runs import write_left_over as write_left_over
    from importer.workflows.run import import_checked as import_checked
    from importer.workflows.run import import_file as import_file
    from importer.workflows.run import import_file_async as import_file_async
    from importer.workflows.run import unfinished_run_of as unfinished_run_of
    from importer.workflows.send import RunReport as RunReport
    from importer.workflows.undo import LeftToUndo as LeftToUndo
    from importer.workflows.undo import added_by as added_by
    from importer.workflows.undo import left_to_undo as left_to_undo
    from importer.workflows.undo import undo as undo
    from importer.workflows.verify import VerifyReport as VerifyReport
    from importer.workflows.verify import verify_results as verify_results

_HOMES: Final = {
    "errors": "ImporterError RecordWriteError UsageError WorkbookWriteError",
    "journal": "RunLine Runs list_runs read_runs",
    "model": "CellProblem CheckedRow Correction ExitCode Result RowOutcome",
    "sending.stop": "Stop StopKind",
    "settings.password": "Password",
    "settings.settings": "Server",
    "workflows.check": (
        "RERUN_RESULTS Checked FilePreview SheetPreview check_again check_file check_results preview_file"
    ),
    "workflows.live_check": "LiveCheck after_live_check check_live",
    "vicidial.names": "ServerNames",
    "workflows.calls": "Observer RunControl SilentObserver server_names",
    "workflows.options": "Folders ImportOptions",
    "workflows.past_runs": (
        "RecordedRun forget_run named_run recorded_options recorded_run resume rewrite_workbook unfinished_run"
        " write_left_over"
    ),
    "workflows.undo": "LeftToUndo added_by left_to_undo undo",
    "workflows.run": "import_checked import_file import_file_async unfinished_run_of",
    "workflows.send": "RunReport",
    "workflows.verify": "VerifyReport verify_results",
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
