"""Sending: workers, pace, retries, outages, stopping. Yields outcomes; never prints.

``pool`` holds the workers and ``sender`` carries one row; what an answer means for its row is decided, without any
effect, in ``carry``, ``operation`` and ``clearing``.
"""

from importer.sending.pool import Submission, Submitted

__all__ = ["Submission", "Submitted"]
