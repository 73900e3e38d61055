"""``undo``: it deletes exactly what the record shows as added by that run, and nothing else, whatever happens."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from ask_sandbox import add
from running import Desk, Looker, Ran, did, dying, fast_clock, flags, recipe_against, server_at

from importer.cli import terminal
from importer.errors import JournalError, SettingsError
from importer.journal import RunState
from importer.model import Result
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.sandbox.faults import OF_A_WHOLE_SERVER
from importer.sandbox.store import User
from importer.sending.operations import IMPOSSIBLE_PHONE_CODE
from importer.workbooks.results import read_results
from importer.workbooks.results.causes import causes_of
from importer.workflows.options import ImportOptions
from importer.workflows.past_runs import named_run, recorded_options, resume
from importer.workflows.send import RunReport
from importer.workflows.undo import added_by, left_to_undo, undo

HEADER = ("did_pattern", "did_route", "extension")
OPS = User("ops", "pw1234")


def write(desk: Desk, name: str, numbers: Iterable[int]) -> Path:
    return desk.write(name, HEADER, [(did(number), "EXTEN", "8300") for number in numbers])


def run(desk: Desk, sandbox: Sandbox, numbers: Iterable[int], *more: object, name: str = "order.csv") -> str:
    """Import DIDs; return the name of the run."""
    assert desk.did_importer("run", write(desk, name, numbers), *flags(sandbox, *more)).code in (0, 1)
    return desk.newest().about.run_id


def undone(desk: Desk, name: str, *more: object) -> Ran:
    return desk.did_importer("undo", name, "--yes", "--rate", "0", *more)


def dids(numbers: Iterable[int]) -> set[str]:
    return {did(number) for number in numbers}


def put(sandbox: Sandbox, *numbers: int) -> None:
    """Add DIDs as a colleague does, behind our back."""
    with httpx.Client() as client:
        for number in numbers:
            assert add(client, sandbox, did(number)).text.startswith("SUCCESS")


def undone_here(desk: Desk, sandbox: Sandbox, options: ImportOptions, observer: Looker | None = None) -> RunReport:
    """Undo the newest run from Python."""
    return undo(desk.newest(), options, server_at(sandbox.url), desk.folders, observer, clock=fast_clock())


def test_undo_deletes_what_the_run_added_and_nothing_else(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        put(sandbox, 1, 2)
        other = run(desk, sandbox, range(20, 23))
        name = run(desk, sandbox, [0, 1, 2, 3, 4, 3, 20], "--on-duplicate", "update")
        put(sandbox, 30)
        before = len(sandbox.calls)
        ran = undone(desk, name)
        assert set(sandbox.stored()) == dids([1, 2, 20, 21, 22, 30])
        calls = sandbox.calls[before:]
    assert ran.code == 0
    assert other != name
    # four workers: the calls of different rows come in any order
    assert sorted((call.function, call.did_pattern) for call in calls) == [("update_did", did(n)) for n in (0, 3, 4)]
    assert {call.params["delete_did"] for call in calls} == {"Y"}
    assert [(line.cells, line.result, line.reason) for line in desk.results()] == [
        ((did(number),), Result.SUCCESS, "deleted") for number in (0, 3, 4)
    ]
    assert "added 3 DIDs to http://127.0.0.1" in " ".join(ran.out.split())
    assert desk.did_importer("runs", desk.newest().about.run_id).code == 0
    again = read_results(desk.folder / "order_undo_results_2.xlsx")
    assert [row.result for row in again.rows] == [Result.SUCCESS] * 3


@pytest.mark.parametrize(("look_first", "left"), [((), [1]), (("--probe-first",), [])])
def test_a_did_whose_answer_was_lost_is_deleted_only_where_it_is_known_that_this_run_added_it(
    tmp_path: Path, look_first: tuple[str, ...], left: list[int]
) -> None:
    desk = Desk(tmp_path)
    faults = FaultPlan(chosen=lambda asked, nth: Fault.CUT_AFTER if asked == did(1) and nth == 1 else None)
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        name = run(desk, sandbox, range(3), *look_first)
        assert undone(desk, name).code == 0
        assert set(sandbox.stored()) == dids(left)


def test_the_rows_of_a_rerun_that_the_first_run_added_belong_to_the_first_run(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [(did(0), "EXTEN", "8300"), (did(1), "EXTEN", "")]
    path = desk.write("order.csv", HEADER, rows)
    with Sandbox() as sandbox:
        desk.did_importer("run", path, *flags(sandbox))
        results = desk.folder / "order_results.xlsx"
        desk.did_importer("rerun", results, *flags(sandbox, "--set", "extension=8301"))
        rerun_name = desk.newest().about.run_id
        assert set(sandbox.stored()) == dids([0, 1])
        assert undone(desk, rerun_name).code == 0
        assert set(sandbox.stored()) == dids([0])


def test_a_did_that_is_gone_already_is_said_to_be(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        name = run(desk, sandbox, range(3))
        sandbox.delete_did(did(1))
        assert undone(desk, name).code == 0
        assert sandbox.stored() == {}
        put(sandbox, 1)
        again = undone(desk, name)
        assert set(sandbox.stored()) == dids([1]), "what came after the first undo is not the run's"
    assert again.code == 2
    assert "was taken back already" in again.err
    gone = "not deleted by this run: the DID was not there any more"
    assert [(line.result, line.reason) for line in desk.results()] == [
        (Result.SUCCESS, "deleted"),
        (Result.DUPLICATE, gone),
        (Result.SUCCESS, "deleted"),
    ]
    (cause,) = causes_of([line.outcome(0) for line in desk.results()], "", undoes=name)
    assert (cause.sentence, cause.fix) == (f"not there: {gone}", "Nothing to do.")


def test_what_a_later_run_added_again_is_that_runs(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        first = run(desk, sandbox, range(4))
        sandbox.delete_did(did(1))
        sandbox.delete_did(did(2))
        later = run(desk, sandbox, [1, 2, 7])
        ran = undone(desk, first)
        assert set(sandbox.stored()) == dids([1, 2, 7])
        words = " ".join(ran.out.split())
        assert f"not deleted, because a later run added them too: 2 DIDs ({later})" in words
        assert ran.code == 0
        assert undone(desk, later).code == 0
        assert sandbox.stored() == {}


def test_a_run_that_added_nothing_cannot_be_undone_nor_can_an_undo(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        put(sandbox, 0)
        empty = run(desk, sandbox, [0])
        ran = undone(desk, empty)
        assert ran.code == 2
        assert f"the run {empty} added no DID, so there is nothing to undo" in ran.err
        name = run(desk, sandbox, [1])
        undone(desk, name)
        assert undone(desk, desk.newest().about.run_id).code == 2
        assert set(sandbox.stored()) == dids([0])


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (replace(OPS, delete_dids=False), "Delete DIDs"),
        (replace(OPS, functions=("add_did",)), "Allowed API Functions"),
        (replace(OPS, modify_dids=False), "Modify DIDs"),
    ],
)
def test_a_user_who_may_not_delete_is_refused_ten_times_and_no_more(tmp_path: Path, user: User, words: str) -> None:
    desk = Desk(tmp_path, password="pw1234")
    with Sandbox() as sandbox:
        sandbox.put_user(OPS)
        ran = desk.did_importer("run", write(desk, "order.csv", range(30)), *flags(sandbox), "--user", "ops")
        assert ran.code == 0
        name = desk.newest().about.run_id
        sandbox.put_user(user)
        before = len(sandbox.calls)
        ran = undone(desk, name, "--workers", "1")
        assert len(sandbox.calls) - before == 10
        assert set(sandbox.stored()) == dids(range(30))
        lines = desk.results()
        assert ran.code == 3
        assert {line.result for line in lines} == {Result.PERMISSION_ERROR}
        assert words in lines[0].reason
        assert "next: did-importer undo" in ran.out
        assert "rerun" not in ran.out
        sandbox.put_user(OPS)
        assert undone(desk, name).code == 0
        assert sandbox.stored() == {}


def test_a_deletion_whose_first_answers_are_lost_is_a_deletion(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    each = {did(row): fault for row, fault in enumerate(fault for fault in Fault if fault not in OF_A_WHOLE_SERVER)}
    faults = FaultPlan(
        chosen=lambda asked, nth: each.get(asked) if nth <= 2 else None, functions=frozenset({"update_did"})
    )
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        put(sandbox, 90)
        run(desk, sandbox, range(len(each)))
        report = undone_here(desk, sandbox, recipe_against(*each.values()))
        assert set(sandbox.stored()) == dids([90])
    assert {outcome.result for outcome in report.outcomes} == {Result.SUCCESS}
    assert {outcome.reason.partition(":")[0] for outcome in report.outcomes} == {"deleted"}
    assert not any(outcome.added for outcome in report.outcomes)


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.ERROR_500_AFTER])
def test_a_deletion_that_is_never_answered_is_unknown(tmp_path: Path, fault: Fault) -> None:
    desk = Desk(tmp_path)
    faults = FaultPlan(chosen=lambda asked, nth: fault, functions=frozenset({"update_did"}))
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        run(desk, sandbox, [0, 1])
        # the first answer of all is awaited alone, and none comes that could say that the server is well
        report = undone_here(desk, sandbox, ImportOptions(rate=0, retries=1, give_up_after=50_000))
        assert set(sandbox.stored()) == (dids([0, 1]) if fault is Fault.CUT_BEFORE else set())
    assert {outcome.result for outcome in report.outcomes} == {Result.UNKNOWN}


def test_an_undo_that_is_killed_is_finished_by_resume_which_deletes_and_never_adds(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox(SandboxOptions(latency=(0.001, 0.004))) as sandbox:
        put(sandbox, 90)
        name = run(desk, sandbox, range(60))
        before = len(sandbox.calls)
        process = desk.start("undo", name, "--yes", "--rate", "0")
        assert sandbox.wait_for_calls(before + 20)
        process.kill()
        process.wait()
        line = desk.newest()
        assert line.about.previous == name
        assert line.about.state is RunState.UNFINISHED
        assert 1 < len(sandbox.stored()) < 60
        done = desk.recorded()
        at_death = len(sandbox.calls)
        ran = desk.did_importer("resume", "--rate", "0", "--verify", "--probe-first", "--on-duplicate", "update")
        assert set(sandbox.stored()) == dids([90])
        later = sandbox.calls[at_death:]
    assert ran.code == 0, ran
    # what an earlier process may have deleted is told from what another user group has by a dry run of add_did
    assert {call.params.get("phone_code") for call in later if call.function == "add_did"} <= {IMPOSSIBLE_PHONE_CODE}
    assert {call.params.get("delete_did") for call in later if call.function == "update_did"} == {"Y"}
    assert not {call.did_pattern for call in later} & set(done), "what had its outcome is not sent again"
    assert {line.result for line in desk.results()} == {Result.SUCCESS}
    assert len(desk.results()) == 60
    assert desk.newest().about.state is RunState.FINISHED


def test_resume_of_an_undo_deletes_and_of_an_import_adds_whatever_recipe_it_is_given(tmp_path: Path) -> None:
    desk, fast = Desk(tmp_path), ImportOptions(rate=0)
    with Sandbox() as sandbox:
        server = server_at(sandbox.url)
        with pytest.raises(RuntimeError, match="dies here"):
            desk.importing(write(desk, "order.csv", range(8)), sandbox.url, fast, observer=dying(3))
        resume(desk.newest(), replace(fast, undo=True), server, desk.folders)
        assert set(sandbox.stored()) == dids(range(8))
        with pytest.raises(RuntimeError, match="dies here"):
            undone_here(desk, sandbox, fast, dying(3))
        resume(desk.newest(), fast, server, desk.folders)
        assert sandbox.stored() == {}


def test_no_file_can_be_deleted_by_a_recipe(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        put(sandbox, 0)
        with pytest.raises(SettingsError, match="a file cannot be undone"):
            desk.importing(write(desk, "order.csv", [0]), sandbox.url, ImportOptions(undo=True))
        assert set(sandbox.stored()) == dids([0])


def test_the_workbook_of_an_undo_is_no_order(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        name = run(desk, sandbox, [0])
        undone(desk, name)
        workbook = Path(desk.newest().about.workbook)
        assert workbook.name == "order_undo_results.xlsx"
        ran = desk.did_importer("rerun", workbook, *flags(sandbox, "--only", "success"))
        assert sandbox.stored() == {}
    assert ran.code == 2
    assert f"did-importer undo {name}" in ran.err
    with pytest.raises(JournalError, match="is the workbook of an undo"):
        recorded_options(desk.folders, workbook)


def test_undo_says_what_it_left_and_how_to_go_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    faults = FaultPlan(
        chosen=lambda asked, nth: Fault.MYSQL_DOWN if asked == did(1) else None, functions=frozenset({"update_did"})
    )
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        name = run(desk, sandbox, range(3))
        report = undone_here(desk, sandbox, ImportOptions(rate=0, give_up_after=50_000))
        assert set(sandbox.stored()) == dids([1])
        left = left_to_undo(named_run(desk.folders, name), desk.folders)
    assert [outcome.result for outcome in report.outcomes] == [Result.SUCCESS, Result.FAILED, Result.SUCCESS]
    assert report.undoes == name
    assert (left.dids, left.taken_back) == ((did(1),), 2)
    assert f"did-importer undo {name}" in str(_summary(report.workbook))


def _summary(workbook: Path) -> list[object]:
    import openpyxl

    return [cell.value for row in openpyxl.load_workbook(workbook)["Summary"] for cell in row]


class Terminal:
    """Somebody at a terminal, who answers the same to every question."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
        self.asked: list[str] = []
        self._answer = answer
        monkeypatch.setattr(terminal, "somebody_is_there", lambda: True)
        monkeypatch.setattr("builtins.input", self._ask)

    def _ask(self, question: str) -> str:
        self.asked.append(" ".join(question.split()))
        return self._answer


@pytest.mark.parametrize(("answer", "deleted"), [("y", True), ("", False), ("delete", False)])
def test_on_a_terminal_undo_asks_with_host_and_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, deleted: bool
) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        name = run(desk, sandbox, range(3))
        refused = desk.did_importer("undo", name)
        assert (refused.code, "add --yes" in refused.err) == (2, True), "nobody is there to answer"
        person = Terminal(monkeypatch, answer)
        ran = desk.did_importer("undo", name, "--rate", "0")
        assert set(sandbox.stored()) == (set() if deleted else dids(range(3)))
        assert person.asked == [f"Delete 3 DIDs from {sandbox.url} as 6666? [y/N]"]
    assert ran.code == (0 if deleted else 2)
    assert len(desk.runs()) == (2 if deleted else 1)


def test_undo_list_holds_the_dids_that_the_run_added_one_a_line(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    faults = FaultPlan(chosen=lambda asked, nth: Fault.LOST_INSERT if asked == did(3) else None)
    added = tmp_path / "added.txt"
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        put(sandbox, 1)
        run(desk, sandbox, range(6), "--verify", "--undo-list", added)
    assert added.read_text(encoding="ascii") == "".join(f"{did(number)}\n" for number in (0, 2, 4, 5))
    assert added_by(desk.newest()) == tuple(did(number) for number in (0, 2, 4, 5))


@pytest.mark.parametrize("name", ["nowhere/added.txt", "order.csv", "link.txt"])
def test_an_undo_list_that_cannot_be_written_or_would_replace_a_file_is_refused_before_a_call(
    tmp_path: Path, name: str
) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "link.txt").symlink_to("order.csv")
    with Sandbox() as sandbox:
        path = write(desk, "order.csv", range(2))
        before = path.read_bytes()
        ran = desk.did_importer("run", path, *flags(sandbox, "--undo-list", tmp_path / name))
        assert not sandbox.calls
    assert ran.code == 2
    assert path.read_bytes() == before
