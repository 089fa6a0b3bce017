# Everything a fresh machine needs: Python 3.11+ and this file.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUNS   := $(VENV)/.runs
READY  := $(VENV)/.ready
JOBS   ?= 4

.PHONY: demo test test-programs retest check install bench screenshots format clean

# What swarm-tui itself needs, and no more: the tools of the tests are three times as much.
demo: $(RUNS)
	$(BIN)/swarm-tui demo $(DEMO)

test: $(READY)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(TEST)

# The real agent programs: installed from npm into the user's cache where they are missing, and run against scripted
# models on loopback. Without npm the tests say so and are skipped.
test-programs: $(READY)
	$(BIN)/python -m tests.support.programs
	$(BIN)/python -m pytest -n 2 --dist worksteal $(or $(TEST),tests/programs)

# What failed beside the others, once more and alone. It still fails where it is broken; where it passes, it is named.
retest: $(READY)
	$(BIN)/python -m pytest -n 0 -v --last-failed --last-failed-no-failures none $(TEST)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: $(READY)

bench: $(READY)
	$(BIN)/python -m tests.bench $(BENCH)

screenshots: $(READY)
	$(BIN)/python -m tests.support.screenshots

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(RUNS): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "swarm-tui needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Once: swarm-tui and what it needs go into $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(READY): $(RUNS)
	@echo "Once: what tests and checks need goes into $(VENV)"
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@
