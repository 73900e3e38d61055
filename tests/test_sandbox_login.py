"""Who the sandbox lets in, and for how long it does not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from ask_sandbox import add, ask

from importer.sandbox import Sandbox, SandboxOptions

ALLOWED = "ERROR: add_did YOU MUST USE ALL REQUIRED FIELDS: |6666|\n"
INCORRECT = "ERROR: Login incorrect, please try again: |6666|wrong|BAD|\n"
LOCKED = "ERROR: Too many login attempts, try again in 15 minutes: |6666|LOCK|\n"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_795_397_536.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(clock=clock)) as box:
        yield box


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


def fail(client: httpx.Client, box: Sandbox, times: int) -> list[str]:
    return [add(client, box, "", password="wrong").text for _ in range(times)]


def log_in(client: httpx.Client, box: Sandbox) -> str:
    return add(client, box, "").text


def test_the_eleventh_failed_login_is_refused_as_one_too_many(box: Sandbox, client: httpx.Client) -> None:
    assert fail(client, box, 12) == [INCORRECT] * 10 + [LOCKED] * 2
    assert box.user("6666").failed_logins == 10


def test_a_locked_user_is_refused_with_the_right_password_until_15_minutes_have_passed(
    box: Sandbox, client: httpx.Client, clock: Clock
) -> None:
    fail(client, box, 10)
    assert log_in(client, box) == LOCKED
    clock.now += 14 * 60
    assert log_in(client, box) == LOCKED
    clock.now += 2 * 60
    assert log_in(client, box) == ALLOWED
    assert box.user("6666").failed_logins == 0


def test_after_the_15_minutes_one_more_failed_login_locks_again(
    box: Sandbox, client: httpx.Client, clock: Clock
) -> None:
    fail(client, box, 10)
    clock.now += 16 * 60
    assert fail(client, box, 2) == [INCORRECT, LOCKED]


def test_a_good_login_sets_the_count_back(box: Sandbox, client: httpx.Client) -> None:
    fail(client, box, 9)
    assert log_in(client, box) == ALLOWED
    assert box.user("6666").failed_logins == 0
    assert fail(client, box, 11) == [INCORRECT] * 10 + [LOCKED]


def test_failed_logins_of_one_user_lock_no_other(box: Sandbox, client: httpx.Client) -> None:
    fail(client, box, 10)
    assert "REQUIRED FIELDS" in add(client, box, "", user="opsuser", password="Str0ngPassXYZ").text


@pytest.mark.parametrize("user", ["inactive", "level6"])
def test_a_login_that_fails_for_another_reason_than_the_password_counts_too(
    box: Sandbox, client: httpx.Client, user: str
) -> None:
    replies = [add(client, box, "", user=user, password="pw1234").text for _ in range(11)]
    assert ["BAD" in reply for reply in replies] == [True] * 10 + [False]


def test_failed_logins_at_the_same_moment_are_all_counted(box: Sandbox) -> None:
    def once(_: int) -> str:
        with httpx.Client() as client:
            return add(client, box, "", password="wrong").text

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(once, range(16)))
    assert sorted(replies) == [INCORRECT] * 10 + [LOCKED] * 6


def test_the_practice_user_locked_stays_locked_for_a_whole_day(
    box: Sandbox, client: httpx.Client, clock: Clock
) -> None:
    clock.now += 24 * 3600
    assert "LOCK" in add(client, box, "", user="locked", password="pw1234").text


def test_a_password_can_change_in_mid_run(box: Sandbox, client: httpx.Client) -> None:
    assert log_in(client, box) == ALLOWED
    box.change_user("6666", password="another")
    assert "|6666|1234|BAD|" in log_in(client, box)
    assert add(client, box, "", password="another").text == ALLOWED


def test_a_user_can_be_locked_and_the_address_taken_off_the_list_in_mid_run(
    box: Sandbox, client: httpx.Client, clock: Clock
) -> None:
    box.change_user("6666", allowed_ips=("203.0.113.5",))
    assert log_in(client, box) == "ERROR: Your IP Address is not allowed: 127.0.0.1: ||IPBLOCK|\n"
    box.change_user("6666", allowed_ips=())
    assert log_in(client, box) == ALLOWED
    box.change_user("6666", failed_logins=10, last_login=clock.now)
    assert log_in(client, box) == LOCKED


def test_a_user_can_lose_a_permission_in_mid_run(box: Sandbox, client: httpx.Client) -> None:
    box.put_user(replace(box.user("6666"), modify_dids=False))
    assert add(client, box, "17275550100").text == (
        "ERROR: add_did USER DOES NOT HAVE PERMISSION TO ADD DIDS: |6666|0\n"
    )
    assert box.stored() == {}


def test_deleting_a_did_needs_its_own_permission(box: Sandbox, client: httpx.Client) -> None:
    box.put_user(replace(box.user("6666"), delete_dids=False))
    add(client, box, "17275550100")
    refusal = ask(client, box, function="update_did", did_pattern="17275550100", delete_did="Y").text
    assert refusal == "ERROR: update_did USER DOES NOT HAVE PERMISSION TO DELETE DIDS: |6666|1\n"
    assert "17275550100" in box.stored()


@pytest.mark.parametrize("function", ["update_did", "copy_did"])
def test_whoever_may_not_add_dids_may_not_update_or_copy_them(
    box: Sandbox, client: httpx.Client, function: str
) -> None:
    refusal = ask(client, box, function=function, did_pattern="default", user="noperm", password="pw1234").text
    verb = "UPDATE" if function == "update_did" else "ADD"
    assert refusal == f"ERROR: {function} USER DOES NOT HAVE PERMISSION TO {verb} DIDS: |noperm|0\n"
