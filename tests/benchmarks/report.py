"""The tables: as text for a terminal, and as Markdown for the README."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the main table.

    Attributes:
        what: what was measured; blank where the line above is meant.
        ours: the importer's figure.
        beside: what it is compared with.
        theirs: the figure of that.
        ratio: how many times theirs ours is.
        aim: what was to be reached; blank where the line only compares.
        met: whether it was; None where there is no aim.
    """

    what: str
    ours: str
    beside: str = ""
    theirs: str = ""
    ratio: str = ""
    aim: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """Return the line as it stands in the table."""
        met = {True: "yes", False: "NO", None: ""}[self.met]
        return (self.what, self.ours, self.beside, self.theirs, self.ratio, self.aim, met)


MAIN_HEADER = ("what", "did-importer", "beside", "takes", "ratio", "aim", "met")


@dataclass(frozen=True, slots=True)
class Section:
    """A table of its own.

    Attributes:
        title: what stands above it.
        header: the names of its columns.
        rows: its lines, each as long as the header.
        notes: sentences below it.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """All that was measured.

    Attributes:
        head: facts of the machine and the versions: name and value.
        lines: the main table.
        notes: sentences below it.
        sections: further tables.
        failures: what could not be measured, and why.
    """

    head: tuple[tuple[str, str], ...]
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def all_sections(self) -> tuple[Section, ...]:
        """Return every table, the main one first."""
        if not self.lines:
            return tuple(self.sections)
        main = Section("", MAIN_HEADER, tuple(line.cells() for line in self.lines), tuple(self.notes))
        return (main, *self.sections)

    def text(self) -> str:
        """Return it for a terminal."""
        parts = ["\n".join(f"{name:<12}{value}" for name, value in self.head)]
        for section in self.all_sections():
            table = text_table(section.header, section.rows)
            parts.append("\n".join(filter(None, (section.title, table, *section.notes))))
        return "\n\n".join((*parts, *self.failures)) + "\n"

    def markdown(self) -> str:
        """Return it for the README."""
        parts = ["; ".join(f"{name} {value}" for name, value in self.head)]
        for section in self.all_sections():
            table = markdown_table(section.header, section.rows)
            parts.append("\n\n".join(filter(None, (section.title, table, *section.notes))))
        return "\n\n".join((*parts, *self.failures)) + "\n"


def text_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose columns stand below one another."""
    lines = [tuple(header), *map(tuple, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of GitHub's Markdown."""
    lines = [tuple(header), ("---",) * len(header), *map(tuple, rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
