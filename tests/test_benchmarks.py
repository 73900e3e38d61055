"""What the benchmark makes of its measurements, and that the others get the job that the importer has. No time here."""

import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from benchmarks import orders
from benchmarks.child import ChildFailedError, run_child
from benchmarks.figures import Line, busiest_second, calls_a_second, in_turns, markdown, middle, moments, ratio
from hypothesis import given
from hypothesis import strategies as st


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    assert ratio((1.0, 2.0, 9.0), (1.0, 4.0, 3.0)) == 1.0


def test_figures_of_different_rounds_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio((1.0, 2.0), (1.0,))


def test_contestants_take_turns() -> None:
    order: list[str] = []

    def turn(name: str) -> float:
        order.append(name)
        return len(order)

    assert in_turns(3, lambda: turn("a"), lambda: turn("b")) == [[1, 3, 5], [2, 4, 6]]
    assert order == ["a", "b"] * 3


@given(st.lists(st.integers(0, 4000), max_size=60).map(sorted))
def test_the_busiest_second_is_found_wherever_it_begins(began: list[int]) -> None:
    windows = [sum(first <= moment < first + 1000 for moment in began) for first in began]
    assert busiest_second(began) == max(windows, default=0)


def test_the_log_says_when_the_calls_of_add_did_began_and_how_fast() -> None:
    lines = ["1700000001.512 0.005 add_did\n", "1700000000.300 0.000 add_did\n", "1700000000.000 0.000 update_did\n"]
    assert moments(lines) == [1_700_000_000_300, 1_700_000_001_507]
    assert calls_a_second((5_000, 5_250, 6_000, 7_000)) == pytest.approx(1.5)


def test_a_table_shows_medians_between_the_least_and_the_most() -> None:
    shown = markdown([Line("check, s", middle((3.0, 1.0, 2.5)), "imports: 1", "+ 0.25 s", met=False)])
    assert shown.endswith("| check, s | 2.50 (1.00..3.00) | imports: 1 | + 0.25 s | NO |")


def test_the_bare_addresses_ask_for_what_stands_in_the_order(tmp_path: Path) -> None:
    from importer import ImportOptions, check_file

    order = tmp_path / "order.xlsx"
    orders.write_order(order, 5)
    asked = [dict(parse_qsl(urlsplit(orders.address("http://127.0.0.1/", row)).query)) for row in range(5)]
    planned = check_file(order, ImportOptions()).planned
    assert [dict(row.parameters).items() <= asked[row.index].items() for row in planned] == [True] * 5


@pytest.mark.skipif(sys.platform == "win32", reason="the benchmark reads what a Unix kernel counts")
def test_a_child_that_fails_gives_no_figure_but_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such order')"]
    with pytest.raises(ChildFailedError, match="ended with 1: no such order"):
        run_child(command, {}, tmp_path)
    assert run_child(command, {}, tmp_path, fine=(1,)).out == ""
