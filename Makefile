# The commands of this repository; `make` alone lists them.
# ARGS is handed on: make run ARGS="--port 8100", make test ARGS="tests/core -x".

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check bench lock chaos words styles

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS ?=

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: setup ## start everything with a demo organisation, on embedded PostgreSQL
	@$(BIN)/sendout run --data .data --demo $(ARGS)

test: setup-dev ## run the whole suite
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup-dev ## formatting, lint, types, and the laws of the code
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy sendout
	@$(BIN)/python -m pytest -q tests/laws

PEERS := tests/peers

bench: setup-dev ## send a newsletter to 100,000 people through Sendout and through others
	@test -d $(PEERS)/node_modules/nodemailer || ! command -v npm >/dev/null \
	  || (cd $(PEERS) && npm ci --silent) || echo "Going on without nodemailer." >&2
	@$(BIN)/sendout bench send --recipients 100000 $(ARGS)

chaos: setup-dev ## kill workers and PostgreSQL during 50,000 emails, and count who got it
	@CHAOS=full $(BIN)/python -m pytest -s --timeout 5400 tests/chaos $(ARGS)

setup: $(VENV)/installed ## make .venv with the locked requirements and .venv/bin/sendout

setup-dev: $(VENV)/installed-dev

$(VENV)/bin/python:
	@for python in python3.12 python3.13 python3.11 python3.14 python3; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec $$python -m venv $(VENV); \
	  fi; \
	done; \
	echo "Sendout needs Python 3.11 or newer; install python3 with its venv module." >&2; exit 1

# The package itself is built with locked tools too, so nothing is installed without a hash.
$(VENV)/installed: requirements/base.txt requirements/build.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked requirements ..."
	@$(PIP) install --require-hashes -r requirements/build.txt -r requirements/base.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements/dev.txt $(VENV)/installed
	@echo "Installing the locked requirements of the tests ..."
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

words: setup-dev ## bring the French catalogue up to date with the words of the product
	@$(BIN)/python -m tests.catalogue

STYLES := $(PEERS)/styles

styles: ## take what the pages use out of Tabler's style sheet (needs npm)
	@npm ci --prefix $(STYLES) --ignore-scripts --no-audit --no-fund --silent
	@node $(STYLES)/trim.mjs sendout/static/sendout/tabler.css

# After a change of the dependencies in pyproject.toml. Needs uv (https://docs.astral.sh/uv/).
COMPILE = uv pip compile --quiet --universal --no-emit-index-url --generate-hashes --no-header

lock: ## write requirements/*.txt anew from pyproject.toml
	@$(COMPILE) pyproject.toml --output-file requirements/base.txt $(ARGS)
	@$(COMPILE) pyproject.toml --group dev --output-file requirements/dev.txt $(ARGS)
	@$(COMPILE) --group build --output-file requirements/build.txt $(ARGS)
