"""Unusual XML of Excel workbooks, and broken containers."""

import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from importer.model import CellFlaw
from messy.messy_file import bytes_of, invalid
from messy.workbook_file import FIRST_ADDED, with_one_row, workbook_read, workbook_refused
from messy.xls_by_hand import container
from messy.xlsx_by_hand import cells, in_row, one_sheet, package, sheet, strings, workbook

_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_SHEET = sheet(cells("did", "group"), cells(17275550100, "SALES", row=2))


def _changed(make: Callable[[Path], None], change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Return a maker of a file whose bytes are changed after it was made."""

    def make_and_change(path: Path) -> None:
        make(path)
        path.write_bytes(change(path.read_bytes()))

    return make_and_change


def _lying(data: bytes) -> bytes:
    """Make an archive say that its last sheet unpacks to 100 bytes."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    return data[: at + 24] + struct.pack("<I", 100) + data[at + 28 :]


def _with_wrong_checksum(data: bytes) -> bytes:
    """Make an archive say a wrong checksum of its last sheet."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    return data[: at + 16] + b"\xde\xad\xbe\xef" + data[at + 20 :]


def _claiming(data: bytes) -> bytes:
    """Make an archive say that its last sheet unpacks to 600 MiB."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    return data[: at + 24] + struct.pack("<I", 600 << 20) + data[at + 28 :]


def _locked(data: bytes) -> bytes:
    """Make an archive say that its parts have a password."""
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 8] + b"\x01" + data[at + 9 :]


def _doubled(path: Path) -> None:
    with_one_row()(path)
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        # zipfile finds it odd too
        warnings.simplefilter("ignore")
        archive.writestr("xl/worksheets/sheet1.xml", sheet(cells("did"), cells(17275550199, row=2)))


FILES = (
    workbook_read(
        "xml-with-prefixes",
        workbook(
            {
                "Order": _SHEET.replace("<", "<x:")
                .replace("<x:/", "</x:")
                .replace("<x:?", "<?")
                .replace("xmlns=", "xmlns:x=")
            }
        ),
    ),
    workbook_read(
        "cells-without-places",
        one_sheet(
            '<row><c t="inlineStr"><is><t>did</t></is></c><c t="inlineStr"><is><t>group</t></is></c></row><row/>'
            "<row><c><v>17275550100</v></c><c/><c><v>7</v></c></row>"
        ),
        ("did", "group", ""),
        ((3, ("17275550100", "", "7")),),
        blank_rows=1,
    ),
    workbook_read(
        "xml-in-utf-16",
        workbook({"Order": _SHEET.replace("UTF-8", "UTF-16").encode("utf-16")}),
    ),
    workbook_read(
        "strict-open-xml",
        workbook({"Order": _SHEET}, office=_STRICT),
    ),
    workbook_read(
        "shared-texts-with-escapes-and-ruby",
        workbook(
            {
                "Order": sheet(
                    in_row('<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>', 1),
                    in_row('<c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c>', 2),
                    # an error cell, so that every cell is looked at
                    in_row('<c r="A3" t="e"><v>#REF!</v></c>', 3),
                )
            },
            strings_part=strings(
                "<t>did</t>",
                "<r><t>gr</t></r><r><t>oup</t></r>",
                '<t xml:space="preserve"> 17275550100_x000D_</t>',
                '<t>SALES</t><rPh sb="0" eb="1"><t>aside</t></rPh>',
            ),
        ),
        rows=((2, (" 17275550100\r", "SALES")), (3, ("#REF!", ""))),
        flaws={(3, 0): CellFlaw.ERROR_VALUE},
        became=(FIRST_ADDED, invalid(3, "did_pattern '#REF!' is an error of the spreadsheet")),
    ),
    workbook_read(
        "shared-texts-that-are-said-to-be-four-billion",
        workbook(
            {"Order": sheet(in_row('<c r="A1" t="s"><v>0</v></c>', 1), cells(17275550100, row=2))},
            strings_part=strings("<t>did</t>").replace("<sst ", '<sst uniqueCount="4294967295" '),
        ),
        ("did",),
        ((2, ("17275550100",)),),
    ),
    workbook_read("macro-workbook", with_one_row(), ending=".xlsm"),
    workbook_read(
        "workbook-named-csv",
        with_one_row(),
        ending=".csv",
        facts=("the name ends in .csv, the content is an Excel workbook",),
    ),
    workbook_refused(
        "xml-that-defines-entities",
        workbook({"Order": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + sheet(cells("did")).partition("\n")[2]}),
        "is damaged; get it again, or open it in Excel or LibreOffice and save it under a new name",
    ),
    workbook_refused(
        "workbook-cut-short", _changed(with_one_row(), lambda data: data[:-40]), "is damaged; get it again"
    ),
    workbook_refused(
        "workbook-with-a-wrong-checksum",
        _changed(with_one_row(), _with_wrong_checksum),
        "is damaged; get it again",
    ),
    workbook_refused(
        "workbook-that-lies-about-its-size",
        _changed(with_one_row(*[cells("x" * 50, row=3)] * 99), _lying),
        "is damaged",
    ),
    workbook_refused(
        "workbook-that-unpacks-to-600-mib",
        _changed(with_one_row(), _claiming),
        "unpacks to 600 MiB, and 512 MiB is the most",
    ),
    workbook_refused("archive-with-a-password", _changed(with_one_row(), _locked), "is a zip archive with a password"),
    workbook_refused("part-that-is-there-twice", _doubled, "is damaged"),
    workbook_refused(
        "workbook-with-a-password",
        bytes_of(container({"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": bytes(100)})),
        "is encrypted with a password; open it in Excel, remove the password",
    ),
    workbook_refused(
        "binary-workbook", package({"xl/workbook.bin": b"\0"}), r"is an Excel binary workbook \(.xlsb\)", ending=".xlsb"
    ),
    workbook_refused("word-document", package({"word/document.xml": "<x/>"}), "is a Word document, not a spreadsheet"),
    workbook_refused(
        "numbers-document", package({"Index/Document.iwa": b"\0"}), "is a document of Apple's Numbers or Pages"
    ),
    workbook_refused("archive-of-nothing", package({}), "is a zip archive, not a spreadsheet"),
)
