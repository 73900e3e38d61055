"""The lists that people are about to import: the file, the choices and the corrections, kept on disk until [Forget]."""

import json
import re
import secrets
import shutil
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

from importer import Checked, Correction, ImportOptions, check_again, check_file, check_results
from importer.headers import header_key

_ID: Final = re.compile(r"[0-9a-f]{16}")
_NOT_IN_A_NAME: Final = re.compile(r"[^\w .()+-]")
_LONGEST_NAME: Final = 100
_KEPT_CHECKS: Final = 4
_REMEMBERED: Final = ("mapping", "fills", "did_format", "region", "expand_ranges", "any_pattern", "strict_numbers",
    "describe", "allow_no_agent")  # fmt: skip
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
    options: ImportOptions
    corrections: tuple[Correction, ...] = ()
    rerun: bool = False
    afresh: bool = False
    ask_server: bool = True
    remembered: bool = False

    @property
    def file(self) -> Path:
        """The copy of the person's file; results are written beside it."""
        return self.folder / "file" / self.name

    def corrected(self, corrections: Iterable[Correction]) -> Self:
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
        self._checks: OrderedDict[str, tuple[ImportOptions, Checked]] = OrderedDict()
        self._corrected: OrderedDict[str, tuple[ImportList, Checked]] = OrderedDict()

    def new(self, name: str, options: ImportOptions) -> ImportList:
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
        values["corrections"] = tuple(Correction(*one) for one in values["corrections"])
        values["options"] = ImportOptions.from_json(values["options"])
        return ImportList(id=word, folder=folder, **values)

    def save(self, one: ImportList) -> ImportList:
        """Put a list on the disk, so that it survives the end of the program."""
        values = {
            **{name: getattr(one, name) for name in ("name", "rerun", "afresh", "ask_server", "remembered")},
            "options": one.options.to_json(),
            "corrections": [(each.index, each.column, each.now) for each in one.corrections],
        }
        temporary = one.folder / f".{secrets.token_hex(4)}"
        temporary.write_text(json.dumps(values), encoding="utf-8")
        temporary.replace(one.folder / "list.json")
        return one

    def forget(self, one: ImportList) -> None:
        """Delete a list with its file and everything beside it."""
        shutil.rmtree(one.folder, ignore_errors=True)
        self._checks.pop(one.id, None)
        self._corrected.pop(one.id, None)

    def holding(self, file: str) -> ImportList | None:
        """Return the list that a file belongs to; None if it is no list's."""
        path = Path(file)
        if len(path.parents) > 1 and path.parent.parent.parent == self._folder.resolve():
            try:
                return self.get(path.parent.parent.name)
            except KeyError:
                return None
        return None

    def checked(self, one: ImportList) -> Checked:
        """Read and check a list, with its corrections; what was read stays in memory for the next time."""
        kept = self._corrected.get(one.id)
        if kept is not None and (kept[0].options, kept[0].corrections) == (one.options, one.corrections):
            return kept[1]
        first = self._checks.get(one.id)
        if first is None or first[0] != one.options:
            read = check_results if one.rerun else check_file
            first = one.options, read(one.file, one.options)
            _keep(self._checks, one.id, first)
        checked = check_again(first[1], one.options, one.corrections) if one.corrections else first[1]
        _keep(self._corrected, one.id, (one, checked))
        return checked

    def remember(self, header: Iterable[str], options: ImportOptions) -> None:
        """Keep the choices for lists with this header."""
        known = self._layouts()
        known[_shape(header)] = {name: value for name, value in asdict(options).items() if name in _REMEMBERED}
        self._folder.mkdir(mode=0o700, exist_ok=True)
        temporary = self._folder / f".{secrets.token_hex(4)}"
        temporary.write_text(json.dumps(known), encoding="utf-8")
        temporary.replace(self._folder / "layouts.json")

    def recall(self, header: Iterable[str], options: ImportOptions) -> ImportOptions | None:
        """Return the options with what was chosen for lists with this header; None if nothing was."""
        values = self._layouts().get(_shape(header))
        return None if values is None else ImportOptions.from_json(json.dumps(asdict(options) | values))

    def _layouts(self) -> dict[str, dict[str, Any]]:
        try:
            known = json.loads((self._folder / "layouts.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


def _shape(header: Iterable[str]) -> str:
    return sha256("\n".join(map(header_key, header)).encode()).hexdigest()


def _keep(kept: "OrderedDict[str, Any]", word: str, value: object) -> None:
    kept[word] = value
    kept.move_to_end(word)
    while len(kept) > _KEPT_CHECKS:
        kept.popitem(last=False)
