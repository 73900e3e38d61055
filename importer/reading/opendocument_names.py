"""The names of elements and attributes in an OpenDocument spreadsheet: prefixes are free, and looked up once."""

from typing import Final

from importer.reading.xml_events import Attributes

_NAMESPACES: Final = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}
"""The prefixes that LibreOffice gives to the namespaces of a document."""


class DocumentNames:
    """The names that one document gives to what is read in it.

    Args:
        root: the attributes of its first element, in which LibreOffice and others declare all prefixes.
    """

    def __init__(self, root: Attributes) -> None:
        prefixes = {uri: name.partition(":")[2] for name, uri in root.items() if name.startswith("xmlns:")}

        def named(part: str, name: str) -> str:
            return f"{prefixes.get(_NAMESPACES[part], part)}:{name}"

        self.table = named("table", "table")
        self.row = named("table", "table-row")
        self.column = named("table", "table-column")
        self.cells = frozenset((named("table", "table-cell"), named("table", "covered-table-cell")))
        self.drawings = frozenset((named("table", "shapes"), named("office", "forms"), self.table))
        self.name = named("table", "name")
        self.columns_repeated = named("table", "number-columns-repeated")
        self.rows_repeated = named("table", "number-rows-repeated")
        self.rows_spanned = named("table", "number-rows-spanned")
        self.visibility = named("table", "visibility")
        self.formula = named("table", "formula")
        self.kind = named("office", "value-type")
        self.own_kind = named("calcext", "value-type")
        self.value = named("office", "value")
        self.boolean = named("office", "boolean-value")
        self.date = named("office", "date-value")
        self.time = named("office", "time-value")
        self.string = named("office", "string-value")
        self.spaces = named("text", "c")
