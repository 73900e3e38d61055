"""Runs a command as a child and says what it took, as the kernel counted it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class ChildFailedError(Exception):
    """A contestant did not do its job, so its figures say nothing."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a child took.

    Attributes:
        wall: seconds from its start to its end.
        cpu: seconds of processor time, user and system.
        peak_mib: the most memory it held at once, in MiB.
        out: what it printed.
    """

    wall: float
    cpu: float
    peak_mib: float
    out: str = ""


def run_child(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, fine: Collection[int] = (0,)
) -> Spent:
    """Run a command to its end.

    Args:
        command: the program and its words.
        environment: the whole of its environment.
        folder: where it works.
        fine: the exit codes that mean that it did its job.

    Raises:
        ChildFailedError: it ended otherwise.
    """
    if sys.platform == "win32":
        raise ChildFailedError("the benchmark runs on Linux")
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            words, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=errors
        )
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            child.wait()
            raise
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, errors):
            stream.seek(0)
        if child.returncode not in fine:
            last_words = errors.read().decode(errors="replace")[-2000:]
            raise ChildFailedError(f"{' '.join(words[:6])} ended with {child.returncode}: {last_words}")
        # Linux counts ru_maxrss in KiB
        return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read().decode(errors="replace"))
