# Needs Python 3.11 or newer and make; everything else is fetched by the locks.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Two stamps: what runs the product, and on top of it what tests it. `make up` need not wait for the tools.
RUNS   := $(VENV)/.runs
TESTS  := $(VENV)/.tests

# The tools that make the locks stay out of the locks.
LOCKER := build/locker
LOCK   := $(LOCKER)/bin/uv pip compile pyproject.toml --quiet --group build --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.PHONY: help up test thorough check lint types unit words screenshots bench chaos lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(RUNS) ## Start Jiaoqi with a demo plant; Ctrl-C stops it
	@$(BIN)/jiaoqi up --demo

test: check ## Check all that is quick: imports, lint, types, then most tests
	$(BIN)/python -m pytest -n 2 -m "not thorough"

thorough: $(TESTS) ## Run the rest of the tests: whole stacks, browsers, outages (tests/conftest.py names them)
	$(BIN)/python -m pytest -n 2 -m thorough

check: lint types ## Check without running: imports, lint, types

lint: $(TESTS) ## Check the arrows between packages, and the style
	$(BIN)/lint-imports --no-logo
	$(BIN)/ruff check .

types: $(TESTS) ## Check the types
	$(BIN)/mypy

unit: $(TESTS) ## Run tests alone, quick and thorough (ARGS="-k mailbox" chooses)
	$(BIN)/python -m pytest -n 2 $(ARGS)

words: $(TESTS) ## Bring the catalogues of sentences in line with the code (activities/languages)
	$(BIN)/python -m tests.languages

screenshots: $(TESTS) ## Take the pictures of docs/pictures anew, of the demo
	JIAOQI_TEST_SCREENSHOTS=docs/pictures $(BIN)/python -m pytest -n 0 tests/pages/test_pictures.py

bench: $(TESTS) ## Measure, and write docs/performance.md (ARGS="--quick" only tries it; ARGS=beside one part)
	$(BIN)/python -m benchmarks $(ARGS)

chaos: $(TESTS) ## Break everything while people work, check what is left (ARGS="--seeds 1 --minutes 1")
	$(BIN)/python -m tests.chaos $(ARGS)

lock: $(LOCKER) ## Pin what pyproject.toml asks for, with hashes (UPGRADE=1 takes the newest)
	$(LOCK) --output-file requirements.lock >/dev/null
	$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock >/dev/null

clean: ## Remove the virtual environment and what tools left behind
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

# What is said goes to stderr: on stdout `make up` says what `jiaoqi up` says, and nothing else.
# The project itself is built with the locked setuptools: an isolated build would fetch one unpinned.
$(RUNS): requirements.lock pyproject.toml
	@echo "installing what Jiaoqi runs on into $(VENV); this takes a minute" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(TESTS): requirements-dev.lock $(RUNS)
	@echo "installing what tests it" >&2
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(LOCKER):
	$(PYTHON) -m venv $(LOCKER)
	$(LOCKER)/bin/python -m pip install --quiet --disable-pip-version-check uv
