"""Columns beside the DID: whose they are, what is taken for what, and rows that are no rows of the list."""

from importer.reading import ReadOptions
from messy.listed import listed
from messy.messy_file import added, invalid, twice

_FIRST, _SECOND = "17275550100", "17275550101"
_BOTH = (added(2, _FIRST), added(3, _SECOND))
_LETTERS = "holds letters"

FILES = (
    listed(
        "columns-named-like-those-of-the-results",
        ("row", "Phone Number", "result", "reason", "did_sent", "attempts", "answered"),
        (("7", _FIRST, "failed", "busy", "no", "3", "May"), ("8", _SECOND, "success", "", "yes", "1", "")),
        _BOTH,
        "'Phone Number' is taken for did_pattern",
        "never sent, but kept in the results: row, result, reason, did_sent, attempts, answered",
    ),
    listed(
        "status-of-the-carrier",
        ("TN", "Status", "Order Status", "Active Date"),
        ((_FIRST, "inactive", "done", "2024-05-01"), (_SECOND, "N", "", "")),
        _BOTH,
        "never sent, but kept in the results: Status, Order Status, Active Date",
    ),
    listed(
        "two-columns-of-numbers",
        ("phone", "E.164", "Friendly name"),
        (("(727) 555-0100", f"+{_FIRST}", "Main line"), ("ask Bob", f"+{_SECOND}", "Fax line")),
        (added(2, f"+{_FIRST}"), added(3, f"+{_SECOND}")),
        "'E.164' is taken for did_pattern; 'phone' could be it too and is not sent",
        "did_description=Main line",
    ),
    listed(
        "two-columns-of-numbers-by-hand",
        ("phone", "E.164"),
        (("(727) 555-0100", "wrong"), ("(727) 555-0101", "wrong")),
        (added(2, "7275550100"), added(3, "7275550101")),
        "'phone' is taken for did_pattern; 'E.164' could be it too and is not sent",
        options=ReadOptions(mapping={"phone": "did_pattern"}),
    ),
    listed(
        "columns-that-only-a-person-understands",
        ("Leitung", "Ziel", "Art"),
        ((_FIRST, "SALES", "ingroup"), (_SECOND, "SUPPORT", "ingroup")),
        _BOTH,
        "'Leitung' is taken for did_pattern",
        "(did_route=IN_GROUP, group=SALES)",
        options=ReadOptions(mapping={"Leitung": "did_pattern", "Ziel": "group"}),
    ),
    listed(
        "names-of-the-tutorial",
        ("did_pattern", "did_description", "did_active", "did_route", "group_id", "user_id"),
        ((_FIRST, "Sales line", "N", "IN_GROUP", "SALES", "1001"),),
        (added(2, _FIRST),),
        "'did_active' is taken for active",
        "'group_id' is taken for group",
        "'user_id' is never sent: add_did cannot set the agent",
        "did_description=Sales line, did_route=IN_GROUP, group=SALES, active=N)",
    ),
    listed(
        "descriptions-in-two-columns",
        ("did", "Note", "Description"),
        ((_FIRST, "not this", "Tampa sales"), (_SECOND, "nor this", "")),
        _BOTH,
        "'Description' is taken for did_description; 'Note' could be it too and is not sent",
        f"-> {_FIRST} (did_description=Tampa sales, did_route",
        f"-> {_SECOND} (did_route",
    ),
    listed(
        "descriptions-that-are-to-be-made",
        ("did", "City", "State"),
        ((_FIRST, "S\u00e3o Paulo", "SP"), (_SECOND, "Rye", ""), ("17275550102", "", "#N/A")),
        (*_BOTH, added(4, "17275550102")),
        "did_description=So Paulo, SP",
        "did_description=Rye DID 0101",
        "-> 17275550102 (did_route",
        flags=("--describe", "{city}, {state}"),
    ),
    listed(
        "total-below-the-list",
        ("did", "group", "price"),
        ((_FIRST, "SALES", "1.50"), (_SECOND, "SALES", "1.50"), ("Total", "", "3.00"), ("", "", "EUR")),
        (
            *_BOTH,
            invalid(4, f"did_pattern 'Total' {_LETTERS}"),
            invalid(5, "did_pattern is blank and has to hold the number"),
        ),
    ),
    listed(
        "header-again-on-each-page",
        ("did", "group"),
        ((_FIRST, "SALES"), ("did", "group"), (_SECOND, "SALES")),
        (added(2, _FIRST), invalid(3, f"did_pattern 'did' {_LETTERS}"), added(4, _SECOND)),
    ),
    listed(
        "headings-between-the-rows",
        ("did", "group"),
        (("Tampa", ""), (_FIRST, "SALES"), ("Miami", ""), (_SECOND, "SALES")),
        (
            invalid(2, f"did_pattern 'Tampa' {_LETTERS}"),
            added(3, _FIRST),
            invalid(4, f"did_pattern 'Miami' {_LETTERS}"),
            added(5, _SECOND),
        ),
    ),
    listed(
        "number-in-the-wrong-column",
        ("did", "group"),
        ((_FIRST, "SALES"), ("", _SECOND)),
        (added(2, _FIRST), invalid(3, "did_pattern is blank and has to hold the number")),
    ),
    listed(
        "list-that-stands-twice",
        ("did", "group"),
        ((_FIRST, "SALES"), (_SECOND, "SALES"), (_FIRST, "SUPPORT"), (_SECOND, "SUPPORT")),
        (*_BOTH, twice(4, 2), twice(5, 3)),
    ),
    listed(
        "wrong-row-that-stands-twice",
        ("did", "did_route"),
        ((_FIRST, "Ingroup"), (_FIRST, "IN_GROUP")),
        (invalid(2, "did_route 'Ingroup' is not a route; did you mean IN_GROUP?"), added(3, _FIRST)),
    ),
)
