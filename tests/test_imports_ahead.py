"""Libraries are imported ahead in one thread, and nobody imports the same ones beside it."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from messy.xlsx_by_hand import cells, sheet, workbook

from importer.checking import check_table
from importer.checking.imports import THREAD_NAME, ImportsAhead
from importer.workflows import check as checking
from importer.workflows.options import ImportOptions


def importing_ahead() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]


def test_pandera_is_imported_only_by_the_one_thread_that_may_judge() -> None:
    program = """
import sys
from importer.checking import schema

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pandera" and not schema._ONE_AT_A_TIME.locked():
            print(name)

sys.meta_path.insert(0, Watch())
schema.warm_up()
print("pandera.errors" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["True"]


def test_nothing_is_checked_before_the_imports_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    still_importing = []
    check = check_table

    def spy(*words: Any) -> Any:
        still_importing.append(importing_ahead())
        return check(*words)

    monkeypatch.setattr(checking, "check_table", spy)
    path = tmp_path / "order.xlsx"
    order, other = sheet(cells("DID"), cells("17275550100", row=2)), sheet(cells("Notes"))
    workbook({"Order": order, "Other": other})(path)
    assert len(checking.check_file(path, ImportOptions(fills=(("extension", "1234"),))).planned) == 1
    assert still_importing == [[]]


def test_to_begin_twice_is_to_begin_once_and_to_wait_for_nothing_is_no_wait() -> None:
    ahead = ImportsAhead()
    ahead.wait()
    ahead.begin()
    ahead.begin()
    assert len(importing_ahead()) <= 1
    ahead.wait()
    assert importing_ahead() == []
