# From a fresh clone with only python3 and make: `make demo` runs the main job, `make test` passes the tests.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test lint check check-all bench docs clean

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

demo: $(VENV)/.installed  ## Generate 500 dialogues in both languages, check them, print statistics and show three.
	$(BIN)/toolsim generate --count 500 --workers 2 --out outputs/demo
	$(BIN)/toolsim check outputs/demo
	$(BIN)/toolsim stats outputs/demo
	$(BIN)/toolsim show outputs/demo --count 3

test: $(VENV)/.installed-dev  ## Pass the tests.
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.installed-dev  ## Format check, lint, types.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test  ## Format check, lint, types, tests.

check-all: check  ## The same and the long sweeps: every operation, 30 worlds, both languages.
	$(BIN)/python -m pytest -n auto -m sweep

bench: $(VENV)/.installed-dev  ## Measure speed and memory; writes the table in docs/performance.md.
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/generation.py

docs: $(VENV)/.installed-dev  ## Write what is generated: the notation's schema and the README's tables.
	$(BIN)/python -m tests.generated --write

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
