"""What one answer says about the server, for all rows: slow down, speed up, hold, or end the run."""

from typing import Final

from importer.sending.circuit_breaker import CircuitBreaker
from importer.sending.decide import Decision
from importer.sending.rate_limiter import RateLimiter
from importer.sending.stop import Stop, StopKind, StopSwitch
from importer.vicidial.answer import Answer

REFUSED_IN_A_ROW: Final = 10
"""A user without permission locks nothing; after so many refusals with nothing else between, all rows get the same."""

SLOW_ANSWER_SECONDS: Final = 5.0
"""A VICIdial call takes 5 ms; one that takes this long means a server in trouble, and everybody slows down."""


class ServerFeedback:
    """Lets all rows know what one of them learned of the server."""

    def __init__(
        self, rate_limiter: RateLimiter, breaker: CircuitBreaker, switch: StopSwitch, longest_hold: float
    ) -> None:
        self.met = False
        """Whether VICIdial itself has answered in this run."""
        self._rate_limiter = rate_limiter
        self._breaker = breaker
        self._switch = switch
        self._longest_hold = longest_hold
        self._refused_in_a_row = 0

    def learn(self, answer: Answer, decision: Decision) -> None:
        """Let everybody know what one answer says about the server."""
        if decision.contact:
            self.met = True
            self._breaker.answered()
        if decision.crowded or answer.seconds >= SLOW_ANSWER_SECONDS:
            self._rate_limiter.slow_down()
        elif decision.contact:
            self._rate_limiter.speed_up()
        if answer.retry_after and decision.crowded:
            self._rate_limiter.hold(min(answer.retry_after, self._longest_hold))

    def count_refusals(self, decision: Decision) -> None:
        """End the run after many refusals in a row that are not about the rows."""
        self._refused_in_a_row = self._refused_in_a_row + 1 if decision.refused else 0
        if self._refused_in_a_row >= REFUSED_IN_A_ROW:
            kind = StopKind.USER_REFUSED if decision.contact else StopKind.CALL_REFUSED
            self._switch.pull(Stop(kind, f"{decision.reason}; {REFUSED_IN_A_ROW} rows in a row were refused so"))
