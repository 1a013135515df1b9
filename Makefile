# Everything a newcomer types. Each target installs what it needs and may be run again.
PYTHON ?= python3
BIN := .venv/bin

# Hundreds of tests start Python anew: none should have to compile the modules first
unexport PYTHONDONTWRITEBYTECODE

PYTEST = $(BIN)/python -m pytest

# Tests mostly wait, so there may be more of them than cores; what measures runs by itself
define tests
	@status=0; \
	$(PYTEST) tests/unit tests/docs -n 4 -m "not alone$(1)" --every-check $(REPORTS:%=--junitxml=%/unit.xml) || status=$$?; \
	$(PYTEST) tests/lab -n 4 --dist worksteal -m "not alone$(1)" $(REPORTS:%=--junitxml=%/lab.xml) || status=$$?; \
	$(PYTEST) tests/lab -m "alone$(1)" $(REPORTS:%=--junitxml=%/alone.xml) || status=$$?; \
	exit $$status
endef

.PHONY: demo test test-gpu check later lint docs setup bench clean

demo: setup  ## bring up a lab, check it, train on it, take it down (root)
	@./scripts/demo

test: setup  ## install, then pass the tests (root: they run on real labs)
	$(call tests, and not long)

test-gpu: setup  ## what needs a GPU: hangs over NCCL on a lab whose nodes share it, in minutes (root)
	@$(BIN)/python -m tests.gpu.machine
	@status=0; \
	$(PYTEST) tests/gpu/on_a_gpu.py -n 6 --maxschedchunk 1 --durations 10 -m "not alone" || status=$$?; \
	$(PYTEST) tests/gpu/on_a_gpu.py -m alone || status=$$?; \
	exit $$status

check: setup lint later  ## format, lint, types, and all tests, also those that take minutes
	$(call tests)

later: setup  ## all but the long tests, 400 days ahead and in another time zone (root)
	@TZ=Asia/Kolkata tests/support/clock/later $(PYTEST) tests/unit tests/docs -n 4 -m "not alone and not long"
	@TZ=Asia/Kolkata tests/support/clock/later $(PYTEST) tests/lab -n 4 --dist worksteal -m "not alone and not long"

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

docs: setup  ## write the parts of docs/ that the code already says
	@$(BIN)/python scripts/docs

bench: setup  ## measure against pdsh and bare deepspeed on a lab (root); prints, asserts nothing
	@$(BIN)/python -m benchmarks

setup:
	@PYTHON=$(PYTHON) ./scripts/setup

clean:
	rm -rf .venv .lab .preflight runs build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
