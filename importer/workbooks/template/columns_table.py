"""The README's table of columns."""

from importer.column import Column
from importer.columns import COLUMNS
from importer.workbooks.template.column_words import (
    also_understood,
    blank_in_words,
    digits_alone,
    is_required,
    kept_in_words,
    length_in_words,
    other_headers,
)


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
