# Two commands do all set-up: `make demo` and `make test`. Needs Python >= 3.11, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Tests wait for processes, brokers and disks more than they reckon.
SIDE_BY_SIDE := -n 3 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo test check fast test-faults test-packages packages test-vm test-vm-all bench promise fuzz mutants lock clean

help:  ## what can be made
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' Makefile

demo: $(VENV)/run.stamp  ## the whole system with a simulated public; options: make demo ARGS="--for 60"
	@$(BIN)/senyum-collector demo $(ARGS)

test: neighbours check  ## everything: style, types, all tests with real neighbours
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)

fast: $(VENV)/dev.stamp  ## the quick tests only: no kill runs, no browser
	$(BIN)/python -m pytest -m "not slow and not long and not packages and not vm" $(SIDE_BY_SIDE) $(ARGS)

test-faults: neighbours  ## every fault of docs/faults.md, at length; writes its table
	SENYUM_FAULT_ROWS=docs/faults.json $(BIN)/python -m pytest -m fault $(SIDE_BY_SIDE) $(ARGS); \
	  status=$$?; $(BIN)/python docs/faulttable.py && exit $$status

check: $(VENV)/dev.stamp  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

packages: $(VENV)/dev.stamp  ## Debian packages into dist/; one: make packages ARGS="kiosk --debian 13 --arch arm64"
	@PYTHONPATH=systemd/packages $(BIN)/python -m debs $(ARGS)

test-packages: $(VENV)/dev.stamp  ## the packages: built, installed, upgraded, rolled back in Debian 12 and 13
	@tests/install-neighbours packages
	$(BIN)/python -m pytest -m packages $(ARGS)

test-vm: $(VENV)/dev.stamp  ## the firmware on a real kernel, in a virtual machine: pins, one power cut
	@tests/install-neighbours vm
	$(BIN)/python -m pytest -m "vm and not slow" -s $(ARGS)

test-vm-all: $(VENV)/dev.stamp  ## the same with every fault there is; three quarters of an hour
	@tests/install-neighbours vm
	$(BIN)/python -m pytest -m vm -s $(ARGS)

bench: $(VENV)/dev.stamp  ## tables and JSON of what things cost on this machine
	$(BIN)/python -m bench $(ARGS)

EFFORT ?= 100
promise: $(VENV)/dev.stamp  ## the random tests for long; EFFORT=100: a hundred times as many examples
	SENYUM_EFFORT=$(EFFORT) nice $(BIN)/python -m pytest --timeout 0 --show-capture=no $(or $(ARGS),$(RANDOM_TESTS))

RANDOM_TESTS := tests/test_promise.py tests/test_differential.py tests/test_wire_fuzz.py tests/test_fuzz_targets.py tests/test_release_attack.py tests/test_web_api.py

fuzz: $(VENV)/proof.stamp  ## ten minutes of fuzzing by coverage; options: make fuzz ARGS="--seconds 60 message"
	nice $(BIN)/python -m tests.fuzz $(ARGS)

mutants: $(VENV)/proof.stamp  ## are the tests worth something? hours; options: make mutants ARGS="courier wire"
	nice $(BIN)/python -m tests.mutants $(ARGS)

.PHONY: neighbours
neighbours: $(VENV)/dev.stamp
	@tests/install-neighbours

# The environment holds exactly what the lock names, each file checked by its hash.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Kotak Senyum needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# What looks for faults for minutes or hours has a lock of its own: tests stay light.
$(VENV)/proof.stamp: requirements-proof.lock $(VENV)/dev.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-proof.lock
	@touch $@

lock: $(VENV)/dev.stamp  ## write all locks anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra collector --group build -o requirements.lock pyproject.toml $(ARGS)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra collector --extra replication --group build --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml $(ARGS)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra pi -c requirements.lock -o requirements-kiosk.lock pyproject.toml $(ARGS)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra collector -c requirements.lock -o requirements-collector.lock pyproject.toml $(ARGS)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --group proof -c requirements-dev.lock -o requirements-proof.lock $(ARGS)

clean:  ## remove the environment and the demo's data
	rm -rf $(VENV) var
