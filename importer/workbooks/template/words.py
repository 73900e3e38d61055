"""What ``importer.columns`` says of a column, in words for people: the template's notes and the README's table."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from importer.column import Column
from importer.columns import BY_NAME, COLUMNS, COPY_FROM, DID_PATTERN, ROUTE_NEEDS

WHAT_ROUTES_DO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EXTEN": "Calls go to an extension of the dialplan.",
        "VOICEMAIL": "Calls go to a mailbox, with its instructions.",
        "VMAIL_NO_INST": "Calls go to a mailbox, without its instructions.",
        "PHONE": "Calls ring one phone on one server.",
        "IN_GROUP": "Calls go to the agents who take that in-group.",
        "CALLMENU": "Calls go to a call menu, which asks the caller to press a key.",
        "AGENT": "Calls go to one agent. The agent cannot be set here: name a DID that has it in copy_from, and it is"
        " copied, or choose it afterwards under Inbound > DIDs.",
    }
)
"""The routes and what they do."""

_ALWAYS_FILLED: Final = ("did_description", "active", "record_call")
_OF_AN_IN_GROUP: Final = ("call_handle_method", "agent_search_method", "list_id", "phone_code", "campaign_id")


def example_rows(columns: Sequence[Column]) -> tuple[tuple[str, ...], ...]:
    """Return one good row for each route, in the order of the columns; that of AGENT is a copy."""
    rows = []
    for count, (route, needs) in enumerate(ROUTE_NEEDS.items()):
        names = (*_ALWAYS_FILLED, *needs, *(_OF_AN_IN_GROUP if route == "IN_GROUP" else ()))
        if not needs:
            names, route = ("did_description", COPY_FROM.name), ""  # noqa: PLW2901  a copy has its route from there
        filled = {name: BY_NAME[name].example for name in names} | {"did_route": route}
        filled[DID_PATTERN.name] = str(int(DID_PATTERN.example) + count)
        rows.append(tuple(filled.get(column.name, "") for column in columns))
    return tuple(rows)


_RANGES: Final = (("a-zA-Z", "letters"), ("A-Z", "capital letters"), ("0-9", "digits"))
_NOT_LETTERS: Final = re.compile(r"[^a-z0-9]")


def is_required(column: Column) -> bool:
    """Whether a row is nothing without it."""
    return column is DID_PATTERN


def length_in_words(column: Column) -> str:
    """Say how long a value may be, such as ``6 to 50``."""
    if column.shortest == column.longest:
        return str(column.longest)
    return f"{column.shortest} to {column.longest}" if column.shortest > 1 else f"up to {column.longest}"


def digits_alone(column: Column) -> bool:
    """Whether nothing but digits makes sense."""
    return column.digits_only or column.kept == "0-9"


def kept_in_words(column: Column) -> str:
    """Say which characters VICIdial keeps, such as ``letters, digits and - _``."""
    rest, words = column.kept, []
    for characters, word in _RANGES:
        if characters in rest:
            rest = rest.replace(characters, "")
            words.append(word)
    if " " in rest:
        rest = rest.replace(" ", "")
        words.append("space")
    return ", ".join(words) + (f" and {' '.join(rest)}" if rest else "")


def blank_in_words(column: Column) -> str:
    """Say what VICIdial stores where the cell is blank."""
    if is_required(column):
        return ""
    return (column.default or "nothing") if column.stored_as else "the row's own settings"


def also_understood(column: Column) -> tuple[str, ...]:
    """Return what may be written instead of the allowed values, in small letters."""
    return tuple(text.lower() for text in column.spellings if text not in column.choices)


def other_headers(column: Column) -> tuple[str, ...]:
    """Return the other headers that mean the column, as they are compared: without spaces and punctuation."""
    own = _NOT_LETTERS.sub("", column.name.lower())
    return tuple(alias for alias in column.aliases if alias != own)


def note(column: Column) -> str:
    """Return the note that stands on the column's header in the template."""
    lines = [column.name + (" (required)" if is_required(column) else ""), column.help, f"Example: {column.example}"]
    if column.choices:
        lines.append(f"Allowed: {', '.join(column.choices)}")
        if also_understood(column):
            lines.append(f"Also understood: {', '.join(also_understood(column))}")
    elif column.holds_did:
        lines.append(f"Length: {length_in_words(column)}. Spaces, dashes, dots and brackets are taken out.")
        lines.append(f"With --any-pattern all that VICIdial keeps may stand: {kept_in_words(column)}.")
    elif digits_alone(column):
        lines.append(f"Length: {length_in_words(column)} digits")
    else:
        lines.append(f"Length: {length_in_words(column)} characters")
        lines.append(f"VICIdial keeps {kept_in_words(column)} and deletes all else without a word.")
    if column.offered:
        lines.append("The list offers what VICIdial's admin pages offer; another word is possible.")
    if not is_required(column) and "Blank means" not in column.help:
        lines.append(f"Blank: VICIdial stores {blank_in_words(column)}.")
    return "\n".join(lines)


def columns_markdown() -> str:
    """Return the table of all columns as Markdown, one line a column, with a newline at the end."""
    lines = [
        "| Column | What it is | Allowed | Blank means | Also known as |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{column.name}`{' (required)' if is_required(column) else ''} | {column.help} | {_allowed(column)}"
        f" | {_blank(column)} | {' '.join(f'`{header}`' for header in other_headers(column))} |"
        for column in COLUMNS
    ]
    return "\n".join(lines) + "\n"


def _allowed(column: Column) -> str:
    if column.choices:
        also = also_understood(column)
        return ", ".join(column.choices) + (f" (also {', '.join(also)})" if also else "")
    if not column.function:
        return "anything"
    if digits_alone(column):
        return f"{length_in_words(column)} digits"
    # a bare | would end the cell
    kept = kept_in_words(column).replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
    if column.holds_did:
        return f"{length_in_words(column)} digits with an optional leading +; with `--any-pattern` {kept}"
    return f"{length_in_words(column)} characters: {kept}"


def _blank(column: Column) -> str:
    if not column.function:
        return "never sent"
    return blank_in_words(column)
