# Everything a fresh machine needs: Python 3.11+ and this file.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
JOBS   ?= 4

.PHONY: demo test test-programs retest check install bench screenshots format clean

demo: $(READY)
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

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "swarm-tui needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)
