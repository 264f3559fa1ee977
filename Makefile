# kamizero: `make run` and `make test` need no root and touch only this folder.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# pip asks for exactly the versions that were tested.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
# Without compiled modules each of the hundred commands the tests start compiles them.
unexport PYTHONDONTWRITEBYTECODE
export KAMIZERO_DATA_DIR ?= $(CURDIR)/data

.PHONY: help run test check docs services samples pictures hands bench crash bundle clean
.DEFAULT_GOAL := help

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/.runtime ## Take in the sample scans and serve the web pages
	$(BIN)/kamizero up --demo

# A file stays on one process: its tests share servers that take seconds to start.
# Files come in the order of `testpaths`: the slowest first, so that none ends alone.
test: $(VENV)/.dev ## Run all tests whose services are there
	$(BIN)/python -m pytest -n auto --dist loadfile \
		--no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev ## Check format, lint, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

docs: $(VENV)/.dev ## Write the pages of the documentation that follow from the code
	$(BIN)/python docs/make.py

services: ## Install PostgreSQL, RabbitMQ, Chromium, Ceph's gateway, curl, lftp and sshpass, with Go also MinIO (root)
	sh tests/install-services.sh

samples: $(VENV)/.dev ## Draw the sample scans anew (needs the fonts samples/make.py names)
	$(BIN)/python samples/make.py

pictures: $(VENV)/.dev ## Take the screenshots of the documentation anew
	KAMIZERO_PICTURES=1 $(BIN)/python -m pytest tests/browser $(ARGS)

hands: $(VENV)/.dev ## Fetch the typefaces that the test scans are written in (needs npm)
	$(BIN)/python -m bench.fetch_hands

bench: $(VENV)/.dev ## Measure reading speed and accuracy on the samples
	$(BIN)/python bench/samples.py

crash: $(VENV)/.dev ## Strike everything that runs 300 times and count what is left (SEED=1)
	$(BIN)/python -m bench.crash --seed $(or $(SEED),1) $(ARGS)

bundle: $(VENV)/.runtime ## Pack one archive that installs on a closed network
	sh bundle/make.sh $(BIN)/python

clean: ## Remove what was built, keep the data folder
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make a virtual environment: install python3-venv." >&2; exit 1; }

# Three distributions own cv2; the headless one is laid last because a server has
# no display libraries.
$(VENV)/.runtime: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Fetching what kamizero needs into $(VENV) (a few minutes) ..."
	$(PIP) -e .
	$(PIP) --force-reinstall --no-deps opencv-python-headless
	touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(PIP) -e '.[dev]'
	$(PIP) --force-reinstall --no-deps opencv-python-headless
	touch $@
