"""How fast calls go out: exactly, without a burst, and slower together."""

import asyncio
import itertools
import random
from bisect import bisect_left
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_time import run_virtual, virtual_clock

from importer.sending.rate_limiter import SLOWEST, Clock, RateLimiter

RATES = (0.5, 1, 5, 10, 20, 50, 100, 200)


def no_hold_up(_: random.Random) -> float:
    return 0.0


def made(rate: float | None) -> tuple[RateLimiter, Clock]:
    """Make a limiter on the clock of the running loop of virtual time."""
    clock = virtual_clock(asyncio.get_running_loop())
    return RateLimiter(rate, clock), clock


def moments(
    rate: float | None,
    *,
    workers: int,
    seconds: float,
    held_up: Callable[[random.Random], float] = no_hold_up,
    latency: Callable[[random.Random], float] = no_hold_up,
    meanwhile: Callable[[RateLimiter], None] | None = None,
    meanwhile_at: float = 0.0,
) -> list[float]:
    """Let workers call for some seconds; return when each call was written, in seconds since the limiter was made."""

    async def main() -> list[float]:
        rate_limiter, clock = made(rate)
        rng = random.Random(7)
        began = clock.now()
        written: list[float] = []

        async def worker() -> None:
            while True:
                await rate_limiter.slot()
                await clock.sleep(held_up(rng))
                await rate_limiter.writing()
                written.append(clock.now() - began)
                await clock.sleep(latency(rng))

        if meanwhile is not None:
            asyncio.get_running_loop().call_later(meanwhile_at, meanwhile, rate_limiter)
        tasks = [asyncio.create_task(worker()) for _ in range(workers)]
        await clock.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return written

    return run_virtual(main())


def most_in_a_second(written: list[float], seconds: float = 1.0) -> int:
    """The most calls in any window of so many seconds, whichever call it starts at."""
    assert written == sorted(written)
    return max(bisect_left(written, start + seconds) - index for index, start in enumerate(written))


def allowed(rate: float) -> tuple[int, float]:
    """So many calls in so many seconds."""
    return (int(rate), 1.0) if rate >= 1 else (1, 1 / rate)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("workers", [1, 50])
def test_no_second_has_more_calls_than_the_rate_and_nearly_all_of_it_is_used(rate: float, workers: int) -> None:
    seconds = 20.0 / min(rate, 1)
    written = moments(rate, workers=workers, seconds=seconds)
    most, window = allowed(rate)
    assert most_in_a_second(written, window) <= most
    assert len(written) >= 0.98 * rate * seconds


@pytest.mark.parametrize(("rate", "longest"), [(0.5, 2.0), (5, 2.0), (20, 0.2), (100, 0.2), (200, 0.005)])
def test_calls_that_are_held_up_do_not_crowd_those_behind_them(rate: float, longest: float) -> None:
    seconds = 60.0
    workers = int(rate * longest * 2) + 20
    written = moments(rate, workers=workers, seconds=seconds, held_up=lambda rng: rng.random() ** 4 * longest)
    most, window = allowed(rate)
    assert most_in_a_second(written, window) <= most
    settled = [moment for moment in written if moment >= seconds / 3]
    assert len(settled) >= 0.98 * rate * (seconds - settled[0]) - 1


@given(
    st.sampled_from(RATES),
    st.integers(1, 30),
    st.lists(st.floats(0, 3), min_size=1, max_size=8),
    st.lists(st.floats(0, 3), min_size=1, max_size=8),
)
@settings(max_examples=40)
def test_no_pattern_of_hold_ups_and_slow_answers_breaks_the_limit(
    rate: float, workers: int, hold_ups: list[float], latencies: list[float]
) -> None:
    written = moments(
        rate,
        workers=workers,
        seconds=8,
        held_up=lambda rng: rng.choice(hold_ups),
        latency=lambda rng: rng.choice(latencies),
    )
    most, window = allowed(rate)
    assert not written or most_in_a_second(written, window) <= most


@pytest.mark.parametrize("rate", RATES)
def test_there_is_no_burst_at_the_start(rate: float) -> None:
    written = moments(rate, workers=50, seconds=4 / rate + 1)
    gaps = [after - before for before, after in itertools.pairwise(written)]
    assert written[0] == 0
    assert min(gaps) >= 1 / rate


@pytest.mark.parametrize("rate", [0.5, 1, 10, 200])
def test_there_is_no_burst_after_an_idle_time(rate: float) -> None:
    async def main() -> list[float]:
        limiter, clock = made(rate)
        await limiter.slot()
        await limiter.writing()
        await clock.sleep(1000)

        async def call() -> float:
            await limiter.slot()
            await limiter.writing()
            return clock.now()

        return sorted(await asyncio.gather(*(call() for _ in range(20))))

    written = run_virtual(main())
    assert min(after - before for before, after in itertools.pairwise(written)) >= 1 / rate


def test_a_rate_between_two_whole_numbers_keeps_to_the_lower_one() -> None:
    written = moments(2.5, workers=4, seconds=40)
    assert most_in_a_second(written) == 2


def test_without_a_limit_nobody_waits() -> None:
    async def main() -> float:
        limiter, clock = made(None)
        began = clock.now()
        for _ in range(1_000):
            await limiter.slot()
            await limiter.writing()
        return clock.now() - began

    assert run_virtual(main()) == 0


def test_slowing_down_halves_the_speed_of_everybody_at_most_once_a_second_and_never_stops_the_run() -> None:
    async def main() -> list[float]:
        limiter, clock = made(10)
        speeds = []
        for seconds in (0, 0, 0.5, 0.6, 0.2, 0.9, *[1] * 20):
            await clock.sleep(seconds)
            limiter.slow_down()
            speeds.append(limiter.speed)
        return speeds

    speeds = run_virtual(main())
    assert speeds[:6] == [0.5, 0.5, 0.5, 0.25, 0.25, 0.125]
    assert speeds[-1] == SLOWEST


def test_a_slowed_run_calls_half_as_often() -> None:
    seconds = 40.0
    workers = 8
    written = moments(20, workers=workers, seconds=seconds, meanwhile=lambda rate_limiter: rate_limiter.slow_down())
    # those that had their turn already when the speed was halved keep it
    assert 0.5 * 20 * 0.98 * seconds <= len(written) <= 0.5 * 20 * seconds + workers


def test_a_run_without_a_limit_is_slowed_too() -> None:
    written = moments(
        None, workers=4, seconds=4, latency=lambda rng: 0.001, meanwhile=lambda rate_limiter: rate_limiter.slow_down()
    )
    assert most_in_a_second(written[-100:]) <= 51


def test_good_answers_bring_the_whole_speed_back_and_not_more() -> None:
    rate_limiter = RateLimiter(10)
    rate_limiter.slow_down()
    for _ in range(24):
        rate_limiter.speed_up()
    assert rate_limiter.speed < 1
    for _ in range(24):
        rate_limiter.speed_up()
    assert rate_limiter.speed == 1


@pytest.mark.parametrize("rate", [None, 5, 100])
def test_while_the_server_asks_for_quiet_nobody_sends_and_then_nobody_bursts(rate: float | None) -> None:
    written = moments(
        rate,
        workers=20,
        seconds=30,
        latency=lambda rng: 0.05,
        meanwhile=lambda rate_limiter: rate_limiter.hold(10),
        meanwhile_at=5.0,
    )
    assert not [moment for moment in written if 5.0 < moment < 15.0 - 1e-6]
    assert [moment for moment in written if moment < 5.0]
    after = [moment for moment in written if moment >= 15.0 - 1e-6]
    assert after[0] == pytest.approx(15.0, abs=0.5)
    if rate is not None:
        assert most_in_a_second(written) <= rate
        assert len(after) >= 0.97 * rate * 15


def test_a_shorter_quiet_does_not_end_a_longer_one() -> None:
    def twice(rate_limiter: RateLimiter) -> None:
        rate_limiter.hold(10)
        rate_limiter.hold(1)

    written = moments(10, workers=4, seconds=12, meanwhile=twice, meanwhile_at=0.5)
    assert not [moment for moment in written if 0.5 < moment < 10.5 - 1e-6]


def test_a_worker_that_is_stopped_while_it_waits_takes_nobodys_place_for_long() -> None:
    async def main() -> float:
        limiter, clock = made(5)
        waiting = [asyncio.create_task(limiter.slot()) for _ in range(4)]
        await clock.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        began = clock.now()
        await limiter.slot()
        await limiter.writing()
        return clock.now() - began

    assert run_virtual(main()) <= 1


@pytest.mark.parametrize("rate", [1, 10, 200])
def test_there_is_no_burst_after_the_whole_system_slept(rate: int) -> None:
    def sleeps(_: RateLimiter) -> None:
        # every timer of these two minutes is overdue at once when the system goes on
        asyncio.get_running_loop().jump(120)  # type: ignore[attr-defined]  # the loop of virtual time has it

    written = moments(rate, workers=50, seconds=128, meanwhile=sleeps, meanwhile_at=3.0)
    assert most_in_a_second(written) <= rate
    assert [moment for moment in written if moment > 121]
