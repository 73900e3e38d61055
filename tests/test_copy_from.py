"""The column ``copy_from``: the DID whose every setting is copied, the one way to give an AGENT route its agent."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import MAY_HAVE_ADDED, Desk, correct, did, dying, fast_clock, flags, recipe_against, server_at

from importer.checking import CheckedTable, CheckOptions, DidFormat, check_table
from importer.columns import COPY_FROM, DID_PATTERN
from importer.model import CellFlaw, Result, Table
from importer.sandbox import Fault, FaultPlan, Sandbox, SandboxOptions
from importer.sandbox.store import User
from importer.workbooks.template import write_template
from importer.workflows.options import ImportOptions
from importer.workflows.past_runs import resume

DID, MODEL, NOWHERE = "17275550111", "18005550199", "18005550100"
QUEUE = {"did_route": "IN_GROUP", "group": "SALES_IN"}


def check(header: str, *rows: Sequence[str], flaws: Mapping[Any, CellFlaw] | None = None, **given: Any) -> CheckedTable:
    """Check rows under a header of names between bars."""
    table = Table(
        path=Path("order.xlsx"),
        sha256="",
        sheet="",
        header=tuple(header.split("|")),
        row_numbers=tuple(range(2, 2 + len(rows))),
        rows=tuple(tuple(row) for row in rows),
        flaws=flaws or {},
    )
    return check_table(table, CheckOptions(**given))


def sources(header: str, *typed: str, **given: Any) -> list[str]:
    """Return what is copied by rows with these cells in the column copy_from, each with a DID of its own."""
    checked = check(f"did|{header}", *((f"{17275550111 + place}", cell) for place, cell in enumerate(typed)), **given)
    assert [row.problems for row in checked.rows] == [()] * len(typed)
    return [dict(row.parameters)["copy_from"] for row in checked.rows]


def columns_wrong(header: str, *rows: Sequence[str], **given: Any) -> list[list[str]]:
    return [[problem.column for problem in row.problems] for row in check(header, *rows, **given).rows]


@pytest.mark.parametrize("header", ["copy_from", "Copy From", "source_did_pattern", "Source DID", "Copy from DID"])
def test_a_row_that_names_a_did_to_copy_needs_no_route_and_no_target(header: str) -> None:
    (row,) = check(f"did|{header}", [DID, MODEL]).rows
    assert (row.problems, row.notes) == ((), ())
    assert row.parameters == (("did_pattern", DID), ("copy_from", MODEL))


def test_it_is_read_and_written_like_every_did() -> None:
    typed = ("(800) 555-0199", "800.555.0199", '="8005550199"', "tel:800-555-0199", "\u200b800\u2013555\u20130199")
    assert sources("copy_from", *typed, "'8005550199") == ["8005550199"] * 6
    for form, written in (("e164", "+18005550199"), ("international", "18005550199"), ("national", "8005550199")):
        assert sources("copy_from", "+1 800 555 0199", did_format=DidFormat(form)) == [written]
    assert sources("copy_from", "default", "Sales-Line", any_pattern=True) == ["default", "SalesLine"]
    assert sources("copy_from", "442079460111") == ["442079460111"]


NAMES_NO_DID = (
    ("1.80056E+10", "short form"),
    ("8005550199 ext 3", "extension"),
    ("8005550199 / 8005550198", "name the one DID that is copied"),
    ("8005550100-8005550199", "holds more than one number; name the one DID"),
    ("2026-11-23", "date"),
    ("#REF!", "error"),
    ("default", "holds letters"),
    ("7", "is too short"),
    ("7" * 51, "is too long"),
    (DID, "is the row's own DID; name the DID that is copied"),
    ("1 (727) 555-0111", "is the row's own DID"),
)


def test_a_cell_that_names_no_other_did_is_a_problem() -> None:
    rows = check("did|copy_from", *((DID, typed) for typed, _ in NAMES_NO_DID), fills=QUEUE).rows
    for row, (typed, words) in zip(rows, NAMES_NO_DID, strict=True):
        (problem,) = row.problems
        assert (problem.column, problem.value) == ("copy_from", typed)
        assert words in problem.problem
        assert problem.allowed == "digits with an optional leading +, 2 to 50 characters"
    for flaw in CellFlaw:
        assert columns_wrong("did|copy_from", [DID, MODEL], flaws={(0, 1): flaw}) == [["copy_from"]]
    assert columns_wrong("did|copy_from", ["TBD", "n/a"]) == [["did_pattern", "copy_from"]]
    assert columns_wrong("did|copy_from", [DID, "442079460111"], strict_numbers=True) == [["copy_from"]]
    assert columns_wrong("did|copy_from", ["SalesLine", "SALESLINE"], any_pattern=True) == [["copy_from"]]


def test_the_other_cells_of_a_copy_are_neither_sent_nor_judged_but_named_and_its_description_is_like_every_other() -> (
    None
):
    header = "did|copy_from|did_route|list_id|active|description|City"
    checked = check(
        header,
        [DID, MODEL, "Ingroup", "#REF!", "maybe", "Agent line", "Tampa"],
        ["17275550112", MODEL, "", " ", "", "Joe & Co line", ""],
        ["17275550113", MODEL, "", "", "", "abc", ""],
    )
    first, second, third = checked.rows
    assert first.problems == second.problems == ()
    assert first.parameters == (("did_pattern", DID), ("did_description", "Agent line"), ("copy_from", MODEL))
    assert first.notes == (
        f"not used: did_route, list_id, active, because copy_did takes everything but the description from {MODEL}",
    )
    assert second.notes == ("did_description is stored as 'Joe  Co line'",)
    assert [problem.column for problem in third.problems] == ["did_description"]
    sentence = "of rows with copy_from only the DID and the description are used"
    assert sentence in checked.facts
    assert sentence not in check("did|extension", [DID, "8300"]).facts
    (made,) = check("did|copy_from|City", [DID, MODEL, "Tampa"], describe="{city} line").rows
    assert dict(made.parameters)["did_description"] == "Tampa line"


def test_an_agent_row_without_a_did_to_copy_names_the_way_to_its_agent() -> None:
    (copied, plain) = check(
        "did|did_route|copy_from", [DID, "AGENT", MODEL], ["17275550112", "AGENT", ""], allow_no_agent=True
    ).rows
    assert not any("cannot set the agent" in note for note in copied.notes)
    assert plain.notes == (
        "add_did cannot set the agent; set it under Inbound > DIDs, or name a DID that has it in copy_from",
    )


def test_what_fills_blank_cells_leaves_copies_alone() -> None:
    copied, plain = check("did|copy_from", [DID, MODEL], ["17275550112", ""], fills=QUEUE).rows
    assert copied.parameters == (("did_pattern", DID), ("copy_from", MODEL))
    assert copied.notes == ()
    assert dict(plain.parameters) == QUEUE | {"did_pattern": "17275550112"}


def test_a_whole_file_can_be_made_copies_of_one_did() -> None:
    checked = check("did|copy_from", [DID, ""], ["17275550112", NOWHERE], fills={"copy_from": "(800) 555-0199"})
    assert [dict(row.parameters)["copy_from"] for row in checked.rows] == ["8005550199", NOWHERE]
    assert "copy_from is set to '(800) 555-0199' where it is blank" in checked.facts
    (row,) = check("did", [DID], fills={"copy_from": "TBD"}).rows
    assert [(problem.column, problem.value) for problem in row.problems] == [("copy_from", "TBD")]


def test_every_number_of_a_range_is_a_copy() -> None:
    checked = check("did|copy_from|group", ["7275550110-7275550112", MODEL, "X"], expand_ranges=True)
    assert [row.did for row in checked.rows] == ["7275550110", "7275550111", "7275550112"]
    assert {dict(row.parameters)["copy_from"] for row in checked.rows} == {MODEL}
    assert all(row.notes[0].startswith("not used: group") for row in checked.rows)


def test_copies_of_dids_of_the_same_file_are_warned_about() -> None:
    rows = [[f"1727555010{number}", "17275550100" if number else ""] for number in range(8)]
    (warning,) = check("did|copy_from", *rows, fills=QUEUE).warnings
    assert "row 3 '17275550100', row 4" in warning
    assert "and 2 more" in warning
    assert check("did|copy_from", [DID, MODEL]).warnings == ()


CELL = st.one_of(
    st.sampled_from(["", DID, MODEL, "+18005550199", "AGENT", "#REF!", "1.8E+10", "8005550100-8005550199", "default"]),
    st.text(max_size=12),
    st.text(alphabet="0123456789+-. ()&", max_size=14),
)


@settings(max_examples=12)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=5, max_size=25),
    any_pattern=st.booleans(),
    form=st.sampled_from(list(DidFormat)),
)
def test_whatever_is_in_the_cells_a_good_copy_is_sent_as_vicidial_keeps_it(
    rows: list[tuple[str, ...]], any_pattern: bool, form: DidFormat
) -> None:
    header = "did|copy_from|did_route|description"
    checked = check(header, *rows, any_pattern=any_pattern, did_format=form)
    assert len(checked.rows) == len(rows)
    good = [row for row in checked.rows if not row.problems and "copy_from" in dict(row.parameters)]
    again: list[tuple[str, ...]] = []
    for row in good:
        cells = dict(row.parameters)
        source = cells["copy_from"]
        assert set(cells) <= {"did_pattern", "did_description", "copy_from"}
        assert DID_PATTERN.keep(source) == COPY_FROM.keep(source) == source
        assert source.casefold() != row.did.casefold()
        again.append((row.did, source, "", cells.get("did_description", "")))
    if again:
        read = check(header, *again, any_pattern=any_pattern).rows
        assert [(row.parameters, row.problems) for row in read] == [(row.parameters, ()) for row in good]


HEADER = ("did_pattern", "copy_from", "did_description", "did_route")


def order(desk: Desk, *rows: Sequence[str]) -> Path:
    return desk.write("order.csv", HEADER, rows)


def test_a_copy_has_every_setting_of_its_model_but_its_own_description_and_undo_leaves_the_model(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    header = ("Number", "Like", "did_description", "did_route")
    path = desk.write("order.csv", header, [(did(0), MODEL, "Agent 1001 line", "AGENT"), (did(1), "", "", "")])
    with Sandbox() as sandbox:
        more = ("--map", "Like=copy_from", "--set", f"copy_from={MODEL}", "--check-first")
        ran = desk.did_importer("run", path, *flags(sandbox, *more))
        stored, calls, lines = sandbox.stored(), sandbox.calls, desk.results()
        assert desk.did_importer("undo", desk.newest().about.run_id, "--yes", "--rate", "0").code == 0
        assert sandbox.stored() == {}
        assert desk.did_importer("run", order(desk, [did(2), MODEL, "", ""]), *flags(sandbox)).code == 0
    assert ran.code == 0, ran
    assert [(row["user"], row["did_route"]) for row in stored.values()] == [("1001", "AGENT")] * 2
    described = [stored[did(number)]["did_description"] for number in (0, 1)]
    assert described == ["Agent 1001 line", "Agent 1001 model DID"]
    assert {call.function for call in calls} == {"update_did", "copy_did"}, "a copy has no dry run of add_did"
    assert not any("copy_from" in call.params for call in calls)
    added = f"added as a copy of {MODEL}"
    assert [line.reason for line in lines] == [
        f"{added}; not used: did_route, because copy_did takes everything but the description from {MODEL}",
        added,
    ]


def test_a_missing_model_is_invalid_and_names_the_cell_and_is_copied_when_it_was_corrected(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", order(desk, [did(0), NOWHERE, "", ""]), *flags(sandbox))
        assert sandbox.stored() == {}
        (line,) = desk.results()
        results = desk.folder / "order_results.xlsx"
        correct(results, {(2, "copy_from"): MODEL})
        assert desk.did_importer("rerun", results, *flags(sandbox)).code == 0
        assert sandbox.stored()[did(0)]["user"] == "1001"
    assert (ran.code, line.result) == (1, Result.INVALID)
    assert f"there is no such DID to copy; correct the cell (copy_from '{NOWHERE}')" in line.reason


@pytest.mark.parametrize("update", [False, True])
def test_a_copy_of_which_the_did_is_there_already_is_a_duplicate(tmp_path: Path, update: bool) -> None:
    desk = Desk(tmp_path)
    more = ("--on-duplicate", "update") if update else ()
    with Sandbox(SandboxOptions(starting_dids=(did(0),))) as sandbox:
        ran = desk.did_importer("run", order(desk, [did(0), MODEL, "", ""]), *flags(sandbox, *more))
        assert sandbox.stored() == {}
    (line,) = desk.results()
    assert (ran.code, line.result) == (0, Result.DUPLICATE)
    assert ("it was not updated: copy_did only adds" in line.reason) == update


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (User("ops", "pw1234", functions=("add_did",)), "Allowed API Functions"),
        (User("ops", "pw1234", modify_dids=False), "Modify DIDs 1"),
    ],
)
def test_a_user_who_may_not_copy_is_told_what_is_missing(tmp_path: Path, user: User, words: str) -> None:
    desk = Desk(tmp_path, password="pw1234")
    with Sandbox() as sandbox:
        sandbox.put_user(user)
        ran = desk.did_importer("run", order(desk, [did(0), MODEL, "", ""]), *flags(sandbox), "--user", "ops")
        assert sandbox.stored() == {}
    (line,) = desk.results()
    assert (ran.code, line.result, line.attempts) == (1, Result.PERMISSION_ERROR, 1)
    assert words in line.reason


LOST = [Fault.CUT_AFTER, Fault.ERROR_500_AFTER, Fault.HALF_BODY, Fault.HTML_AFTER]
NOT_DONE = [Fault.CUT_BEFORE, Fault.ERROR_500, Fault.HTML, Fault.BUSY_503, Fault.MYSQL_DOWN]


@pytest.mark.parametrize("probe_first", [False, True])
def test_a_copy_whose_answer_is_lost_is_told_of_truly(tmp_path: Path, probe_first: bool) -> None:
    desk = Desk(tmp_path)
    each = {did(row): fault for row, fault in enumerate([*LOST, *NOT_DONE])}
    path = order(desk, *([asked, MODEL, "", ""] for asked in each))
    faults = FaultPlan(
        chosen=lambda asked, nth: each.get(asked) if nth == 1 else None, functions=frozenset({"copy_did"})
    )
    with Sandbox(SandboxOptions(faults=faults)) as sandbox:
        report = desk.importing(path, sandbox.url, recipe_against(probe_first=probe_first))
        assert set(sandbox.stored()) == set(each)
    for outcome, fault in zip(report.outcomes, each.values(), strict=True):
        success = fault in NOT_DONE or probe_first
        assert outcome.result is (Result.SUCCESS if success else Result.DUPLICATE), fault
        assert (MAY_HAVE_ADDED not in outcome.reason) == outcome.added == success, fault


def test_a_run_of_copies_that_dies_is_finished_by_resume_with_copies(tmp_path: Path) -> None:
    desk, fast = Desk(tmp_path), ImportOptions(rate=0)
    path = order(desk, *([did(number), MODEL, f"line {number:04d}", ""] for number in range(8)))
    with Sandbox() as sandbox:
        with pytest.raises(RuntimeError, match="dies here"):
            desk.importing(path, sandbox.url, fast, observer=dying(3))
        resume(desk.newest(), fast, server_at(sandbox.url), desk.folders, clock=fast_clock())
        assert {call.function for call in sandbox.calls} == {"copy_did"}
        assert [row["user"] for row in sandbox.stored().values()] == ["1001"] * 8


def test_the_agent_row_of_the_templates_examples_gets_its_agent(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_template(tmp_path / "template.xlsx")
    with Sandbox() as sandbox:
        ran = desk.did_importer("run", tmp_path / "template.xlsx", *flags(sandbox, "--sheet", "Examples"))
        agents = [row["user"] for row in sandbox.stored().values() if row["did_route"] == "AGENT"]
    assert ran.code == 0, ran
    assert agents == ["1001"]
