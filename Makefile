# make demo   imports the sample order into the practice VICIdial
# make test   lint, types and tests: all that must hold
# make soak   the long runs: kill -9, faults by the thousand, signals
# make bench  what it costs beside wrk, XlsxWriter and others (Linux, ten minutes); BENCH="--only slow,check" for parts
# make wheel  builds the wheel, installs it alone into an empty environment, and runs the demo there
# make paste  pastes the blocks of README and the tutorial into a shell, in a fresh copy
# make check  lint and types alone

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: demo test soak bench wheel paste check lint types clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
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
	$(BIN)/pytest -m 'not soak' -n auto

wheel: .venv/installed
	$(BIN)/python -m tests.try_wheel

paste: .venv/installed
	$(BIN)/python -m tests.paste_docs

soak: .venv/installed
	$(BIN)/pytest -m soak -n auto

# as a user has it: where hypothesis is installed, pandera imports it too
.venv-bench/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@echo installed > .venv-bench/installed

bench: .venv-bench/installed
	.venv-bench/bin/python -m tests.benchmarks $(BENCH)

clean:
	rm -rf .venv .venv-bench build dist demo_output .mypy_cache .pytest_cache .ruff_cache .hypothesis
