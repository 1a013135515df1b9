# Everything a newcomer types. Each target installs what it needs and may be run again.
PYTHON ?= python3
BIN := .venv/bin
# Tests on labs mostly wait, so there may be more of them than cores
TESTS := $(BIN)/python -m pytest -n 4 --dist worksteal

.PHONY: demo test check lint setup bench clean

demo: setup  ## bring up a lab, check it, train on it, take it down (root)
	@./scripts/demo

test: setup  ## install, then pass the tests (root: they run on real labs)
	@$(TESTS) -m "not long"

check: setup lint  ## format, lint, types, and all tests, also those that take minutes
	@$(TESTS)

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: setup  ## measure against pdsh and bare deepspeed on a lab (root); prints, asserts nothing
	@$(BIN)/python -m benchmarks

setup:
	@PYTHON=$(PYTHON) ./scripts/setup

clean:
	rm -rf .venv .lab .preflight runs build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
