"""The whole way in a real browser: from the connection to the numbers that VICIdial holds, and back."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from running import Desk, flags
from web_page import ORDER, RunningPage, a_browser, need_a_browser, running_page

from importer import list_runs
from importer.sandbox import PRACTICE_DIDS, Sandbox, SandboxOptions

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    need_a_browser()
    with a_browser() as opened:
        yield opened


@pytest.fixture
def started(tmp_path: Path) -> Iterator[RunningPage]:
    """A page of a test's own, for those that end it or look at what it keeps."""
    with running_page(tmp_path / "page" / "state") as page:
        yield page


@pytest.fixture
def own(browser: "Browser", started: RunningPage) -> "Iterator[Page]":
    context = browser.new_context()
    yield opened(context, started)
    context.close()


@pytest.fixture(scope="module")
def shared(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> "Iterator[BrowserContext]":
    """One page for the others: to start it and to import pandas takes longer than most of them."""
    with running_page(tmp_path_factory.mktemp("shared") / "state") as page:
        context = browser.new_context(base_url=page.root)
        opened(context, page).close()
        yield context
        context.close()


@pytest.fixture
def tab(shared: "BrowserContext") -> "Iterator[Page]":
    page = shared.new_page()
    page.goto("/connect")
    yield page
    page.close()


@pytest.fixture
def vicidial() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(starting_dids=PRACTICE_DIDS)) as sandbox:
        yield sandbox


def opened(context: "BrowserContext", started: RunningPage) -> "Page":
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(started.address)
    page.wait_for_url("**/connect")
    return page


def nothing_serious(page: "Page") -> None:
    """Let axe look at the page, and see that nothing sticks out on a telephone."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    bad = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
    assert bad == [], page.url
    size = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
    if size is not None:
        page.set_viewport_size(size)


def press(page: "Page", name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()


def go(page: "Page", path: str) -> None:
    page.goto(re.sub(r"(http://[^/]+)/.*", rf"\1{path}", page.url))


def connect(page: "Page", vicidial: Sandbox, password: str = "1234") -> None:
    go(page, "/connect")
    page.get_by_label("Host").fill(vicidial.url)
    page.get_by_label("User", exact=True).fill("6666")
    page.get_by_label("Password", exact=True).fill(password)
    with page.expect_navigation():
        press(page, "Test the connection")
    page.locator("#test").get_by_text(re.compile("can be used|cannot be used")).wait_for()


def drop(page: "Page", path: Path) -> None:
    go(page, "/file")
    page.get_by_label(re.compile("choose it")).set_input_files(path)
    page.wait_for_url("**/lists/**")


def to_review(page: "Page", vicidial: Sandbox, path: Path) -> None:
    connect(page, vicidial)
    drop(page, path)
    press(page, "Go on to the review")
    page.wait_for_url("**/review*")


def to_confirm(page: "Page", *, ask: bool = False) -> None:
    page.get_by_label("Ask the server too").set_checked(ask)
    press(page, re.compile("^Go on with"))
    page.wait_for_url("**/confirm")


def send(page: "Page", rate: str) -> None:
    to_confirm(page)
    page.get_by_text("How it is sent").click()
    page.get_by_label("Rows a second").fill(rate)
    press(page, re.compile("^Add "))
    page.wait_for_url("**/runs/*")


def workbook(page: "Page", button: str) -> openpyxl.Workbook:
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    return openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))


def wait_done(page: "Page") -> str:
    page.get_by_role("heading", name="Done").wait_for()
    return page.locator(".question").inner_text()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def order_of(path: Path, count: int) -> Path:
    lines = ["did_pattern,did_description,did_route,group"]
    lines += [f"7275550{number:03},Tampa line {number},IN_GROUP,SALES_IN" for number in range(count)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_from_the_connection_to_the_numbers_and_back(tab: "Page", vicidial: Sandbox) -> None:  # noqa: PLR0915  one way
    nothing_serious(tab)
    connect(tab, vicidial)
    assert "LIVE" in tab.locator(".banner").inner_text()
    nothing_serious(tab)
    press(tab, "Go on to the file")
    nothing_serious(tab)
    drop(tab, ORDER)
    tab.wait_for_url("**/columns")
    nothing_serious(tab)
    assert tab.get_by_label("Telephone Number").input_value() == "did_pattern"
    assert tab.get_by_label("City").input_value() == ""
    press(tab, "Go on to the review")
    nothing_serious(tab)
    counts = tab.locator(".counts").inner_text()
    ready = int(re.findall(r"(\d+)\s*ready", counts)[0])
    press(tab, "Change all to IN_GROUP")
    tab.wait_for_url("**/review")
    for row, value in ((20, "7275550177"), (41, "SALES_IN"), (82, "7275550178")):
        cell = tab.get_by_label(re.compile(f"of row {row}$"))
        cell.fill(value)
        cell.press("Tab")
        tab.locator(f"[id='{cell.get_attribute('aria-describedby')}']").get_by_text("✓ ready").wait_for()
    ready += 6
    assert f"{ready} numbers" in tab.locator("[data-ready]").inner_text()
    checked = workbook(tab, "Download the table")
    assert "7275550177" in {str(cell.value) for row in checked.worksheets[0].rows for cell in row}
    to_confirm(tab)
    nothing_serious(tab)
    assert f"Add {ready} numbers to" in tab.locator(".question").inner_text()
    tab.go_back()
    send(tab, "40")
    until(lambda: len(vicidial.stored()) > 20)
    nothing_serious(tab)
    press(tab, "Stop")
    tab.get_by_role("heading", name="Stopped").wait_for()
    nothing_serious(tab)
    assert len(vicidial.stored()) < ready
    press(tab, "Go on")
    assert wait_done(tab)
    nothing_serious(tab)
    first = tab.url
    added = int(re.findall(r"(\d+) added", tab.locator(".question").inner_text())[0])
    left = int(re.findall(r"(\d+) left", tab.locator(".question").inner_text())[0])
    assert len(vicidial.stored()) == added
    assert {"7275550177", "7275550178"} < set(vicidial.stored())
    assert f"use 'Correct the {left} now' above" in tab.locator(".causes").inner_text()
    book = workbook(tab, "Results workbook")
    texts = {str(cell.value) for row in book["Results"].rows for cell in row}
    assert "7275550178" in texts
    summary = " ".join(str(cell.value) for row in book["Summary"].rows for cell in row)
    assert "2026-05-15" in summary
    assert "7275550178" in summary
    assert len(list(workbook(tab, "Only the failed rows")["Results"].rows)) == left + 1
    with tab.expect_download() as download:
        press(tab, "Only the failed rows (CSV)")
    assert download.value.path().read_text(encoding="utf-8-sig").startswith("row,result,reason")
    press(tab, re.compile("^Correct the"))
    tab.wait_for_url("**/review")
    nothing_serious(tab)
    cell = tab.get_by_label(re.compile("of row 213$"))
    cell.fill("Main line")
    cell.press("Tab")
    tab.get_by_text("✓ ready").wait_for()
    send(tab, "100")
    wait_done(tab)
    now = len(vicidial.stored())
    assert now > added
    tab.goto(first)
    press(tab, re.compile("^Take these"))
    nothing_serious(tab)
    press(tab, re.compile("^Delete"))
    assert f"{added} deleted" in wait_done(tab)
    assert len(vicidial.stored()) == now - added
    tab.get_by_role("link", name="Runs", exact=True).click()
    nothing_serious(tab)
    runs = tab.locator("tbody tr").filter(has_text="carrier_order")
    assert runs.count() == 3
    press(tab, re.compile("^Forget"))
    nothing_serious(tab)
    press(tab, "Forget")
    until(lambda: runs.count() == 2)


def test_the_server_is_asked_too_before_anything_is_sent(tab: "Page", vicidial: Sandbox, tmp_path: Path) -> None:
    order = order_of(tmp_path / "order.csv", 6)
    order.write_text(
        order.read_text(encoding="utf-8") + "7275550300,Tampa line,IN_GROUP,SALES_WEST\n", encoding="utf-8"
    )
    to_review(tab, vicidial, order)
    assert tab.get_by_label("Ask the server too").is_checked()
    press(tab, re.compile("^Go on with"))
    tab.get_by_text("The server was asked").wait_for(timeout=60_000)
    assert "SALES_WEST" in tab.locator("tbody").inner_text()
    assert not vicidial.stored()
    assert tab.get_by_label("In-group of row 8").input_value() == "SALES_WEST"
    press(tab, "Change all to SALES_IN")
    tab.get_by_text("Ask the server too").wait_for()
    press(tab, re.compile("^Go on with"))
    tab.wait_for_url("**/confirm", timeout=60_000)
    assert "Add 7 numbers" in tab.locator(".question").inner_text()


def test_what_the_user_may_not_send_is_asked_about_again(tab: "Page", vicidial: Sandbox, tmp_path: Path) -> None:
    to_review(tab, vicidial, order_of(tmp_path / "order.csv", 3))
    vicidial.change_user("6666", modify_dids=False)
    press(tab, re.compile("^Go on with"))
    tab.get_by_text("permission").first.wait_for()
    vicidial.change_user("6666", modify_dids=True)
    tab.goto(re.sub("asking.*|review.*", "review", tab.url))
    press(tab, re.compile("^Go on with"))
    tab.wait_for_url("**/confirm", timeout=60_000)
    assert "Add 3 numbers" in tab.locator(".question").inner_text()


def test_every_step_works_without_scripts(browser: "Browser", started: RunningPage, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = opened(context, started)
    press(tab, "Practise first")
    assert "PRACTICE" in tab.locator(".banner").inner_text()
    order = tmp_path / "order.csv"
    order.write_text("Number,did_route,group\n7275550101,Ingroup,SALES_IN\n7275550102,EXTEN,\n", encoding="utf-8")
    tab.get_by_label(re.compile("choose it")).set_input_files(order)
    press(tab, "Read the list")
    press(tab, "Go on to the review")
    press(tab, "Change all to IN_GROUP")
    tab.get_by_label("Extension of row 3").fill("8300")
    press(tab, "Check the corrections")
    assert "2 ready" in " ".join(tab.locator(".counts").inner_text().split())
    press(tab, re.compile("^Go on with 2 numbers"))
    tab.wait_for_url("**/confirm")
    press(tab, "Add 2 numbers")
    assert wait_done(tab) == "2 added, 0 left"
    context.close()


def test_a_run_goes_on_without_its_tab_and_a_second_tab_shows_it(
    shared: "BrowserContext", vicidial: Sandbox, tmp_path: Path
) -> None:
    tab, second, third = (shared.new_page() for _ in range(3))
    tab.goto("/connect")
    to_review(tab, vicidial, order_of(tmp_path / "order.csv", 30))
    send(tab, "20")
    address = tab.url
    tab.close()
    second.goto("/")
    second.wait_for_url(address)
    third.goto(address)
    assert wait_done(second) == wait_done(third) == "30 added, 0 left"
    assert len(vicidial.stored()) == 30
    second.close()
    third.close()


def test_a_run_that_was_killed_is_finished_from_the_page(
    browser: "Browser", own: "Page", started: RunningPage, vicidial: Sandbox, tmp_path: Path
) -> None:
    order = order_of(tmp_path / "order.csv", 30)
    to_review(own, vicidial, order)
    send(own, "20")
    until(lambda: len(vicidial.stored()) > 4)
    started.kill()
    with running_page(started.state) as again:
        tab = opened(browser.new_context(), again)
        connect(tab, vicidial)
        drop(tab, order)
        tab.get_by_role("heading", name="This file has an unfinished run").wait_for()
        nothing_serious(tab)
        press(tab, "Finish it")
        assert wait_done(tab) == "30 added, 0 left"
        tab.context.close()
    assert len(vicidial.stored()) == 30


def test_a_run_begun_on_one_side_is_finished_and_taken_back_on_the_other(
    browser: "Browser", vicidial: Sandbox, tmp_path: Path
) -> None:
    desk = Desk(tmp_path)
    order = order_of(tmp_path / "order.csv", 30)
    with desk.start("run", order, *flags(vicidial), "--rate", "20") as command:
        until(lambda: len(vicidial.stored()) > 4)
        command.kill()
    with running_page(desk.state) as started:
        context = browser.new_context()
        tab = opened(context, started)
        connect(tab, vicidial)
        tab.goto(f"{started.root}/runs")
        press(tab, "Finish")
        assert wait_done(tab) == "30 added, 0 left"
        assert desk.start("undo", desk.newest().about.run_id, "--yes").wait(60) == 0
        assert len(vicidial.stored()) == 0
        tab.reload()
        assert tab.get_by_role("button", name=re.compile("^Take these")).count() == 0
        drop(tab, order_of(tmp_path / "more.csv", 30))
        press(tab, "Go on to the review")
        send(tab, "20")
        until(lambda: len(vicidial.stored()) > 4)
        started.kill()
        context.close()
    assert desk.start("resume", desk.newest().about.run_id).wait(60) == 0
    assert len(vicidial.stored()) == 30
    with running_page(desk.state) as started:
        context = browser.new_context()
        tab = opened(context, started)
        connect(tab, vicidial)
        tab.goto(f"{started.root}/runs")
        assert "finished" in tab.locator("tbody tr").first.inner_text()
        press(tab, "Undo")
        press(tab, re.compile("^Delete"))
        assert "30 deleted" in wait_done(tab)
        assert len(vicidial.stored()) == 0
        context.close()


def test_a_server_that_is_away_is_said_and_tried_again_on_request(
    tab: "Page", vicidial: Sandbox, tmp_path: Path
) -> None:
    to_review(tab, vicidial, order_of(tmp_path / "order.csv", 40))
    send(tab, "20")
    until(lambda: len(vicidial.stored()) > 10)
    vicidial.pause()
    tab.get_by_role("button", name="Try now").wait_for()
    nothing_serious(tab)
    vicidial.resume()
    press(tab, "Try now")
    assert wait_done(tab) == "40 added, 0 left"


def test_ctrl_c_stops_a_run_in_good_order(own: "Page", started: RunningPage, vicidial: Sandbox, tmp_path: Path) -> None:
    to_review(own, vicidial, order_of(tmp_path / "order.csv", 60))
    send(own, "20")
    until(lambda: len(vicidial.stored()) > 10)
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(30) == 130
    sent = len(vicidial.stored())
    assert sent < 60
    line = list_runs(started.state / "runs")[0]
    assert (line.about.state.value, line.counts["success"], line.counts["not sent"]) == ("unfinished", sent, 60 - sent)
    assert Path(line.about.workbook).exists()


def test_numbers_that_are_too_short_are_a_question_before_anything_is_sent(
    tab: "Page", vicidial: Sandbox, tmp_path: Path
) -> None:
    order = tmp_path / "order.csv"
    order.write_text("did_pattern,extension\n1001,8300\n1002,8300\n1003,8300\n", encoding="utf-8")
    to_review(tab, vicidial, order)
    press(tab, re.compile("^Go on with"))
    tab.get_by_role("alert").wait_for()
    nothing_serious(tab)
    tab.get_by_label("Send patterns that are no numbers").check()
    press(tab, "Go on to the review")
    to_confirm(tab)
    assert not vicidial.stored()


def test_hostile_cells_and_names_are_shown_and_do_nothing(tab: "Page", vicidial: Sandbox, tmp_path: Path) -> None:
    nasty = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "\u202e0010555727", "مرحبا"]
    order = tmp_path / "<b>order &amp; more.csv"
    lines = ["did_pattern,did_description,did_route,<i>x</i>"]
    lines += [f'727555010{at},"{text.replace(chr(34), chr(34) * 2)}",nowhere,x' for at, text in enumerate(nasty)]
    lines += [f'"{text.replace(chr(34), chr(34) * 2)}",a description,,x' for text in nasty]
    order.write_text("\n".join(lines), encoding="utf-8")
    alerts: list[str] = []
    # a dialog that nobody answers would hold the page up, so playwright dismisses it
    tab.on("console", lambda message: alerts.append(message.text) if message.type == "error" else None)
    tab.add_init_script("window.alert = (text) => console.error(text)")
    connect(tab, vicidial)
    drop(tab, order)
    assert "<script>" in tab.locator("table").inner_text()
    nothing_serious(tab)
    press(tab, "Go on to the review")
    assert tab.get_by_label("Number of row 7").input_value() == nasty[0]
    nothing_serious(tab)
    assert tab.locator("img, script:not([src]), i, b").count() == 0
    assert alerts == []


def test_ten_thousand_rows_with_five_hundred_bad_ones_are_quick_to_leaf_through(
    tab: "Page", vicidial: Sandbox, tmp_path: Path
) -> None:
    lines = ["did_pattern,did_description,did_route,group"]
    lines += [f"1727{2000000 + at},Line {at},{'IN_GROUP' if at % 20 else 'Inqueue'},SALES_IN" for at in range(10_000)]
    order = tmp_path / "order.csv"
    order.write_text("\n".join(lines), encoding="utf-8")
    to_review(tab, vicidial, order)
    assert "500 to correct" in " ".join(tab.locator(".counts").inner_text().split())
    seconds = []
    for page in (2, 5, 10):
        begin = time.monotonic()
        tab.goto(f"{tab.url.partition('?')[0]}?show=correct&page={page}")
        assert tab.locator(".cell").count() == 50
        seconds.append(time.monotonic() - begin)
    # half a second on a machine of one's own; the tests share theirs
    assert min(seconds) < 1.5, seconds
    to_confirm(tab)
    press(tab, re.compile("^Add "))
    assert "Type the name of the server" in tab.locator(".errors").inner_text()
    nothing_serious(tab)
    assert not vicidial.stored()


def test_two_sheets_are_a_choice_and_what_is_no_list_is_said_in_place(tab: "Page", tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("East", "West"):
        sheet = book.create_sheet(name)
        sheet.append(["did_pattern", "extension"])
        sheet.append(["7275550100", "8300"])
    del book["Sheet"]
    book.save(tmp_path / "two.xlsx")
    drop(tab, tmp_path / "two.xlsx")
    nothing_serious(tab)
    press(tab, "West (2 rows)")
    tab.wait_for_url("**/columns")
    assert "West" in tab.locator("main").inner_text()
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    go(tab, "/file")
    tab.get_by_label(re.compile("choose it")).set_input_files(tmp_path / "photo.png")
    assert "photo.png" in tab.locator(".errors").inner_text()
    assert "web/lists" not in tab.locator("main").inner_text()
    nothing_serious(tab)


def test_failed_rows_that_were_corrected_in_excel_are_dropped_and_sent(
    tab: "Page", vicidial: Sandbox, tmp_path: Path
) -> None:
    order = order_of(tmp_path / "order.csv", 3)
    order.write_text(order.read_text(encoding="utf-8").replace("2,IN_GROUP", "2,Ingroup"), encoding="utf-8")
    to_review(tab, vicidial, order)
    send(tab, "100")
    assert wait_done(tab) == "2 added, 1 left"
    book = workbook(tab, "Only the failed rows")
    for cells in book["Failed rows"].iter_rows():
        for cell in cells:
            cell.value = "IN_GROUP" if cell.value == "Ingroup" else cell.value
    book.save(tmp_path / "failed.xlsx")
    drop(tab, tmp_path / "failed.xlsx")
    tab.wait_for_url("**/review")
    send(tab, "100")
    assert wait_done(tab) == "1 added, 0 left"
    assert len(vicidial.stored()) == 3


def test_columns_are_chosen_and_the_next_list_like_it_needs_no_choice(tab: "Page", tmp_path: Path) -> None:
    order = tmp_path / "odd.csv"
    order.write_text("Linie,Ort,Extension\n7275550100,Tampa,8300\n7275550101,Tampa,8300\n", encoding="utf-8")
    drop(tab, order)
    tab.get_by_label("Linie").select_option("did_pattern")
    tab.get_by_label("Extension", exact=True).first.select_option("")
    tab.locator("#fill-voicemail_ext").fill("8500")
    tab.locator("input[name=route][value=VOICEMAIL]").check()
    tab.get_by_text("With + and the country code").check()
    press(tab, "Remember for lists like this")
    tab.wait_for_url("**/review")
    order.write_text("Linie,Ort,Extension\n7275550105,Tampa,8300\n", encoding="utf-8")
    drop(tab, order)
    tab.wait_for_url("**/review")
    assert "+17275550105" in tab.locator("tbody").inner_text()
    press(tab, "See or change them")
    assert tab.get_by_label("Extension", exact=True).first.input_value() == ""
    assert tab.locator("#fill-voicemail_ext").input_value() == "8500"


def test_what_a_run_added_is_looked_up_again_any_day(tab: "Page", vicidial: Sandbox, tmp_path: Path) -> None:
    to_review(tab, vicidial, order_of(tmp_path / "order.csv", 5))
    send(tab, "100")
    wait_done(tab)
    vicidial.delete_did("7275550003")
    press(tab, "Verify that they are there")
    tab.get_by_text("4 still there, 1 gone").wait_for()
    nothing_serious(tab)
    assert "Row 5, 7275550003" in tab.locator(".causes").inner_text()
    rows = list(workbook(tab, "Workbook of this look")["Results"].rows)
    assert [row[1].value for row in rows[1:]] == ["success", "success", "success", "unknown", "success"]


def test_the_whole_way_goes_by_keyboard_alone(tab: "Page") -> None:
    def reach(name: str) -> None:
        for _ in range(80):
            tab.keyboard.press("Tab")
            named = tab.evaluate(
                "(at => [...(at.labels ?? [])].map(one => one.innerText)[0] || at.innerText)(document.activeElement)"
            )
            if str(named).strip().startswith(name):
                return
        pytest.fail(f"{name} is not reached by Tab on {tab.url}")

    def use(name: str, key: str = "Enter", then: str = "") -> None:
        reach(name)
        tab.keyboard.press(key)
        if then:
            tab.wait_for_url(then)

    use("Practise first", then="**/file")
    reach("Or paste numbers")
    tab.keyboard.type("7275550101\n7275550102\n")
    use("Read the list", then="**/columns")
    reach("Every row says it itself")
    # an in-group is the first of the ways, and its name the next field
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Tab")
    tab.keyboard.type("SALES_IN")
    use("Go on to the review", then="**/review*")
    use("Go on with 2 numbers", then="**/confirm")
    use("Add 2 numbers", then="**/runs/*")
    assert wait_done(tab) == "2 added, 0 left"


def test_a_server_is_remembered_and_its_password_is_in_the_keyring_if_the_person_says_so_and_nowhere_else(
    browser: "Browser", vicidial: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a keyring that writes down what it is given, in place of the system's
    (tmp_path / "keyring.py").write_text(
        "import pathlib\n"
        "def set_password(*words): pathlib.Path(__file__).with_name('kept').write_text(' '.join(words))\n"
        "def get_password(service, name): return pathlib.Path(__file__).with_name('kept').read_text().split()[-1]\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[1]}")
    vicidial.change_user("6666", password="Geheim-4711")
    desk, kept = tmp_path / "desk", tmp_path / "kept"
    with running_page(desk / "state") as started:
        tab = opened(browser.new_context(), started)
        for password, said in (("wrong-Geheim-0815", "broken"), ("Geheim-4711", "can be used")):
            connect(tab, vicidial, password)
            assert said in tab.locator("#test").inner_text()
            nothing_serious(tab)
            assert password not in tab.content() + tab.url
        for name in ("west", "east"):
            assert not kept.exists()
            tab.get_by_label("A name for this server").fill(name)
            tab.get_by_label("Keep the password in this system's keyring").set_checked(name == "east")
            press(tab, "Remember this server")
            tab.get_by_text("Written to").wait_for()
            go(tab, "/connect")
        tab.context.close()
    assert kept.read_text(encoding="utf-8") == "did-importer 6666@127.0.0.1 Geheim-4711"
    assert '[servers."east"]' in (desk / "servers.toml").read_text(encoding="utf-8")
    assert [path for path in desk.rglob("*") if path.is_file() and b"Geheim" in path.read_bytes()] == []
    with running_page(desk / "state") as started:
        tab = opened(browser.new_context(), started)
        tab.get_by_label(re.compile("east:")).check()
        press(tab, "Test the connection")
        tab.get_by_text("The server can be used.").wait_for()
        tab.context.close()
