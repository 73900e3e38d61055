"""Sending: worker pool, rate limit, retry, outage, stop. Hands outcomes on; never prints.

``pool`` holds the workers, ``row_sender`` sends one row; what an answer means for its row is decided, without any
effect, in ``decide``, ``operations``, ``dry_run`` and ``reconcile``.
"""
