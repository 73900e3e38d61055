"""Run trouble: what ends a command, as opposed to what is wrong with one row, which is a value.

Every message is one line that names the place and the next step.
"""


class ImporterError(Exception):
    """The parent of all run trouble; ``str()`` of it is the one line that the person reads."""


class UsageError(ImporterError):
    """Nothing was sent: the call, the settings or the file must change first (exit code 2)."""


class SheetError(UsageError):
    """The input file cannot be read as a list of DIDs."""


class NoSuchSheetError(SheetError):
    """The workbook has no sheet of the name that was asked for."""


class ResultsGivenError(SheetError):
    """The input file is a results workbook: its rows were sent before, and only a rerun knows which."""


class SettingsError(UsageError):
    """The server, the user, the password or an option is missing or wrong."""


class ResultsError(UsageError):
    """The results workbook cannot be written where it should be."""


class JournalError(UsageError):
    """The record of runs cannot be used as asked: no such run, a changed input, another process at work."""


class RecordWriteError(ImporterError):
    """The durable record could not be written in mid-run (exit code 3); what it holds so far is intact."""


class WorkbookWriteError(ImporterError):
    """All is sent and recorded, but the results workbook could not be written (exit code 3)."""
