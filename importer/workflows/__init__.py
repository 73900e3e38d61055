"""The order of the stages: check, run, rerun, resume, undo."""
