# The whole workshop. `make` alone says what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from-pyproject

.PHONY: help demo test check fix docs draw clean

help:
	@echo "make demo    fetch two dozen files at once from a small server of our own"
	@echo "make test    every test"
	@echo "make check   format, lint, types, floors, tidiness"
	@echo "make fix     let the formatter and the linter repair what they can"
	@echo "make docs    write the generated pages anew"
	@echo "make draw    draw three downloads anew, as they go on this machine"
	@echo "make clean   remove the environment and what the tools left behind"
	@echo "Each makes its environment in $(VENV) first. PYTHON=python3.12 chooses another Python."

demo: $(STAMP)
	@$(BIN)/python -m integration.demo

# On all processors, but few at a time, for many tests wait for the clock. What a file sets up is set up once.
test: $(STAMP)
	@$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(STAMP)
	@echo "format"
	@$(BIN)/ruff format --quiet --check . || { echo "'make fix' formats these files"; exit 1; }
	@echo "lint"
	@$(BIN)/ruff check --quiet .
	@echo "types"
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m integration.typed examples
	@echo "floors"
	@$(BIN)/lint-imports > $(VENV)/floors.txt || { cat $(VENV)/floors.txt; exit 1; }
	@echo "tidiness"
	@$(BIN)/python -m pytest -q tests/test_tidy.py

fix: $(STAMP)
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format .

# A test fails while one of them is stale.
docs: $(STAMP)
	@$(BIN)/python -m ddm.cli.pages.reference > docs/cli.md
	@$(BIN)/python -m ddm.cli.pages.manual docs/man
	@$(BIN)/python -m ddm.cli.pages.exit_codes > docs/exit-codes.md
	@$(BIN)/python -m integration.hostile.table > docs/hostile.md
	@$(BIN)/python -m integration.pictures
	@$(BIN)/python -m tests.http.test_response_table
	@$(BIN)/python -m tests.test_failures_page
	@PYTHONPATH=. $(BIN)/python tests/test_states.py
	@PYTHONPATH=. $(BIN)/python tests/test_settings.py

# Measured, so never twice the same: no test compares them.
draw: $(STAMP)
	@$(BIN)/python -m integration.drawing

clean:
	@rm -rf $(VENV) build dist *.egg-info .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find ddm tests integration -name __pycache__ -type d -prune -exec rm -rf {} +

# pip's absence means that a try without python3-venv left half an environment behind.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "DDM needs Python 3.11 or newer, and '$(PYTHON)' is not: try 'make $(MAKECMDGOALS) PYTHON=/path/to/python3.11'." >&2; exit 1; }
	@test -x $(BIN)/pip || { \
	  echo "Making the environment in $(VENV): once, a minute or two."; \
	  rm -rf $(VENV); \
	  $(PYTHON) -m venv $(VENV) > /dev/null 2>&1 || { \
	    rm -rf $(VENV); \
	    echo "Could not make $(VENV): Python's venv module seems to be missing. 'apt-get install python3-venv' as root, then make again." >&2; exit 1; }; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@$(BIN)/python -m integration.embedding.installing
	@touch $@
