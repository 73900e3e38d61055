# make demo   imports the sample order into the practice VICIdial
# make test   lint, types and tests: all that must hold
# make soak   the long runs: kill -9, faults by the thousand, signals
# make bench  what it costs beside curl, wrk, XlsxWriter and others (Linux, a quarter of an hour);
#             BENCH="--only run,check" for some parts, BENCH=--help for what there is
# make bench-million  the same, with a run of 1,000,000 rows
# make check  lint and types alone

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: demo test soak bench bench-million check lint types clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@echo installed > .venv/installed

demo: .venv/installed
	$(BIN)/did-importer demo

check: lint types

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: .venv/installed
	$(BIN)/mypy

test: check
	$(BIN)/pytest -m 'not soak'

soak: .venv/installed
	$(BIN)/pytest -m soak

# as a user has it: where hypothesis is installed, pandera imports it too
.venv-bench/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@echo installed > .venv-bench/installed

bench: .venv-bench/installed
	.venv-bench/bin/python -m tests.benchmarks $(BENCH)

bench-million: .venv-bench/installed
	.venv-bench/bin/python -m tests.benchmarks --million $(BENCH)

clean:
	rm -rf .venv .venv-bench build dist demo_output .mypy_cache .pytest_cache .ruff_cache .hypothesis
