"""``python -m tests.try_wheel``: builds the wheel, installs it alone into an empty environment, runs the demo there."""

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
NEEDED = (
    "importer/py.typed",
    "importer/demo_order/carrier_order.xlsx",
    "importer/demo_order/carrier_order_expected.csv",
    "importer/web/templates/",
    "importer/web/static/",
)


def main() -> int:
    """Return 0 where the wheel holds the package and nothing else, and its demo ends as expected."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
        subprocess.run((*pip, "wheel", "--no-deps", "--wheel-dir", folder, TOP), check=True)
        (wheel,) = folder.glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        missing = [needed for needed in NEEDED if not any(one.startswith(needed) for one in names)]
        strange = [one for one in names if not one.startswith(("importer/", "did_importer-"))]
        if missing or strange:
            print(f"the wheel lacks {missing} and has {strange} too", file=sys.stderr)  # noqa: T201  a script for make
            return 1
        venv.create(folder / "empty", with_pip=True)
        bin_folder = folder / "empty" / ("Scripts" if os.name == "nt" else "bin")
        install = (bin_folder / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        subprocess.run((*install, "--constraint", TOP / "constraints.txt", f"{wheel}[web]"), check=True)
        subprocess.run((bin_folder / "python", "-c", "import importer.web.server"), check=True, cwd=folder)
        return subprocess.run((bin_folder / "did-importer", "demo"), check=False, cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(main())
