"""What the importer's job costs beside what it costs others: ``python -m tests.benchmarks`` (Linux)."""
