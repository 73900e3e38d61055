"""What the sandbox can answer: VICIdial's texts and pages, and what broken servers say instead."""

import html
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from importer.sandbox.faults import Fault, FaultPlan

_WARNINGS: Final = (
    "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/srv/www/htdocs/vicidial/functions.php</b> on line <b>12</b>"
    "<br />\n<br />\n<b>Deprecated</b>:  Automatic conversion of false to array is deprecated in"
    " <b>/srv/www/htdocs/vicidial/functions.php</b> on line <b>7</b><br />\n"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: body, HTTP status, the did_pattern that add_did stored (empty if none), and further headers."""

    text: str
    status: int = 200
    added: str = ""
    headers: tuple[tuple[str, str], ...] = ()


PHP_FAILED: Final = Reply("", 500, headers=(("Connection", "close"),))
"""A PHP failure: an empty 500, after which the connection is closed."""


def page(title: str, text: str, status: int) -> Reply:
    title, text = html.escape(title), html.escape(text)
    head = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n"
    return Reply(f"{head}<body><h1>{title}</h1><p>{text}</p></body></html>\n", status)


def names_page(heading: str, names: Iterable[str], *, colours: bool) -> Reply:
    """Return the chooser of in-groups or call menus: number, ID as a link, name, and a colour if there is one."""
    rows = ["".join(f"<td>{cell}</td>" for cell in ("#", heading, "Name", *(["Color"] if colours else [])))]
    for number, name in enumerate(sorted(names), start=1):
        shown, spoken = html.escape(name), html.escape(name.replace("_", " ").title())
        link = f'<a href="#" onclick="choose(\'{shown}\')">{shown}</a>'
        colour = '<td bgcolor="#FFCC66">&nbsp;</td>' if colours else ""
        rows.append(f"<td>{number}</td><td>{link}</td><td>{spoken}</td>{colour}")
    table = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return Reply(f"<html><head><title>{heading}</title></head><body>\n<table>\n{table}</table>\n</body></html>\n")


def broken_reply(fault: Fault, reply: Reply, plan: FaultPlan, path: str) -> Reply:
    """Return what comes instead of VICIdial's reply; some proxies' pages repeat ``path``, password and all."""
    match fault:
        case Fault.PHP_WARNINGS:
            return replace(reply, text=_WARNINGS + reply.text)
        case Fault.WRONG_NUMBER:
            said, last = reply.text[:-2], reply.text[-2]
            return replace(reply, text=f"{said}{(int(last) + 1) % 10 if last.isdecimal() else 0}\n")
        case Fault.ERROR_500 | Fault.ERROR_500_AFTER:
            return PHP_FAILED
        case Fault.BUSY_503 | Fault.BUSY_429:
            return Reply("", 503 if fault is Fault.BUSY_503 else 429, headers=(("Retry-After", plan.retry_after),))
        case Fault.DENIED_401:
            return replace(page("401 Unauthorized", "Please log in.", 401), headers=(("WWW-Authenticate", "Basic"),))
        case Fault.DENIED_403:
            return page("403 Forbidden", "You don't have permission to access this resource.", 403)
        case Fault.HTML | Fault.HTML_AFTER:
            return page("Please sign in", f"You asked for {path}", 200)
        case Fault.REDIRECT:
            return Reply("", 302, headers=(("Location", plan.redirect_to),))
        case Fault.MYSQL_DOWN:
            return Reply("MySQL connect ERROR: Connection refused\n")
        case _:
            return reply
