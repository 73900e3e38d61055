"""What is read and checked is not looked through by the garbage collector, and garbage is collected afterwards."""

import gc

import pytest

from importer.cli.long_lived import long_lived


def test_nothing_is_collected_meanwhile_and_what_was_made_is_never_looked_at() -> None:
    before = gc.get_freeze_count()
    try:
        with long_lived():
            assert not gc.isenabled()
            kept = [[number] for number in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() - before > len(kept)
    finally:
        gc.unfreeze()


def test_garbage_is_collected_again_after_trouble() -> None:
    try:
        with pytest.raises(ValueError, match="a damaged file"), long_lived():
            raise ValueError("a damaged file")
        assert gc.isenabled()
    finally:
        gc.unfreeze()
