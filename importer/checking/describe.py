"""Descriptions made of the file's own columns: ``{city} {state} {ratecenter}``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from importer.characters import spaced
from importer.checking.did_number import is_error_value
from importer.columns import BY_NAME
from importer.errors import SettingsError
from importer.headers import header_key

_NAMED: Final = re.compile(r"\{([^{}]*)\}")
_SPACES: Final = re.compile(r" {2,}")
_COLUMN: Final = BY_NAME["did_description"]


@dataclass(frozen=True, slots=True)
class Description:
    """A description in the making.

    Attributes:
        words: the fixed texts around the columns, one more than there are columns.
        columns: the indexes of the headers whose cells stand between them.
    """

    words: tuple[str, ...]
    columns: tuple[int, ...]

    @classmethod
    def of(cls, template: str, header: Sequence[str]) -> "Description":
        """Read a template.

        Args:
            template: text with the names of columns in braces.
            header: the header cells as they stand in the file.

        Raises:
            SettingsError: a name is no column of the file.
        """
        indexes: dict[str, int] = {}
        for index, text in enumerate(header):
            indexes.setdefault(header_key(text), index)
        words, names = _NAMED.split(template)[::2], _NAMED.split(template)[1::2]
        for name in names:
            if not header_key(name) or header_key(name) not in indexes:
                raise SettingsError(
                    f"--describe names '{{{name}}}', but the columns of the file are: {', '.join(filter(None, header))}"
                )
        return cls(tuple(words), tuple(indexes[header_key(name)] for name in names))

    def text(self, cells: Sequence[str], did: str) -> str:
        """Return the description of one row, as VICIdial keeps it and of a length that it takes.

        What is too long is cut. What is too short gets the word DID and the number's last four digits (of a pattern,
        the last four characters that a description keeps), which is all that is surely true of it.

        Args:
            cells: the row as it stands in the file.
            did: the row's DID.

        Returns:
            The description; empty where the row has nothing to say, or says less than VICIdial takes without a DID.
        """
        parts = [self.words[0]]
        for index, word in zip(self.columns, self.words[1:], strict=True):
            cell = spaced(cells[index])
            parts += ("" if is_error_value(cell.strip()) else cell, word)
        text = _SPACES.sub(" ", _COLUMN.keep("".join(parts))).strip(" ,")
        if not re.search(r"[0-9a-zA-Z]", text):
            return ""
        if len(text) < _COLUMN.shortest:
            last = _COLUMN.keep(did)[-4:]
            text = f"{text} DID {last}" if last else ""
        return text[: _COLUMN.longest].rstrip(" ,")
