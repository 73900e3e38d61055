"""Sending: workers, pace, retries, outages, stopping. Yields outcomes; never prints.

``pool`` holds the workers and ``sender`` carries one row; what an answer means for its row is decided, without any
effect, in ``carry``, ``errand`` and ``clearing``.
"""

from importer.submit.pool import Submission, Submitted

__all__ = ["Submission", "Submitted"]
