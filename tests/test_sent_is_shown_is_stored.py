"""Whatever text is in a cell: what is sent is what was shown, stays the same when read again, and is what is stored."""

import csv
import ssl
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from running import Desk

from importer.column import Column
from importer.columns import BY_NAME, COPY_FROM, SENT, USED
from importer.model import CheckedRow, Result
from importer.sandbox import Call, Sandbox
from importer.workflows.check import check_file
from importer.workflows.options import ImportOptions

SEPARATOR = "\u00a6"
"""What stands between the cells: a character that no cell has, so that every other one can be in a cell."""

HEADER = (*(column.name for column in USED), "user_id", "remark")
FILLS = (("did_route", "IN_GROUP"), ("group", "SALES_IN"))
MODEL = "18005550199"
"""The DID of the sandbox that others can be copied from."""

EVERY_COLUMN = tuple("+17275550190" if name == "did_pattern" else BY_NAME[name].example for name in HEADER[:-3])
ALWAYS = ((*EVERY_COLUMN, "", "", ""), ("+17275550191", *[""] * (len(EVERY_COLUMN) - 1), MODEL, "", ""))
"""Two rows in which nothing is strange, and every column has a value."""

# 0x00 cannot stand in a text file
CHARACTERS = st.characters(codec="utf-8", exclude_characters=f"\0{SEPARATOR}")
ODD = st.sampled_from(
    "0123456789+-. ()[]{}\u00a0\u200b\u2013\u2212\uff0b\uff11\u0661\u200f\ufeffEeXxTYN_#&*:;,/'\"=~\n\r\té\u00df\u0130"
)
BETWEEN = st.sampled_from(["", "", "", " ", "-", ".", ") ", "\u00a0", "\u2013", "\u200b", "\u2011", "\u2009", "\n"])
AROUND = st.sampled_from(["", "", "", " ", "'", "\u00a0", "\u200b", "\ufeff", "\u202d", "\t", "\n", "=", '"'])
NOISE = st.one_of(st.text(CHARACTERS, max_size=60), st.text(ODD, max_size=25))
ZEROS = st.sampled_from(["0", "0", "\uff10", "\u0660", "\u0966"])
"""The zeros of several scripts; the other digits follow each."""


@st.composite
def spelled_numbers(draw: st.DrawFn) -> str:
    """Draw a number with something around it and between its groups."""
    country = draw(st.sampled_from(["", "", "1", "+1", "+ 1", "001", "+44", "tel:+1"]))
    groups = [country, "727", "555", f"01{draw(st.integers(0, 99)):02}"]
    typed = "".join(f"{group}{draw(BETWEEN)}" for group in groups)
    zero = ord(draw(ZEROS))
    typed = typed.translate({ord("0") + digit: zero + digit for digit in range(10)})
    return f"{draw(AROUND)}{typed}{draw(AROUND)}"


@st.composite
def ranges(draw: st.DrawFn) -> str:
    """Draw a range of at most ten numbers."""
    first = draw(st.integers(0, 89))
    sign = draw(st.sampled_from(["-", " - ", "\u2013", " to ", "~", " \u2192 ", "..."]))
    return f"72755501{first:02}{sign}72755501{first + draw(st.integers(-1, 9)):02}"


@st.composite
def touched(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """Draw a text that means something, with something strange in it."""
    text = draw(texts)
    place = draw(st.integers(0, len(text)))
    middle = draw(st.one_of(st.just(""), AROUND, ODD))
    return f"{draw(AROUND)}{text[:place]}{middle}{text[place:]}{draw(AROUND)}"


def cells_of(column: Column) -> st.SearchStrategy[str]:
    """Draw what stands in a column: what is meant to, the same with something strange in it, or anything."""
    known = [column.example, *column.choices, *column.spellings, *column.offered]
    known += [text.lower().replace("_", " ") for text in known] + ["0" + column.example, column.example + ".0"]
    meant = st.sampled_from(known)
    if column is COPY_FROM:
        return st.one_of(st.just(""), touched(st.just(MODEL)), NOISE)
    return st.one_of(meant, touched(meant), touched(meant), NOISE)


DIDS = st.one_of(spelled_numbers(), spelled_numbers(), spelled_numbers(), ranges(), NOISE)
CELLS = {column.name: cells_of(column) for column in USED[1:]}


@st.composite
def rows(draw: st.DrawFn) -> tuple[str, ...]:
    """Draw a row in which a few columns beside the DID are filled."""
    filled = draw(st.lists(st.sampled_from(tuple(CELLS)), max_size=3, unique=True))
    cells = {name: draw(CELLS[name]) for name in filled}
    return (draw(DIDS), *(cells.get(name, "") for name in HEADER[1:-2]), draw(NOISE), draw(NOISE))


RECIPES = st.builds(
    ImportOptions,
    any_pattern=st.booleans(),
    did_format=st.sampled_from(["as-is", "as-is", "e164", "international", "national"]),
    region=st.sampled_from(["US", "US", "US", "GB"]),
    strict_numbers=st.booleans(),
    expand_ranges=st.booleans(),
    describe=st.sampled_from(["", "{remark} {did_pattern}"]),
    delimiter=st.just(SEPARATOR),
    fills=st.just(FILLS),
    rate=st.just(0.0),
)


@dataclass(frozen=True, slots=True)
class Order:
    """A file, how it is imported, and the desk on which it lies."""

    desk: Desk
    path: Path
    options: ImportOptions


def written(desk: Desk, name: str, lines: Sequence[Sequence[str]]) -> Path:
    path = desk.folder / name
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL).writerows([HEADER, *lines])
    return path


def flags_of(options: ImportOptions) -> tuple[str, ...]:
    """Return the words of a command line that mean this options."""
    on = {
        "--any-pattern": options.any_pattern,
        "--strict-numbers": options.strict_numbers,
        "--expand-ranges": options.expand_ranges,
    }
    words = [flag for flag, wanted in on.items() if wanted]
    words += ["--did-format", options.did_format, "--region", options.region, "--delimiter", SEPARATOR]
    words += ["--describe", options.describe] if options.describe else []
    return (*words, *(word for name, value in options.fills for word in ("--set", f"{name}={value}")))


def good_rows(order: Order) -> list[CheckedRow]:
    """Check the file; return the rows that would be sent."""
    checked = check_file(order.path, order.options)
    by_index = {row.index: row for row in checked.checked.rows}
    good = [by_index[planned.index] for planned in checked.planned]
    assert [(row.did, row.parameters) for row in good] == [(row.did, row.parameters) for row in checked.planned]
    assert all(row.parameters[0] == ("did_pattern", row.did) and row.did and not row.problems for row in good)
    return good


def assert_check_shows_what_is_sent(order: Order, good: Sequence[CheckedRow]) -> None:
    ran = order.desk.did_importer("check", order.path, *flags_of(order.options))
    assert (ran.code in (0, 1), ran.err) == (True, "")
    words = " ".join(ran.out.split())
    assert f"{len(good)} good" in words
    for row in good[:3]:
        rest = ", ".join(f"{name}={value}" for name, value in row.parameters[1:])
        assert " ".join(f"-> {row.did} ({rest})".split()) in words


def is_written_for_good(row: CheckedRow, options: ImportOptions) -> bool:
    """Whether a DID shows of which country it is; without a plus another country's number does not."""
    code = {"US": "1", "GB": "44"}[options.region]
    return options.did_format != "international" or row.did.startswith(code)


def assert_stable_when_read_again(order: Order, good: Sequence[CheckedRow]) -> None:
    """Fail if what is sent, typed into a file, is anything else than itself, with the same options or with none."""
    as_before = [row for row in good if is_written_for_good(row, order.options)]
    with_options = replace(order.options, fills=(), describe="")
    plain = replace(ImportOptions(), delimiter=SEPARATOR, any_pattern=order.options.any_pattern)
    for options, sent in ((with_options, as_before), (plain, good)):
        cells = [dict(row.parameters) for row in sent]
        path = written(order.desk, "again.csv", [[row.get(name, "") for name in HEADER] for row in cells])
        again = good_rows(replace(order, path=path, options=options)) if sent else []
        assert [(row.did, row.parameters) for row in again] == [(row.did, row.parameters) for row in sent]
        assert not [note for row in again for note in row.notes if "stored as" in note or "read as" in note]


def assert_sent_as_shown(row: CheckedRow, call: Call) -> None:
    params = {name: value for name, value in call.params.items() if name not in ("function", "user", "source")}
    shown = dict(row.parameters)
    if COPY_FROM.name in shown:
        shown = {"source_did_pattern": shown.pop(COPY_FROM.name), "new_dids": shown.pop("did_pattern"), **shown}
    assert params == shown


def assert_stored_as_sent(row: CheckedRow, stored: Mapping[str, str | None]) -> None:
    sent = dict(row.parameters)
    for column in SENT:
        if column.name in sent:
            assert stored[column.stored_as] == sent[column.name]
        elif COPY_FROM.name not in sent:
            assert stored[column.stored_as] == column.default


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    # reading the system's certificates takes longer than an import, and nothing is encrypted here
    context = ssl.create_default_context()
    with patch.object(ssl, "create_default_context", lambda **_: context), Sandbox() as started:
        yield started


def test_what_is_sent_is_what_is_shown_and_what_is_stored(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seen: Counter[str] = Counter()

    # an example takes a fifth of a second: one that fails is shown as it is, not made smaller for minutes
    @settings(max_examples=40, phases=[Phase.generate])
    @given(st.lists(rows(), min_size=8, max_size=25), RECIPES)
    def every_cell(lines: list[tuple[str, ...]], options: ImportOptions) -> None:
        desk = Desk(tmp_path_factory.mktemp("desk"))
        order = Order(desk, written(desk, "order.csv", [*lines, *ALWAYS]), options)
        good = good_rows(order)
        assert_check_shows_what_is_sent(order, good)
        assert_stable_when_read_again(order, good)

        calls = len(sandbox.calls)
        report = desk.importing(order.path, sandbox.url, options)
        stored = sandbox.stored()
        for did in stored:
            sandbox.delete_did(did)
        sent = [call for call in sandbox.calls[calls:] if call.function in ("add_did", "copy_did")]
        made = {call.did_pattern: call for call in sent}
        assert set(made) == {row.did for row in good}
        assert len(made) == len(sent)
        for row in good:
            outcome = report.outcomes[row.index]
            assert_sent_as_shown(row, made[row.did])
            assert outcome.did_sent == row.did
            assert (outcome.result is Result.SUCCESS) == (row.did in stored)
            if outcome.result is Result.SUCCESS:
                assert_stored_as_sent(row, stored[row.did])
            seen.update([outcome.result, *(name for name, _ in row.parameters)])
        assert len(stored) == report.counts[Result.SUCCESS]
        seen.update(outcome.result for outcome in report.outcomes if not outcome.did_sent)

    every_cell()
    # not in vain: rows of all kinds, and every column, have been through it
    assert seen[Result.SUCCESS] > 100
    assert seen[Result.INVALID] > 100
    assert seen[Result.DUPLICATE] > 0
    assert not [column.name for column in USED if not seen[column.name]]
