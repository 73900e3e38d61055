"""The libraries that a check needs, imported in a thread while a large file is read."""

from importlib import import_module
from threading import Thread

from importer.checking.schema import warm_up

THREAD_NAME = "imports ahead"


class ImportsAhead:
    """Imports what a check needs beside whoever reads the file, and lets nobody check before it is done.

    Two threads must not import one library at the same time: where its parts import each other, as pandera's do, each
    thread comes to hold what the other waits for, and Python ends one of the two imports with an error.
    """

    def __init__(self) -> None:
        self._thread = Thread(target=_make_ready, name=THREAD_NAME, daemon=True)

    def begin(self) -> None:
        """Begin, in a thread; a workbook of several sheets asks for it once for each."""
        if self._thread.ident is None:
            self._thread.start()

    def wait(self) -> None:
        """Return when all is imported, or at once where nothing was begun."""
        if self._thread.ident is not None:
            self._thread.join()


def _make_ready() -> None:
    warm_up()
    for name in ("phonenumbers", "xlsxwriter"):
        import_module(name)
