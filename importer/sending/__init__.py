"""Sending: worker pool, rate limit, retry, outage, stop. Hands outcomes on; never prints."""
