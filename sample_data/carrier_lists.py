"""One list for each carrier: made up, but with that carrier's headers and its way to write a number.

Names of accounts, trunks and orders mean nothing. Numbers are 555-0100 to 555-0199 of North America, and of London
those of 020 7946 0000 to 0999, which belong to nobody either.
"""

from collections.abc import Callable
from dataclasses import dataclass

from order_words import Cell, Number


@dataclass(frozen=True)
class CarrierList:
    """The list of one carrier.

    Attributes:
        file: its name in sample_data/carriers/.
        header: its headers; empty where the carrier writes none.
        rows: its rows.
        delimiter: what separates the cells of a text file.
        quote_all: whether every cell of a text file is in quotation marks.
        encoding: of a text file.
        line_end: of a text file.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    delimiter: str = ","
    quote_all: bool = False
    encoding: str = "utf-8"
    line_end: str = "\n"


def _rows(count: int, row: Callable[[int], tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(row(number) for number in range(count))


def _line(number: int) -> str:
    """The last four digits of the number with this place in its list: 0100, 0101, ..."""
    return f"{100 + number:04d}"


def _turn(number: int, *texts: str) -> str:
    return texts[number % len(texts)]


LISTS = (
    CarrierList(
        "telnyx.csv",
        ("number_val_e164", "status", "phone_number_type", "connection_id"),
        _rows(
            12,
            lambda n: (
                f"+1970555{_line(n)}",
                "purchase_pending" if n == 7 else "active",
                _turn(n, "longcode", "longcode", "tollfree"),
                f"11000000000000{n:05d}",
            ),
        ),
    ),
    CarrierList(
        "telnyx_v2.csv",
        ("connection_name", "customer_reference", "phone_number", "purchased_at", "status", "tags"),
        _rows(
            10,
            lambda n: (
                "call-centre-trunk",
                f"Denver campaign {n + 1}" if n % 3 else "",
                f"+1303555{_line(n)}",
                f"2026-11-{n + 10}T09:15:00Z",
                "active",
                _turn(n, "sales,denver", "sales", ""),
            ),
        ),
    ),
    CarrierList(
        "twilio.csv",
        ("sid", "date_created", "friendly_name", "phone_number"),
        _rows(
            11,
            lambda n: (
                f"PN{n:032d}",
                f"2026-11-{n + 10} 14:02:11",
                # by default Twilio names a number after itself, nicely formatted
                "Boston front desk" if n == 4 else f"(617) 555-{_line(n)}",
                f"+1617555{_line(n)}",
            ),
        ),
        quote_all=True,
    ),
    CarrierList(
        "bandwidth.csv",
        ("FullNumber", "City", "State", "RateCenter", "Lata"),
        _rows(
            15,
            lambda n: (
                f"{_turn(n // 5, '205', '251', '256')}555{_line(n)}",
                _turn(n // 5, "BIRMINGHAM", "MOBILE", "HUNTSVILLE"),
                "AL",
                _turn(n // 5, "BIRMINGHAM", "MOBILE", "HUNTSVILLE"),
                _turn(n // 5, "476", "480", "477"),
            ),
        ),
    ),
    CarrierList(
        "flowroute.csv",
        ("value", "alias", "rate_center", "state", "number_type"),
        _rows(
            9,
            lambda n: (f"1206555{_line(n)}", f"Seattle line {n + 1}" if n % 2 else "", "SEATTLE", "WA", "standard"),
        ),
        line_end="\r\n",
    ),
    CarrierList(
        "voipms.csv",
        ("did", "description", "routing", "pop", "note", "order_date", "ratecenter", "province"),
        _rows(
            12,
            lambda n: (
                f"{_turn(n // 6, '514', '418')}555{_line(n)}",
                f"{_turn(n // 6, 'Montréal', 'Québec')} {n + 1}",
                "account:100000_sip",
                _turn(n, "72", "73"),
                "rappel le soir" if n == 2 else "",
                f"2026-11-{n + 10} 10:00:00",
                _turn(n // 6, "Montréal", "Québec"),
                "QC",
            ),
        ),
        delimiter=";",
        encoding="cp1252",
        line_end="\r\n",
    ),
    CarrierList(
        "plivo.csv",
        ("number", "alias", "sub_account", "type", "country_iso2"),
        _rows(8, lambda n: (f"1813555{_line(n)}", f"Tampa queue {n + 1}", "", _turn(n, "fixed", "tollfree"), "US")),
    ),
    CarrierList(
        "didww.xlsx",
        ("DID Number", "Country", "City", "Voice IN Trunk"),
        _rows(10, lambda n: (f"442079460{n + 100:03d}", "United Kingdom", "London", _turn(n, "pbx-a", "pbx-b"))),
    ),
    CarrierList(
        "sinch.csv",
        ("displayName", "phoneNumber", "regionCode"),
        _rows(9, lambda n: (f"Austin team {n + 1}", f"+1512555{_line(n)}", "US")),
    ),
    CarrierList(
        "inumbering.csv",
        ("tn", "rateCenter", "lata", "province"),
        _rows(10, lambda n: (f"416555{_line(n)}", "TORONTO", "888", "ON")),
    ),
    CarrierList(
        "intelepeer.csv",
        ("Telephone Number", "Label"),
        _rows(10, lambda n: (f"480555{_line(n)}", f"Phoenix desk {n + 1}")),
    ),
    CarrierList(
        "intelepeer_bulk.csv",
        (),
        _rows(14, lambda n: (f"480555{_line(n + 20)}", f"Phoenix desk {n + 21}")),
    ),
    CarrierList(
        "pbx_export.csv",
        ("DID", "description", "destination"),
        _rows(
            12,
            lambda n: (
                _turn(n, f"503-555-{_line(n)}", f"(503) 555-{_line(n)}", f"503555{_line(n)}"),
                f"Portland {_turn(n, 'reception', 'sales', 'support')} {n + 1}",
                _turn(n, "ivr-1,s,1", "ext-queues,600,1", "from-did-direct,201,1"),
            ),
        ),
        delimiter=";",
        encoding="utf-8-sig",
        line_end="\r\n",
    ),
    CarrierList(
        "pbx_trunks.xlsx",
        ("TrunkNumber", "description", "destination"),
        _rows(10, lambda n: (Number(17025550100 + n), f"Las Vegas trunk {n + 1}", Number(600 + n % 3))),
    ),
)
