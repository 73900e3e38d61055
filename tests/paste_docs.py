"""``python -m tests.paste_docs``: pastes README's and the tutorial's blocks into a shell, as a newcomer does.

The shell starts where README says: in the folder of a fresh copy of the repository. It is one bash that goes through
README and then the tutorial; commands that go on until Ctrl-C are started beside it, as in another terminal.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).resolve().parents[1]
_BLOCK: Final = re.compile(r"^```(sh|console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# `make demo` is what `.ci/run` does itself, and the settings of a real server stand for the reader's own
_SKIPPED: Final = ("make demo", "export VICIDIAL_URL=vici.example.org")
_NEEDS_A_SERVER: Final = (" order.xlsx", " order_results.xlsx", "make demo")

_BESIDE: Final = {
    "did-importer web": "did-importer web --no-browser --port 0",
    "did-importer sandbox": "did-importer sandbox",
}
"""What goes on until Ctrl-C, and how it is started beside the shell."""

_CORRECT: Final = """\
python - <<'CORRECTIONS'
import openpyxl
book = openpyxl.load_workbook("first_order_results.xlsx")
for row in book["Results"].iter_rows():
    for cell in row:
        cell.value = {"Ingroup": "IN_GROUP", "SALES_WEST": "SALES_IN"}.get(cell.value, cell.value)
book.save("first_order_results.xlsx")
CORRECTIONS
"""
"""What the tutorial tells the reader to do in a spreadsheet program before ``rerun``."""


def commands(page: str) -> Iterator[str]:
    """Give what is pasted of a page, block by block, and command by command where a block shows what is printed."""
    for kind, body in _BLOCK.findall(page):
        if kind == "sh":
            if not body.startswith(_SKIPPED):
                yield body.strip()
        elif kind == "python":
            yield f"python - <<'PYTHON'\n{body}PYTHON"
        else:
            shown = (line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ "))
            yield from (line for line in shown if not any(word in line for word in _NEEDS_A_SERVER))


def script(pages: list[str]) -> str:
    """Return what the shell is given: each command with its name before it, and an end where one fails."""
    lines = ["set -u", "trap 'kill $(jobs -p) 2>/dev/null' EXIT"]
    for command in (command for page in pages for command in ('cd "$COPY"', *commands(page))):
        pasted = command
        if command in _BESIDE:
            said = f"said.{len(lines)}"
            pasted = f"{_BESIDE[command]} >{said} 2>&1 &\nuntil grep -q http:// {said}; do sleep 0.1; kill -0 $!; done"
        if command.startswith("did-importer rerun"):
            pasted = _CORRECT + command
        # the name of a run has the time in it, which the reader copies from the line above
        pasted = re.sub(r"undo \d{8}-\d{6}-([\w-]+)", r"undo $(did-importer runs | grep -o '^[0-9-]*\1 ')", pasted)
        # rows that are left for the reader to correct are no failure of the command
        codes = "0 1" if "run first_order.csv" in command else "0"
        lines += [
            f"echo; cat <<'SHOWN'\n$ {command}\nSHOWN",
            pasted,
            "code=$?",
            f'[[ "{codes}" == *"$code"* ]] || {{ echo "ended with $code"; exit 1; }}',
        ]
    return "\n".join([*lines, "echo every block works", ""])


def main() -> int:
    """Return 0 where every command of the pages works from the place where the text says one is."""
    pages = [(TOP / name).read_text(encoding="utf-8") for name in ("README.md", "docs/tutorial.md")]
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name, "did-importer")
        subprocess.run(("git", "clone", "--quiet", TOP, copy), check=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VICIDIAL_")}
        # where the reader's own records and servers are, nothing is written
        environment |= {
            "COPY": str(copy),
            "HOME": name,
            "XDG_STATE_HOME": f"{name}/state",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        return subprocess.run(
            ["bash"], input=script(pages), text=True, cwd=copy, env=environment, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
