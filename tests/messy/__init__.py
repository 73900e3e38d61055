"""Ugly files, one trouble each, made from code."""
