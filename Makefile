# Everything a newcomer types. Each target installs what it needs and may be run again.
PYTHON ?= python3
BIN := .venv/bin

# Tests on labs mostly wait, so there may be more of them than cores; what measures runs by itself
define tests
	@status=0; \
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "not alone$(1)" $(REPORTS:%=--junitxml=%/many.xml) || status=$$?; \
	$(BIN)/python -m pytest -m "alone$(1)" $(REPORTS:%=--junitxml=%/alone.xml) || status=$$?; \
	exit $$status
endef

.PHONY: demo test check lint setup bench clean

demo: setup  ## bring up a lab, check it, train on it, take it down (root)
	@./scripts/demo

test: setup  ## install, then pass the tests (root: they run on real labs)
	$(call tests, and not long)

check: setup lint  ## format, lint, types, and all tests, also those that take minutes
	$(call tests)

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
