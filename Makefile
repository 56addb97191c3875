# `make run` shows an advisor's week on a demo college; `make test` runs every test. Both set up all they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

.PHONY: docs help run test lint format types borders check bench lock clean oulad oulad-predictions uci bench-predictions

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-18s %s\n", $$1, $$2}'

run: $(VENV)/run.stamp  ## set up, simulate a demo college if there is none, and show an advisor's week
	@echo "== The analysis database: creating or updating its tables"
	@$(MANAGE) migrate --verbosity 0
	@echo "== The demo college (a simulated one; nobody in it is real)"
	@$(MANAGE) demo_college --if-missing
	@echo "== Scoring every missing week"
	@$(MANAGE) calibrate
	@echo "== This week's list of advisor ADV001"
	@$(MANAGE) flagged --advisor ADV001
	@echo "More to see:"
	@echo "  $(MANAGE) flagged --class CSE25A --week 9         an earlier week"
	@echo "  $(MANAGE) demo_college --advance                  let a week go by, then: $(MANAGE) run_weekly"
	@echo "  $(MANAGE) log_intervention STUDENT --kind call --by ADV001"
	@echo "  $(MANAGE) export weekly_metrics --out metrics.csv"
	@echo "  $(MANAGE) help COMMAND                            what a command can do"

test: $(VENV)/dev.stamp  ## set up and run every test
	@echo "== Tests"
	@$(BIN)/python -m pytest -n 2

lint: $(VENV)/dev.stamp  ## style
	@echo "== Style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/dev.stamp  ## put the style right
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/dev.stamp  ## types
	@echo "== Types"
	@$(BIN)/mypy

borders: $(VENV)/dev.stamp  ## who may import whom
	@echo "== Import contracts"
	@$(BIN)/lint-imports

check: lint types borders  ## style, types, import contracts, migrations and made pages
	@echo "== Migrations and made pages"
	@$(MANAGE) makemigrations --check --dry-run
	@$(BIN)/python docs/make_reference.py --check

docs: $(VENV)/dev.stamp  ## make the pages of docs/reference that come from the code
	@$(BIN)/python docs/make_reference.py

bench: $(VENV)/dev.stamp  ## measure a calibration beside its floor, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.calibrate

lock: $(VENV)/dev.stamp  ## pin the newest allowed versions, with hashes and without any address
	@$(BIN)/pip install --quiet uv
	@for group in main cluster portal dev; do \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --python-version 3.11 --custom-compile-command "make lock" \
	    $$([ $$group = main ] || echo "--group $$group") pyproject.toml -o requirements/$$group.txt; \
	done

OULAD ?= ../shared/data/oulad

oulad: export CLIENT_DB_URL := sqlite:///data/oulad.sqlite3
oulad: export DEFAULT_DB_URL := sqlite:///data/oulad-analysis.sqlite3
oulad: export MAPPING_FILE := demo/oulad/mapping.toml
oulad: export POLICY_FILE := demo/oulad/policy.toml
oulad: $(VENV)/run.stamp  ## score the Open University's real data (OULAD=folder) and judge the ranking
	@$(MANAGE) load_oulad $(OULAD) --database data/oulad.sqlite3
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) calibrate --param year=2013 --param week=39
	@$(MANAGE) calibrate --param year=2013 --param week=78
	@$(MANAGE) calibrate --param year=2014 --param week=39
	@$(BIN)/python -m demo.oulad.judge --college data/oulad.sqlite3 --analysis $$DEFAULT_DB_URL

oulad-predictions: $(VENV)/run.stamp  ## measure predictors on the Open University's real data (OULAD=folder)
	@$(BIN)/python -m benchmarks.oulad_predictions $(OULAD) --groups

UCI ?= ../shared/data/uci-student-performance/student-mat.csv

uci: $(VENV)/run.stamp  ## measure predicted scores on real data of schools (UCI=file)
	@$(BIN)/python -m benchmarks.uci $(UCI)

bench-predictions: $(VENV)/run.stamp  ## measure training and predicting at 24,000 students
	@$(BIN)/python -m benchmarks.predictors

clean:  ## remove the virtual environment and the demo's data
	rm -rf $(VENV) data

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "EduMetrics needs Python 3.11 or newer as '$(PYTHON)'; found: $$($(PYTHON) --version 2>&1 || echo none)."; \
	    echo "On Debian 12: apt install python3 python3-venv. Another one: make PYTHON=/path/to/python3.12 run"; exit 1; }
	@echo "== Setting up a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "On Debian the package python3-venv is missing: apt install python3-venv"; exit 1; }

$(VENV)/run.stamp: $(VENV)/bin/python requirements/main.txt
	@echo "== Installing what EduMetrics needs (about a minute the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/main.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	@echo "== Installing what its tests need"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
