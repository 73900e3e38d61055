"""What doctor looks at, one rung after the other, and what it finds on each."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from importer.model import ExitCode
from importer.settings.named import Setting


class Level(StrEnum):
    """How a rung is."""

    OK = "ok"
    WARNING = "warning"
    """Rows can be added all the same; the sentence says what is lost or at risk."""
    BROKEN = "broken"
    """Nothing above it can hold."""


class Rung(StrEnum):
    """What must hold before a DID can be added, each only once those before it hold."""

    SETTINGS = "settings"
    NAME = "name"
    PORT = "port"
    TLS = "TLS"
    API = "API"
    BUILD = "build"
    LOGIN = "login"
    FUNCTION = "function"
    PERMISSION = "permission"
    TABLE = "table"
    PROBE = "update_did"

    def ok(self, sentence: str) -> "RungResult":
        """Return that it holds."""
        return RungResult(self, Level.OK, sentence)

    def warning(self, sentence: str, fix: str = "", said: str = "") -> "RungResult":
        """Return that it holds, but something is lost or at risk."""
        return RungResult(self, Level.WARNING, sentence, fix, said)

    def broken(self, sentence: str, fix: str, said: str = "") -> "RungResult":
        """Return that nothing above it can hold."""
        return RungResult(self, Level.BROKEN, sentence, fix, said)


@dataclass(frozen=True, slots=True)
class RungResult:
    """What was found on one rung."""

    rung: Rung
    level: Level
    sentence: str  # what was found: the cause, where it is broken
    fix: str = ""  # what to do about it; empty where nothing is to be done
    said: str = ""  # the server's own words, masked; empty where they say no more than the sentence
    settings: tuple[Setting, ...] = ()  # on the rung SETTINGS, what is set and where each value came from


def exit_code(results: Iterable[RungResult]) -> ExitCode:
    """Return how the command ends: DONE if nothing is broken, USAGE for the settings, STOPPED for anything else."""
    for result in results:
        if result.level is Level.BROKEN:
            return ExitCode.USAGE if result.rung is Rung.SETTINGS else ExitCode.STOPPED
    return ExitCode.DONE


def not_reached(results: Iterable[RungResult]) -> tuple[Rung, ...]:
    """Return the rungs that nobody looked at."""
    seen = {result.rung for result in results}
    return tuple(rung for rung in Rung if rung not in seen)
