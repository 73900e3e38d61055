"""What the benchmark makes of its measurements, and that all contestants get the same job. No time stands in here."""

import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from benchmarks import orders, results_writing
from benchmarks.call_log import busiest_second, calls_a_second, moments, share_used
from benchmarks.figures import Figure, TooAlike, beyond_start, in_turns, ratio, times
from benchmarks.limits import wrk_said
from benchmarks.machine import file_system, tool_version
from benchmarks.nginx import Tools, Way, configuration
from benchmarks.report import Line, Report, Section, markdown_table, text_table
from benchmarks.sent import Sent, sending_figure
from benchmarks.stopwatch import ChildFailed, run_child
from hypothesis import given
from hypothesis import strategies as st
from results_samples import by_calamine
from running import Desk, Hostile

WRK_WORDS = """\
Running 5s test @ http://127.0.0.1:1/
  1 threads and 8 connections
  7500 requests in 5.00s, 1.64MB read
Requests/sec:   1500.25
Transfer/sec:    336.36KB
"""


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    ours, theirs = Figure((1.0, 2.0, 9.0), "s"), Figure((1.0, 4.0, 3.0), "s")
    assert ratio(ours, theirs) == 1.0
    assert ours.median / theirs.median == pytest.approx(2 / 3)


def test_figures_of_different_rounds_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio(Figure((1.0, 2.0), "s"), Figure((1.0,), "s"))


def test_a_figure_shows_its_median_between_the_least_and_the_most() -> None:
    assert Figure((3.0, 1.0, 1234.5), "ms", 1).shown() == "3.0 ms (1.0..1,234.5)"
    assert Figure((0.456,), "s").shown() == "0.46 s"


def test_a_ratio_keeps_the_digits_that_say_something() -> None:
    assert [times(share) for share in (29.88, 1.578, 0.25, 0.004823)] == ["29.9", "1.58", "0.25", "0.00482"]


def test_start_up_is_not_counted_to_the_rows() -> None:
    assert beyond_start(large=3.0, small=1.02, rows=1000, small_rows=10) == pytest.approx(0.002)


def test_runs_that_differ_too_little_give_no_figure() -> None:
    with pytest.raises(TooAlike, match="take more rows"):
        beyond_start(large=1.0, small=1.0, rows=1000, small_rows=20)
    with pytest.raises(TooAlike):
        beyond_start(large=2.0, small=1.0, rows=20, small_rows=20)


def test_contestants_take_turns() -> None:
    order: list[str] = []

    def turn(name: str) -> int:
        order.append(name)
        return len(order)

    given_back = in_turns("a race", 3, {"a": lambda: turn("a"), "b": lambda: turn("b")})
    assert order == ["a", "b"] * 3
    assert given_back == {"a": (1, 3, 5), "b": (2, 4, 6)}


@given(st.lists(st.integers(0, 4000), max_size=60).map(sorted))
def test_the_busiest_second_is_found_wherever_it_begins(began: list[int]) -> None:
    windows = [sum(first <= moment < first + 1000 for moment in began) for first in began]
    assert busiest_second(began) == max(windows, default=0)


def test_the_log_says_when_calls_began() -> None:
    lines = ["1700000000.512 0.005\n", "1700000000.300 0.000\n"]
    assert moments(lines) == (1_700_000_000_300, 1_700_000_000_507)


def test_calls_at_exactly_the_limit_use_all_of_it() -> None:
    began = tuple(range(0, 2001, 100))
    assert share_used(began, 10) == pytest.approx(1.0)
    assert share_used(began, 20) == pytest.approx(0.5)


def test_the_speed_of_sending_is_that_between_the_first_call_and_the_last() -> None:
    assert calls_a_second((5_000, 5_250, 6_000, 7_000)) == pytest.approx(1.5)
    ours, wrk = Sent(0.2, per_second=900.0, while_sending=1400.0), Sent(0.01, per_second=1500.0)
    assert sending_figure((ours, wrk)).values == (1400.0, 1500.0)


def test_the_bare_addresses_are_those_that_the_importer_asks_for(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(parameters: dict[str, str], path: str) -> tuple[int, Mapping[str, str], str]:
        asked.append(path)
        return 200, {}, f"SUCCESS: add_did DID HAS BEEN ADDED - 6666|{parameters['did_pattern']}\n"

    order = tmp_path / "order.xlsx"
    orders.write_order(order, 5)
    with Hostile(answer) as server:
        ran = Desk(tmp_path, orders.PASSWORD).did_importer(
            "run", order, "--url", server.url, "--user", orders.USER, "--rate", "0", "--yes"
        )
        bare = list(orders.curl_config(server.url, 5))
    assert ran.code == 0, ran
    paths = [urlsplit(line.removeprefix('url = "').removesuffix('"\n')) for line in bare]
    assert sorted(asked) == sorted(f"{path.path}?{path.query}" for path in paths)


@pytest.mark.parametrize("shared", [False, True])
def test_an_order_has_its_share_of_bad_rows_and_a_third_of_its_numbers_as_numbers(
    tmp_path: Path, *, shared: bool
) -> None:
    import python_calamine

    orders.write_order(tmp_path / "order.xlsx", 60, bad=True, shared=shared)
    with zipfile.ZipFile(tmp_path / "order.xlsx") as archive:
        assert ("xl/sharedStrings.xml" in archive.namelist()) is shared
    sheet = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "order.xlsx")).get_sheet_by_index(0)
    header, *rows = sheet.to_python()
    assert (len(header), len(rows)) == (18, 60)
    assert sum(isinstance(row[0], float) for row in rows) == 20
    assert sum("Ingroup" in row for row in rows) == 3
    assert len({int(str(row[0]).removesuffix(".0")) for row in rows}) == 60


def test_xlsxwriter_is_given_the_cells_that_the_importer_writes(tmp_path: Path) -> None:
    table, outcomes = results_writing.table_of(60), tuple(map(results_writing.outcome, range(60)))
    results_writing.by_importer(tmp_path / "ours.xlsx", table, outcomes)
    results_writing.by_xlsxwriter(tmp_path / "theirs.xlsx", table, outcomes)
    ours = by_calamine(tmp_path / "ours.xlsx", "Results")
    assert len(ours) == 61
    assert by_calamine(tmp_path / "theirs.xlsx", "Results") == ours


def test_wrks_words_are_read() -> None:
    sent = wrk_said(WRK_WORDS, cpu=1.5)
    assert sent.per_second == 1500.25
    assert sent.cpu_ms == pytest.approx(0.2)


@pytest.mark.parametrize("trouble", ["  Non-2xx or 3xx responses: 7\n", "  Socket errors: connect 0, read 3\n"])
def test_wrk_without_success_gives_no_figure(trouble: str) -> None:
    with pytest.raises(ChildFailed, match="wrk met trouble"):
        wrk_said(WRK_WORDS + trouble, cpu=1.0)


@pytest.mark.skipif(sys.platform == "win32", reason="the stopwatch reads what a Unix kernel counts")
def test_the_stopwatch_sees_the_childs_memory_and_hands_back_its_words(tmp_path: Path) -> None:
    program = "held = b'x' * (64 * 2**20); print('done')"
    spent = run_child([sys.executable, "-c", program], environment={}, folder=tmp_path, keep_output=True)
    assert spent.out == "done\n"
    # until the child has begun, the kernel counts the memory of this process for it: there is no closer upper bound
    assert 64 < spent.peak_mib < 64 * 1024
    assert spent.cpu > 0
    assert spent.wall > 0


@pytest.mark.skipif(sys.platform == "win32", reason="the stopwatch reads what a Unix kernel counts")
def test_a_child_that_fails_gives_no_figure_but_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such order')"]
    with pytest.raises(ChildFailed, match="ended with 1: no such order"):
        run_child(command, environment={}, folder=tmp_path)
    assert run_child(command, environment={}, folder=tmp_path, fine=(1,)).out == ""


def test_columns_of_a_text_table_stand_below_one_another() -> None:
    assert text_table(("what", "s"), [("a long name", "1"), ("b", "22")]) == (
        "what         s\n-----------  --\na long name  1\nb            22"
    )


def test_a_bar_in_a_cell_does_not_end_it_in_markdown() -> None:
    assert markdown_table(("a", "b"), [("x|y", "")]) == "| a | b |\n| --- | --- |\n| x\\|y |  |"


def test_a_report_holds_every_table_note_and_failure_in_both_forms() -> None:
    report = Report((("cores", "2"),), notes=["a note"], failures=["NOT MEASURED: slow"])
    report.lines.append(Line("check", "2 s", "others", "1 s", "2.00", "1 s", met=False))
    report.sections.append(Section("How it grows", ("rows",), (("1,000",),), ("below",)))
    for said in (report.text(), report.markdown()):
        for part in ("cores", "check", "2.00", "NO", "a note", "How it grows", "1,000", "below", "NOT MEASURED: slow"):
            assert part in said, part


def test_each_way_to_answer_has_its_own_server() -> None:
    ports = {way: 40_000 + place for place, way in enumerate(Way)}
    text = configuration(Tools("nginx", "echo.so"), ports)
    assert all(text.count(f"listen 127.0.0.1:{port};") == 1 for port in ports.values())
    assert text.count("{") == text.count("}")


def test_the_kind_of_file_system_is_that_of_the_nearest_mount() -> None:
    mounts = "disk / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n"
    assert file_system(Path("/tmp/bench"), mounts) == "tmpfs"
    assert file_system(Path("/home/bench"), mounts) == "ext4"


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("nginx version: nginx/1.22.1", "1.22.1"),
        ("wrk debian/4.1.0-3+b2 [epoll]", "4.1.0"),
        ("?", "of unknown version"),
    ],
)
def test_a_tools_version_is_read_from_its_words(said: str, version: str) -> None:
    assert tool_version(said) == version
