"""What users read is what the program does."""

import re
from functools import cache

import pytest
from readme_blocks import MAN_PAGE, PAGES, TOP, blocks, blocks_in, man_page

from importer.cli.parser import build_parser
from importer.model import ExitCode
from importer.workflows.options import ImportOptions

TEXTS = {page.relative_to(TOP).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
BLOCKS = [(page, name) for page, text in TEXTS.items() for name in blocks_in(text)]


@cache
def made() -> dict[str, str]:
    return dict(blocks())


@pytest.mark.parametrize(("page", "name"), BLOCKS)
def test_a_block_of_a_page_is_what_the_program_says(page: str, name: str) -> None:
    assert blocks_in(TEXTS[page])[name] == made()[name], "write it anew with: python tests/readme_blocks.py"


def test_every_block_that_the_program_makes_stands_in_a_page() -> None:
    assert {name for _, name in BLOCKS} == set(made())


def test_the_manual_page_is_what_the_parser_says() -> None:
    assert MAN_PAGE.read_text(encoding="utf-8") == man_page(), "write it anew with: python tests/readme_blocks.py"


def test_every_exit_code_is_explained() -> None:
    block = made()["exit codes"]
    assert [int(number) for number in re.findall(r"^(\d+) ", block, re.MULTILINE)] == [int(code) for code in ExitCode]


@pytest.mark.parametrize("page", TEXTS)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    for link, shown in re.findall(r"\]\(([^)#]+)[^)]*\)|`((?:sample_data|tests|templates|docs)/[^` ]*)`", TEXTS[page]):
        if not link.startswith(("http://", "https://", "mailto:")):
            path = (TOP / page).parent / link if link else TOP / shown
            assert path.exists(), path


@pytest.mark.parametrize(
    ("flag", "field"),
    [
        ("--rate", "rate"),
        ("--workers", "workers"),
        ("--timeout", "timeout"),
        ("--retries", "retries"),
        ("--give-up-after", "give_up_after"),
        ("--did-format", "did_format"),
        ("--region", "region"),
        ("--source", "source"),
        ("--on-duplicate", "on_duplicate"),
        ("--method", "method"),
    ],
)
def test_the_default_that_help_tells_is_the_one_that_holds(flag: str, field: str) -> None:
    run = next(action for action in build_parser()._actions if action.choices).choices["run"]  # type: ignore[index]
    (action,) = [action for action in run._actions if flag in action.option_strings]
    told = re.search(r"default: ([^;)]+)", action.help or "")
    assert told is not None
    value = getattr(ImportOptions(), field)
    assert told[1].lower() == (f"{value:g}" if isinstance(value, int | float) else str(value).lower())
