"""The server's dialect: the one place that knows VICIdial's sentences and what they mean."""

from importer.dialect.classify import classify, classify_copy, version_build
from importer.dialect.verdict import Gate, Meaning, Verdict

__all__ = ["Gate", "Meaning", "Verdict", "classify", "classify_copy", "version_build"]
