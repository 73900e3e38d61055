"""Run trouble: what ends a command, as opposed to what is wrong with one row.

A row's trouble is a value (see ``importer.model``); these are exceptions::

    ImporterError
    |-- UsageTrouble       nothing was sent; the person changes the call, the settings or the file (exit 2)
    |   |-- SheetTrouble       the input cannot be read as a list of DIDs
    |   |-- SettingsTrouble    server, user, password or an option is missing or wrong
    |   |-- ResultsTrouble     the results workbook cannot be written where it should be
    |   `-- JournalTrouble     the record of runs cannot be used as asked
    |-- RecordFailed       the durable record could not be written in mid-run (exit 3)
    `-- WorkbookFailed     all is sent and recorded, but the results workbook could not be written (exit 3)

Every message is one line that names the place and the next step.
"""


class ImporterError(Exception):
    """The parent of all run trouble; ``str()`` of it is the one line that the person reads."""


class UsageTrouble(ImporterError):
    """Nothing was sent: the call, the settings or the file must change first (exit code 2)."""


class SheetTrouble(UsageTrouble):
    """The input file cannot be read as a list of DIDs."""


class SettingsTrouble(UsageTrouble):
    """The server, the user, the password or an option is missing or wrong."""


class ResultsTrouble(UsageTrouble):
    """The results workbook cannot be written where it should be."""


class JournalTrouble(UsageTrouble):
    """The record of runs cannot be used as asked: no such run, a changed input, another process at work."""


class RecordFailed(ImporterError):
    """The durable record could not be written in mid-run (a full disk); what it holds so far is intact."""


class WorkbookFailed(ImporterError):
    """All is sent and recorded, but the results workbook could not be written; the record can write it again."""
