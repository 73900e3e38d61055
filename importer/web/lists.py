"""The lists that people are about to import: the file, the choices and the corrections, kept on disk until [Forget]."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

import importer
from importer.headers import header_key

_ID: Final = re.compile(r"[0-9a-f]{16}")
_NOT_IN_A_NAME: Final = re.compile(r"[^\w .()+-]")
_LONGEST_NAME: Final = 100
_REMEMBERED: Final = (
    "mapping fills did_format region expand_ranges any_pattern strict_numbers describe allow_no_agent".split()
)
"""The options that go with the layout of a carrier's list."""


@dataclass(frozen=True, slots=True)
class ImportList:
    """One list on its way: the name of its file, made harmless, and all that the person chose.

    ``rerun``: the file is a results workbook. ``afresh``: a new run is begun although one on the same file is
    unfinished. ``remembered``: the layout was known, so that nothing was asked.
    """

    id: str
    folder: Path
    name: str
    options: importer.ImportOptions
    corrections: tuple[importer.Correction, ...] = ()
    rerun: bool = False
    afresh: bool = False
    ask_server: bool = True
    remembered: bool = False

    @property
    def file(self) -> Path:
        """The copy of the person's file; results are written beside it."""
        return self.folder / "file" / self.name

    def corrected(self, corrections: Iterable[importer.Correction]) -> Self:
        """Return the list with more cells corrected."""
        merged = {(one.index, one.column): one for one in (*self.corrections, *corrections)}
        return replace(self, corrections=tuple(merged.values()))


def harmless_name(name: str) -> str:
    """Return the name of an upload without anything that leads elsewhere or that a file system refuses."""
    last = re.split(r"[/\\]", name)[-1]
    stem, dot, suffix = _NOT_IN_A_NAME.sub("_", last).strip(" .").rpartition(".")
    stem, suffix = (stem, suffix[:10]) if dot else (suffix, "")
    stem = stem.encode()[:_LONGEST_NAME].decode(errors="ignore").strip(" .") or "list"
    return f"{stem}.{suffix}" if suffix else stem


class Lists:
    """All lists, in one folder of the user's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._layouts = folder / "layouts.json"
        # one list is checked at a time: two checks would only share the processor
        self._turn = Lock()

    def new(self, name: str, options: importer.ImportOptions) -> ImportList:
        """Begin a list; its file is still to be written."""
        word = secrets.token_hex(8)
        made = ImportList(word, self._folder / word, harmless_name(name), options)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        made.folder.mkdir(mode=0o700)
        made.file.parent.mkdir(mode=0o700)
        return made

    def get(self, word: str) -> ImportList:
        """Return a list, or raise KeyError."""
        folder = self._folder / word
        if not _ID.fullmatch(word) or not (folder / "list.json").is_file():
            raise KeyError(word)
        values: dict[str, Any] = json.loads((folder / "list.json").read_text(encoding="utf-8"))
        values["corrections"] = tuple(importer.Correction(*one) for one in values["corrections"])
        values["options"] = importer.ImportOptions.from_json(values["options"])
        return ImportList(id=word, folder=folder, **values)

    def save(self, one: ImportList) -> ImportList:
        """Put a list on the disk, so that it survives the end of the program."""
        values = {name: getattr(one, name) for name in ("name", "rerun", "afresh", "ask_server", "remembered")}
        values["options"] = one.options.to_json()
        values["corrections"] = [(each.index, each.column, each.now) for each in one.corrections]
        _write(one.folder / "list.json", values)
        return one

    def forget(self, one: ImportList) -> None:
        """Delete a list with its file and everything beside it."""
        shutil.rmtree(one.folder, ignore_errors=True)
        _read.cache_clear()
        _again.cache_clear()

    def holding(self, file: str) -> ImportList | None:
        """Return the list that a file belongs to; None if it is no list's."""
        folder = Path(file).parent.parent
        try:
            return self.get(folder.name) if folder.parent == self._folder.resolve() else None
        except KeyError:
            return None

    def checked(self, one: ImportList, *, corrected: bool = True) -> importer.Checked:
        """Read and check a list, with its corrections; the last checks stay in memory."""
        with self._turn:
            if corrected and one.corrections:
                return _again(one.file, one.options, one.corrections, rerun=one.rerun)
            return _read(one.file, one.options, rerun=one.rerun)

    def remember(self, header: Iterable[str], options: importer.ImportOptions) -> None:
        """Keep the choices for lists with this header."""
        values = {name: value for name, value in asdict(options).items() if name in _REMEMBERED}
        _write(self._layouts, self._known() | {_shape(header): values})

    def recall(self, header: Iterable[str], options: importer.ImportOptions) -> importer.ImportOptions | None:
        """Return the options with what was chosen for lists with this header; None if nothing was."""
        values = self._known().get(_shape(header))
        return None if values is None else importer.ImportOptions.from_json(json.dumps(asdict(options) | values))

    def _known(self) -> dict[str, dict[str, Any]]:
        try:
            known: dict[str, dict[str, Any]] = json.loads(self._layouts.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known


@lru_cache(4)
def _read(file: Path, options: importer.ImportOptions, *, rerun: bool) -> importer.Checked:
    return importer.check_results(file, options) if rerun else importer.check_file(file, options)


@lru_cache(4)
def _again(
    file: Path, options: importer.ImportOptions, corrections: tuple[importer.Correction, ...], *, rerun: bool
) -> importer.Checked:
    return importer.check_again(_read(file, options, rerun=rerun), options, corrections)


def _shape(header: Iterable[str]) -> str:
    return sha256("\n".join(map(header_key, header)).encode()).hexdigest()


def _write(path: Path, value: object) -> None:
    temporary = path.with_name(f".{secrets.token_hex(4)}")
    temporary.write_text(json.dumps(value), encoding="utf-8")
    temporary.replace(path)
