# On a fresh machine with Python 3.11 or newer, `make demo` and `make test` are the only two commands.
#   make demo PYTHON=python3.12     another interpreter
#   make demo PIP_FLAGS="..."       more flags for the installer (an index, a wheel folder)

.DEFAULT_GOAL := help
.PHONY: help env demo samples test lint format bench clean

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV ?= $(shell command -v uv 2>/dev/null)
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP_FLAGS ?=
# Named beside the project, so that the bound holds for whatever the installer looks at first.
WANTED := "torch>=2.9,<2.14" -e ".[dev]"
DEMO := .demo

help: ## show this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(STAMP) ## create .venv and install finagent into it

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "finagent needs Python 3.11 or newer; none was found on PATH. Set PYTHON=/path/to/python3.11" >&2; exit 2; }
ifneq ($(UV),)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(UV) pip install --python $(BIN)/python $(PIP_FLAGS) $(WANTED)
else
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet $(PIP_FLAGS) $(WANTED)
endif
	@touch $@

demo: $(STAMP) ## ingest the sample reports and ask them three questions
	@rm -rf $(DEMO)
	@PATH="$(abspath $(BIN)):$$PATH" FINAGENT_HOME="$(abspath $(DEMO))" sh samples/demo.sh

samples: $(STAMP) ## write the sample reports anew
	$(BIN)/python -m samples.make_samples

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(STAMP) ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP) ## measure speed and memory; results go to benchmarks/results
	$(BIN)/python -m benchmarks

clean: ## remove the demo library and the caches, not the environment
	rm -rf $(DEMO) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
