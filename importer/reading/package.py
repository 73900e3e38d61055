"""Workbooks are zip archives of XML: open one without trusting what it says about itself."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from importer.errors import SheetError
from importer.reading import limits

if TYPE_CHECKING:
    from lxml.etree import _Element

DAMAGED: Final = "is damaged; get it again, or open it in Excel or LibreOffice and save it under a new name"
"""What is said of a workbook that breaks off or contradicts itself."""

_COPY: Final = "copy the list alone into a new file"
_AWAY: Final = f"in a single row, or beside its rows; {_COPY}"
_CHUNK: Final = 1 << 18
_SAFELY: Final[dict[str, Any]] = {
    "remove_comments": True,
    "remove_pis": True,
    "resolve_entities": False,
    "no_network": True,
}
# what zipfile raises of a damaged archive; NotImplementedError is a compression or a feature that it does not know
_TROUBLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)


class Package:
    """An open archive. The names of its parts count without regard to case, and with backslashes as slashes.

    The sizes in its directory are checked here. That they are true is checked where a part is read: ``zipfile``
    unpacks no more than the directory says, and then finds that the checksum is wrong.
    """

    def __init__(self, path: Path, max_unpacked_bytes: int) -> None:
        self._path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except _TROUBLE:
            raise SheetError(f"{path}: {DAMAGED}") from None
        infos = self._archive.infolist()
        self.parts = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in infos}
        unpacked = sum(info.file_size for info in infos)
        trouble = ""
        if unpacked > max_unpacked_bytes:
            trouble = (
                f"unpacks to {unpacked / 2**20:,.0f} MiB, and {max_unpacked_bytes / 2**20:,.0f} MiB is the most that"
                " is read; split the list into several files"
            )
        elif any(info.flag_bits & 1 for info in infos):
            trouble = "is a zip archive with a password; unpack it and name the file inside"
        elif len(self.parts) != len(infos):
            trouble = DAMAGED
        if trouble:
            self.close()
            raise SheetError(f"{path}: {trouble}")

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()

    def chunks(self, name: str, place: str) -> Iterator[bytes]:
        """Unpack one part piece by piece."""
        try:
            with self._archive.open(self.parts[name]) as stream:
                while piece := stream.read(_CHUNK):
                    yield piece
        except (*_TROUBLE, KeyError):
            raise SheetError(f"{place}: {DAMAGED}") from None

    def start(self, name: str) -> bytes:
        """Return the first bytes of a part; nothing where it is not there."""
        return next(self.chunks(name, str(self._path)), b"") if name in self.parts else b""

    def elements(self, name: str, place: str, tags: Sequence[str]) -> "Iterator[tuple[str, str, _Element]]":
        """Parse the XML of a part, and forget what has been gone through."""
        from lxml import etree

        parser = etree.XMLPullParser(("start", "end"), tag=[f"{{*}}{tag}" for tag in tags], **_SAFELY)
        idle = 0
        try:
            for piece in self.chunks(name, place):
                parser.feed(piece)
                idle += len(piece)
                for event, item in parser.read_events():
                    # with these two events there is always an element
                    element = cast("_Element", item)
                    idle = 0
                    yield event, local_name(element), element
                    if event == "end":
                        element.clear()
                        parent = element.getparent()
                        while parent is not None and element.getprevious() is not None:
                            del parent[0]
                if idle > limits.MOST_PART_BYTES:
                    raise SheetError(f"{place}: holds more than {limits.MOST_PART_BYTES >> 20} MiB {_AWAY}")
            root = parser.close()
        except etree.XMLSyntaxError as error:
            long = any(word in str(error) for word in ("huge", "too long", "Excessive", "too big"))
            raise SheetError(f"{place}: {f'holds a text of more than 10 MB; {_COPY}' if long else DAMAGED}") from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise SheetError(f"{place}: {DAMAGED}")

    def small_part(self, name: str) -> "list[_Element]":
        """Return all elements of a part that tells something of the workbook; none if it is not there."""
        from lxml import etree

        place = str(self._path)
        if name not in self.parts:
            return []
        if self.parts[name].file_size > limits.MOST_PART_BYTES:
            most = limits.MOST_PART_BYTES / 2**20
            raise SheetError(f"{place}: its part {name} has more than {most:,.0f} MiB; {_COPY}")
        try:
            root = etree.fromstring(b"".join(self.chunks(name, place)), etree.XMLParser(**_SAFELY))
        except etree.XMLSyntaxError:
            raise SheetError(f"{place}: {DAMAGED}") from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise SheetError(f"{place}: {DAMAGED}")
        return list(root.iter("*"))


def local_name(element: "_Element | None") -> str:
    """Return the name of an element without its namespace; nothing of no element."""
    return "" if element is None else str(element.tag).rpartition("}")[2]
