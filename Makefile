# The few commands everyone needs. Stamps in .venv say what is up to date, so a second `make run` starts at once.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
GEO_PACKAGE := geo/node_modules/@ip-location-db/geo-whois-asn-country-mmdb
GEO_DATABASE := src/vayro/visitor/data/country.mmdb

DASHBOARD := src/vayro/api/dashboard/index.html
DASHBOARD_SOURCES := $(shell find dashboard/src dashboard/scripts dashboard/public -type f 2>/dev/null) $(wildcard dashboard/*.json dashboard/*.ts dashboard/*.mjs)

.PHONY: help install run test chaos stage lint format bench lock docs api-client screenshots clean

help: ## List these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

install: $(VENV)/.vayro $(GEO_DATABASE) $(DASHBOARD) ## Make .venv with all that is locked, the geo data and the dashboard; then there is .venv/bin/vayro

run: install ## Install what changed, then start everything: vayro up (ARGS="--workers 2")
	@exec $(BIN)/vayro up $(ARGS)

test: install $(VENV)/.dev ## Install what the tests need, and run them (ARGS="tests/links -k code")
	@scripts/install_test_packages.sh
	@$(BIN)/pytest --numprocesses 2 --dist loadgroup $(ARGS)

chaos: install $(VENV)/.dev ## Harm everything at random for a long while; prints its seeds (CHAOS_SEED=7 repeats)
	@scripts/install_test_packages.sh
	@$(BIN)/pytest -m chaos --timeout 3600 -s tests/chaos $(ARGS)

stage: install $(VENV)/.dev ## Raise the whole production shape here, and harm it by hand (ARGS="--cluster")
	@scripts/install_test_packages.sh
	@exec $(BIN)/python -m tests.chaos.console $(ARGS)

lint: install $(VENV)/.dev ## Check style, types, the direction of imports, what is dangerous, and the size of files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml src
	@$(BIN)/python scripts/check_dangers.py
	@$(BIN)/python scripts/check_sizes.py
	@cd dashboard && npx --no-install tsc --noEmit && npx --no-install biome check --error-on-warnings

format: $(VENV)/.dev dashboard/node_modules/.locked ## Format the code, and mend what the linter can mend
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .
	@cd dashboard && npx --no-install biome check --write

bench: install $(VENV)/.dev ## Measure on this machine, as ratios to nginx, COPY and a bare route
	@scripts/install_test_packages.sh
	@$(BIN)/python -m bench $(ARGS)

lock: $(VENV)/.dev ## Write requirements/*.txt from *.in (ARGS="--upgrade" for the newest versions)
	@scripts/lock.sh $(ARGS)

docs: install $(VENV)/.dev ## Write what is made from the code: reference pages, alert rules, the Grafana dashboard, the schema of the chart
	@$(BIN)/python scripts/write_docs.py
	@$(BIN)/python scripts/write_alerts.py
	@$(BIN)/python scripts/write_dashboard.py
	@$(BIN)/python scripts/write_chart_schema.py

api-client: install $(VENV)/.dev ## Write the dashboard's types of the API from its OpenAPI document
	@$(BIN)/python scripts/write_api_client.py

screenshots: install $(VENV)/.dev ## Live the stories of the dashboard in every look, write pictures of them to artifacts/, and those of the docs
	@scripts/install_test_packages.sh
	@SCREENSHOTS=1 $(BIN)/pytest --numprocesses 2 tests/browser $(ARGS)
	@$(BIN)/python -m tests.browser.pictures
	@$(BIN)/python -m tests.browser.site_pictures
	@$(BIN)/python -m tests.browser.outreach_pictures

clean: ## Delete what was installed and made; never vayro-data
	rm -rf $(VENV) geo/node_modules $(GEO_DATABASE) build dist
	rm -rf dashboard/node_modules dashboard/.next dashboard/out $(dir $(DASHBOARD)) artifacts bench/browser/node_modules
	rm -f src/vayro/redirect/*.so
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests scripts bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "No venv module: on Debian, apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.base: requirements/base.txt requirements/build.txt | $(BIN)/python
	@echo "Installing the locked packages"
	@$(PIP) install --require-hashes -r requirements/base.txt -r requirements/build.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.base
	@echo "Installing the tools for tests and linters"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# Editable: a change of the code needs no second installation, a change of these files does.
$(VENV)/.vayro: $(VENV)/.base pyproject.toml hatch_build.py requirements/base.in src/vayro/redirect/_fastlane.c
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(GEO_DATABASE): geo/package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed to fetch the geo data (Node 20 or newer)" >&2; exit 1; }
	@echo "Fetching the country database"
	@npm ci --prefix geo --silent --no-audit --no-fund
	@mkdir -p $(@D)
	@cp $(GEO_PACKAGE)/geo-whois-asn-country.mmdb $@

dashboard/node_modules/.locked: dashboard/package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed to build the dashboard (Node 20.9 or newer)" >&2; exit 1; }
	@echo "Installing the dashboard's packages"
	@npm ci --prefix dashboard --silent --no-audit --no-fund
	@touch $@

$(DASHBOARD): dashboard/node_modules/.locked $(DASHBOARD_SOURCES)
	@echo "Building the dashboard"
	@cd dashboard && NEXT_TELEMETRY_DISABLED=1 npm run build --silent >.next-build.log 2>&1 || { cat .next-build.log >&2; exit 1; }
	@touch $@
