"""Make docs/page_*.png anew: the page on the practice VICIdial, with the sample order.

Run: python tests/make_screenshots.py
"""

import re
import tempfile
from pathlib import Path

from web_page import ORDER, a_browser, running_page

DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_page(Path(folder) / "state") as started,
        a_browser() as browser,
    ):
        page = browser.new_page(viewport={"width": 1000, "height": 720})
        page.goto(started.address)
        page.get_by_role("button", name="Practise first").click()
        page.get_by_label(re.compile("choose it")).set_input_files(ORDER)
        page.wait_for_url("**/columns", timeout=60_000)
        page.screenshot(path=DOCS / "page_columns.png")
        page.get_by_role("button", name="Go on to the review").click()
        page.wait_for_url("**/review")
        page.screenshot(path=DOCS / "page_review.png")
        page.get_by_role("button", name="Change all to IN_GROUP").click()
        page.get_by_label("Ask the server too").uncheck()
        page.get_by_role("button", name=re.compile("^Go on with")).click()
        page.wait_for_url("**/confirm")
        page.get_by_role("button", name=re.compile("^Add ")).click()
        page.wait_for_url("**/runs/*")
        page.wait_for_timeout(6000)
        page.screenshot(path=DOCS / "page_progress.png")
        page.get_by_role("heading", name="Done").wait_for(timeout=90_000)
        page.screenshot(path=DOCS / "page_done.png")


if __name__ == "__main__":
    main()
