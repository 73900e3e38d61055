"""The package's surface is what it says it is."""

import subprocess
import sys
from pathlib import Path

import importer


def test_every_public_name_is_there_and_has_words_about_it() -> None:
    for name in importer.__all__:
        found = getattr(importer, name)
        assert name in ("__version__", "RERUN_RESULTS") or found.__doc__, name


def test_every_name_for_type_checkers_is_one_that_can_be_used() -> None:
    source = Path(importer.__file__).read_text(encoding="utf-8")
    typed = {line.split(" as ")[1] for line in source.splitlines() if line.startswith("    from importer.")}
    assert typed == set(importer.__all__) - {"__version__"}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(importer, "no_such_name")


def test_help_imports_nothing_slow() -> None:
    program = (
        "import sys\nfrom importer.cli import main\nmain(['--help'])\n"
        "slow = {'pandas', 'pandera', 'httpx', 'openpyxl', 'xlsxwriter', 'tqdm', 'phonenumbers', 'starlette',"
        " 'uvicorn', 'numpy', 'sqlite3', 'asyncio'}\n"
        "print(sorted(slow & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]"
