"""A call's parameters as the bytes of a query or a form."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote_plus

_MOST_QUOTED: Final = 10_000


class QuotedTexts(dict[str, str]):
    """Texts as they stand in a query or a form; most of a list's cells are the same from row to row."""

    def __missing__(self, text: str) -> str:
        # half of a surrogate pair cannot be sent; VICIdial would delete it anyway, as it does the question mark
        quoted = quote_plus(text, encoding="utf-8", errors="replace")
        if len(self) >= _MOST_QUOTED:
            # what comes often is soon known again
            self.clear()
        self[text] = quoted
        return quoted

    def form(self, values: Mapping[str, str]) -> bytes:
        """Return names and values as ``application/x-www-form-urlencoded``."""
        return "&".join([f"{self[name]}={self[value]}" for name, value in values.items()]).encode("ascii")
