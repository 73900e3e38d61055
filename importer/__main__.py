"""``python -m importer`` is ``did-importer``."""

from importer.cli import entry_point

if __name__ == "__main__":
    entry_point()
