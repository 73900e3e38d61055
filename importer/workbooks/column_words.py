"""What ``importer.columns`` says of a column, in words for people."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from importer.column import Column
from importer.columns import DID_PATTERN

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
_RANGES: Final = (("a-zA-Z", "letters"), ("A-Z", "capital letters"), ("0-9", "digits"), (" ", "space"))


def note(column: Column) -> str:
    """Return the note that stands on the column's header in the template."""
    required = column is DID_PATTERN
    lines = [f"{column.name} (required)" if required else column.name, column.help, f"Example: {column.example}"]
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
    if not required and "Blank means" not in column.help:
        lines.append(f"Blank: VICIdial stores {blank_in_words(column)}.")
    return "\n".join(lines)


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
    return ", ".join(words) + (f" and {' '.join(rest)}" if rest else "")


def blank_in_words(column: Column) -> str:
    """Say what VICIdial stores where the cell is blank."""
    return (column.default or "nothing") if column.stored_as else "the row's own settings"


def also_understood(column: Column) -> tuple[str, ...]:
    """Return what may be written instead of the allowed values, in small letters."""
    return tuple(text.lower() for text in column.spellings if text not in column.choices)
