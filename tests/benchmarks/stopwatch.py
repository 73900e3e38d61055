"""Runs a command as a child and says what it took, as the kernel counted it."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from typing import BinaryIO

_LAST_WORDS_BYTES = 2000


class ChildFailed(Exception):
    """A contestant did not do its job, so its figures say nothing."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a child took.

    Attributes:
        wall: seconds from its start to its end.
        cpu: seconds of processor time, user and system, of all its threads and children.
        peak_mib: the most memory it held at once, in MiB (its largest process).
        out: what it printed; empty where that was not wanted.
    """

    wall: float
    cpu: float
    peak_mib: float
    out: str = ""


def run_child(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    folder: Path,
    fine: Collection[int] = (0,),
    keep_output: bool = False,
    timeout: float = 3600.0,
) -> Spent:
    """Run a command to its end.

    Args:
        command: the program and its words.
        environment: the whole of its environment.
        folder: where it works.
        fine: the exit codes that mean that it did its job.
        keep_output: hand back what it prints; otherwise that goes nowhere and costs next to nothing.
        timeout: seconds after which it is killed.

    Raises:
        ChildFailed: it ended otherwise, or took too long.
    """
    if sys.platform == "win32":
        raise ChildFailed("the benchmark runs on Linux")
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            words,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out if keep_output else subprocess.DEVNULL,
            stderr=errors,
        )
        alarm = threading.Timer(timeout, _kill, [child.pid])
        alarm.start()
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            child.wait()
            raise
        finally:
            alarm.cancel()
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in fine:
            raise ChildFailed(f"{' '.join(words[:6])} ended with {child.returncode}: {_last_words(errors)}")
        # Linux counts ru_maxrss in KiB
        peak = used.ru_maxrss / 1024
        return Spent(wall, used.ru_utime + used.ru_stime, peak, _text(out) if keep_output else "")


def _kill(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, SIGKILL)


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _last_words(file: BinaryIO) -> str:
    return _text(file)[-_LAST_WORDS_BYTES:].strip() or "it said nothing"
