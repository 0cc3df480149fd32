# Two commands are enough: `make demo` and `make test`. Each sets up .venv from the pinned requirements when needed.
SHELL := /bin/bash
OUT ?= build/digits
NETWORK ?= examples/digits/network.yaml
CLUSTER ?= examples/digits/cluster.yaml
RUN_FLAGS ?=
PYTEST_FLAGS ?= -n 2 --dist loadfile --no-loadscope-reorder -q
N ?= 200
SEED ?= 0
FUZZ_FLAGS ?=
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.fpdeep-runtime
DEVELOPMENT := $(VENV)/.fpdeep-development

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo setup setup-dev lint types unit test fuzz csim rtl sim synth bench clean distclean

help: ## list these targets
	@sed -n 's/^\([a-z -]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '%-26s %s\n' "$$name" "$$text"; done

demo: $(RUNTIME) ## plan, generate, compile, simulate and compare the digits example on its cluster
	$(BIN)/fpdeep run $(NETWORK) --cluster $(CLUSTER) -o $(OUT) $(RUN_FLAGS)

test: lint types unit ## everything that CI checks: style, types, tests

lint: $(DEVELOPMENT) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPMENT) ## mypy --strict
	$(BIN)/mypy --strict

unit: $(DEVELOPMENT) ## pytest (choose with PYTEST_FLAGS="-n 2 tests/cli")
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

fuzz: $(DEVELOPMENT) ## N random kernels from SEED on, natively against RTL (FUZZ_FLAGS=--reduce makes findings small)
	$(BIN)/python -m tests.hls.fuzz $(N) --seed $(SEED) $(FUZZ_FLAGS)

csim rtl sim synth: $(RUNTIME) ## the same target of the generated project in OUT
	@test -f $(OUT)/Makefile || { echo "no generated project in $(OUT): run 'make demo', or name one with OUT=..." >&2; exit 2; }
	PATH="$(abspath $(BIN)):$$PATH" $(MAKE) -C $(OUT) $@

bench: $(RUNTIME) ## measure planning, compilation and simulation; tables and JSON in build/bench
	$(BIN)/python -m benchmarks.run --output build/bench

setup: $(RUNTIME) ## .venv with the pinned requirements
setup-dev: $(DEVELOPMENT) ## the same with what tests need

# The stamps depend on the pins alone, so that a second call does nothing and a changed pin is installed.
$(RUNTIME): requirements.txt pyproject.toml setup.py
	@bash tools/setup_venv.sh $(VENV) runtime
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@bash tools/setup_venv.sh $(VENV) development
	@touch $@

clean: ## remove what was generated, built and cached
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis fpdeep_gen.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## clean, and remove .venv
	rm -rf $(VENV)
