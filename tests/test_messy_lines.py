"""Each ugly file through the whole line: what must become of every row, and that VICIdial holds exactly that."""

import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from messy.make import MESSY_FILES
from messy.messy_file import IN_GROUPS, Became, MessyFile
from running import Desk, Ran, flags

from importer.model import Result
from importer.sandbox import Sandbox, SandboxOptions

# a million rows without a cell take long to read, and are read in test_sheet_messy
_READ = [file for file in MESSY_FILES if not file.error and file.name != "a-million-formatted-rows"]
# how each is refused stands in test_sheet_messy
_REFUSED = [file for file in MESSY_FILES if file.name in ("empty-file", "header-alone", "row-beyond-the-last")]
_ROUTED = ("--set", "did_route=IN_GROUP", "--set", "group=SALES_IN")


@pytest.fixture(scope="module")
def started() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(in_groups=IN_GROUPS)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """Read the system's certificates once: nothing is encrypted here, and reading them takes longer than a run."""
    context = ssl.create_default_context()
    with patch.object(ssl, "create_default_context", lambda **_: context):
        yield


@pytest.fixture
def sandbox(started: Sandbox) -> Iterator[Sandbox]:
    """The sandbox, as empty as at its start."""
    yield started
    for did in started.stored():
        started.delete_did(did)


def _named(file: MessyFile) -> str:
    return file.name


def _is_bad(became: Became) -> bool:
    """Whether the check alone finds the row bad."""
    return became.result is Result.INVALID and not became.did


def assert_said(file: MessyFile, ran: Ran) -> None:
    """Fail unless the command says what it must, and what it would send of the first rows."""
    assert "did-importer:" not in ran.err
    words = " ".join(ran.out.split())
    for said in file.said:
        assert said in words
    sent = [became for became in file.became if became.did]
    for became in sent[:3]:
        assert re.search(rf"row {became.row}: .*-> {re.escape(became.did)}( |$)", words)
    bad = sum(map(_is_bad, file.became))
    twice = len(file.became) - len(sent) - bad
    assert re.search(rf"{len(sent)} good( \(\d+ of them with a remark\))?, {bad} invalid, {twice} duplicate", words)


def test_more_than_a_hundred_and_fifty_files_say_what_must_become_of_each_row() -> None:
    assert len(_READ) > 150
    assert all(file.became for file in _READ)
    # each row of the file, in its order
    assert all(list(dict.fromkeys(one.row for one in file.became)) == [row for row, _ in file.rows] for file in _READ)


@pytest.mark.parametrize("file", _READ, ids=_named)
def test_an_ugly_file_is_checked_and_run_and_each_row_becomes_what_it_must(
    file: MessyFile, sandbox: Sandbox, tmp_path: Path
) -> None:
    desk = Desk(tmp_path)
    path = file.write_to(tmp_path)
    calls = len(sandbox.calls)

    checked = desk.did_importer("check", path, *file.words(), *_ROUTED)
    assert checked.code == (1 if any(map(_is_bad, file.became)) else 0), checked
    assert_said(file, checked)
    assert len(sandbox.calls) == calls

    ran = desk.did_importer("run", path, *file.words(), *_ROUTED, *flags(sandbox))
    fine = all(became.result in (Result.SUCCESS, Result.DUPLICATE) for became in file.became)
    assert ran.code == (0 if fine else 1), ran
    assert_said(file, ran)

    lines = desk.results()
    got = tuple(Became(line.row, line.result, line.did_sent) for line in lines)
    assert got == tuple(Became(became.row, became.result, became.did) for became in file.became)
    for became, line in zip(file.became, lines, strict=True):
        assert became.reason in line.reason
    if len(lines) == len(file.rows):
        assert tuple((line.row, line.cells) for line in lines) == file.rows
    assert set(sandbox.stored()) == {became.did for became in file.became if became.result is Result.SUCCESS}
    # after a refusal the in-groups and call menus are asked for, which names no DID
    sent = [call.did_pattern for call in sandbox.calls[calls:] if call.did_pattern]
    assert sorted(sent) == sorted(became.did for became in file.became if became.did)


def test_columns_can_be_explained_in_a_file_and_a_flag_has_the_last_word(sandbox: Sandbox, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.write("order.csv", ("Leitung", "Ziel", "Art"), [("17275550100", "SALES", "Main line")])
    mapping = tmp_path / "carrier.toml"
    mapping.write_text(
        '[columns]\n"Leitung" = "did_pattern"\n"Ziel" = "group"\n"Art" = "did_route"\n', encoding="utf-8"
    )
    words = ("--mapping", mapping, "--map", "Art=did_description")
    ran = desk.did_importer("run", path, *words, *_ROUTED, *flags(sandbox))
    assert ran.code == 0
    row = sandbox.stored()["17275550100"]
    stored = (row["did_description"], row["did_route"], row["group_id"])
    assert stored == ("Main line", "IN_GROUP", "SALES")


@pytest.mark.parametrize("file", _REFUSED, ids=_named)
def test_a_file_that_cannot_be_read_ends_check_and_run_in_one_line_and_no_call(
    file: MessyFile, sandbox: Sandbox, tmp_path: Path
) -> None:
    desk = Desk(tmp_path)
    path = file.write_to(tmp_path)
    calls = len(sandbox.calls)
    for arguments in (("check", path), ("run", path, *flags(sandbox))):
        ran = desk.did_importer(*arguments, *file.words(), *_ROUTED)
        assert (ran.code, ran.out) == (2, "")
        assert re.fullmatch(r"did-importer: [^\n]+\n", ran.err)
        assert re.search(file.error, ran.err)
    assert len(sandbox.calls) == calls
    assert list(tmp_path.iterdir()) == [path]
