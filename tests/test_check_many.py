"""What is decided for many cells at once is what would be decided for each of them alone."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from importer.checking.did_number import read_did, ready_dids
from importer.checking.did_trouble import ReadDid
from importer.checking.normalise import clean_cell, untouched_prose
from importer.checking.table import CheckOptions, check_table
from importer.columns import SENT
from importer.model import CellFlaw, Table

_PROSE = [column for column in SENT if column.free_text]
_DIDS = [
    "17275550111",
    "17275550112",
    "+17275550111",
    "(727) 555-0113",
    "1" * 51,
    "7",
    "",
    "17275550111.5",
    "07275550111",
]
_COLUMNS = {
    "did_pattern": [*_DIDS, "17275550100-17275550103", "a727", "A727"],
    "did_description": [
        "Line 1",
        "Line 2",
        "",
        "Tönung",
        "x",
        "#REF!",
        "Err:502",
        "East",
        " a  b ",
        "y" * 60,
        "é" * 50,
    ],
    "did_route": ["IN_GROUP", "in group", "", "AGENT", "Ingroup", "EXTEN"],
    "group": ["SALES_IN", "", "SALES IN", "#N/A"],
    "extension": ["8300", "", "8.3E+3"],
    "filter_clean_cid_number": ["", "R10"],
    "menu_id": [""],
}
_LINE = st.tuples(*map(st.sampled_from, _COLUMNS.values()))
_LINES = st.one_of(
    st.lists(_LINE, min_size=1, max_size=6),
    # most columns of a carrier's list are alike
    st.tuples(st.lists(st.sampled_from(_DIDS), min_size=1, max_size=6), _LINE).map(
        lambda drawn: [(did, *drawn[1][1:]) for did in drawn[0]]
    ),
)


def _table(lines: list[tuple[str, ...]], first: int, flaws: dict[tuple[int, int], CellFlaw]) -> Table:
    rows = range(first, first + len(lines))
    return Table(Path("o.csv"), "", "", tuple(_COLUMNS), tuple(rows), tuple(lines), flaws)


@settings(max_examples=60)
@given(
    lines=_LINES,
    flawed=st.one_of(st.none(), st.tuples(st.integers(0, 5), st.integers(0, 2))),
    any_pattern=st.booleans(),
)
def test_many_rows_are_checked_as_each_of_them_is_checked_alone(
    lines: list[tuple[str, ...]], flawed: tuple[int, int] | None, any_pattern: bool
) -> None:
    options = CheckOptions(any_pattern=any_pattern)
    flaws = {flawed: CellFlaw.TOO_MANY_DIGITS} if flawed and flawed[0] < len(lines) else {}
    together = check_table(_table(lines, 2, flaws), options).rows
    first_rows: dict[str, int] = {}
    for index, (line, row) in enumerate(zip(lines, together, strict=True)):
        own = {(0, column): flaw for (place, column), flaw in flaws.items() if place == index}
        (alone,) = check_table(_table([line], index + 2, own), options).rows
        earlier = first_rows.setdefault(alone.did.casefold(), row.row) if alone.did else row.row
        earlier_row = None if earlier == row.row else earlier
        assert row == replace(alone, index=index, table_index=index, duplicate_of=earlier_row)


@given(st.lists(st.one_of(st.sampled_from(_DIDS), st.text("+0123456789٣ \n", max_size=6), st.just("1" * 201))))
def test_dids_that_are_ready_are_read_as_they_are(raws: list[str]) -> None:
    ready = ready_dids(raws)
    assert all(read_did(raw) == ReadDid(raw) for raw in ready)
    assert [raw for raw in raws if raw.isascii() and raw.isdecimal() and len(raw) <= 200] == [
        raw for raw in ready if raw[0] != "+"
    ]


@given(
    st.lists(st.one_of(st.text(max_size=6), st.text("ab -.,_é#E", max_size=8), st.sampled_from(["#N/A", "Err:502"])))
)
def test_prose_that_is_left_untouched_is_cleaned_to_the_same(texts: list[str]) -> None:
    for column in _PROSE:
        for text, cell in untouched_prose(column, texts).items():
            assert cell == clean_cell(column, text)
            assert cell.text == text
