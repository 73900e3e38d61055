"""Notes, list numbers, brackets and second numbers around phone numbers, through every kind of file that is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_writers import WRITERS

from importer import ImportOptions, UsageError, check_file

SPELLINGS = ("72755501{:02}", "727-555-01{:02}", "(727) 555-01{:02}", "+172755501{:02}", "+44 20 7946 01{:02}")
NOTES = ("1)", "2.", "(3)", "4 -", "[5]", "#6", "x7", "8 lines", "9", "10", "*", "2026", "ea", "Tampa 2", "7275550199")
GAPS = (" ", "  ", ", ", "/", " (", " - ", ";", ": ", "\u00a0")

CELLS = st.lists(
    st.tuples(st.sampled_from(SPELLINGS), st.sampled_from(NOTES), st.sampled_from(GAPS), st.integers(0, 2)),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize("ending", WRITERS)
def test_what_is_sent_is_one_whole_number_that_stood_in_the_cell_or_nothing(
    ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sent: list[str] = []

    @settings(max_examples=8)
    @given(CELLS)
    def each(parts: list[tuple[str, str, str, int]]) -> None:
        numbers = [spelling.format(row + 10) for row, (spelling, *_) in enumerate(parts)]
        cells = [
            (number, f"{note}{gap}{number}", f"{number}{gap}{note}")[where]
            for number, (_, note, gap, where) in zip(numbers, parts, strict=True)
        ]
        path = tmp_path_factory.mktemp("notes") / f"order{ending}"
        path.write_bytes(WRITERS[ending]([["did"], *([cell] for cell in cells)]))
        try:
            checked = check_file(path, ImportOptions(fills=(("did_route", "EXTEN"), ("extension", "8300"))))
        except UsageError:
            # a list that is refused as a whole sends nothing
            return
        for row in checked.planned:
            whole = "".join(sign for sign in numbers[row.index] if sign in "+0123456789")
            assert row.did == whole, (cells[row.index], row.did)
        sent.extend(row.did for row in checked.planned)

    each()
    assert sent
