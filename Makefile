# make run    sets everything up and starts Rapport with the demo company
# make test   sets everything up and passes the tests
# make check  the quick suite: format, lint, types, layering, unit tests
SHELL := /bin/bash
BIN := .venv/bin
PACKAGES := bot core governance handoff knowledge memory skills tests
export TORCH_SOURCE PYTHON

.PHONY: setup run test check lint unit browser test-recovery test-peers test-slack-retries fuzz \
  bench-turn bench-understanding bench-suggestions bench-models bench-injection conformance lock migration clean

setup:
	@scripts/setup.sh

run: setup
	@[ -f data/rapport.db ] || $(BIN)/rapport prepare --data
	@$(BIN)/rapport serve

check: setup
	@$(MAKE) --no-print-directory -j2 -O lint unit

lint: setup
	$(BIN)/ruff format --check $(PACKAGES)
	$(BIN)/ruff check $(PACKAGES)
	$(BIN)/pyright
	$(BIN)/lint-imports

unit: setup
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -q -n 2 tests/unit tests/architecture

test: check
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -q -n 2 tests/contract tests/fuzz
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -q tests/scenario tests/conformance tests/injection tests/recovery tests/slack tests/browser

browser: setup
	$(BIN)/pytest -q tests/browser

test-recovery: setup
	$(BIN)/python -m tests.recovery.kills --kills 100 --conversations 50

# The Agents Playground, a real peer for Teams: installs it (Node 20 or newer) and drives it with Chromium
test-peers: setup
	@mkdir -p .cache/peers && cd .cache/peers && npm install --silent --no-fund --no-audit \
	  @microsoft/m365agentsplayground@0.2.28 @microsoft/app-manifest@1.1.2 adaptivecards@3.0.6 \
	  @copilotkit/aimock@1.43.0
	$(BIN)/pytest -q -m peers tests/peers

test-slack-retries: setup
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.slack.ten_thousand --events 10000 --kills 5

fuzz: setup
	FUZZ_CASES=$${FUZZ_CASES:-100000} $(BIN)/pytest -q -s tests/fuzz

bench-suggestions: setup
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.suggestions

bench-turn: setup
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.turn

# Needs AgentDojo in .cache/peers/agentdojo for its part; the command says how to get it
bench-injection: setup
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.injection

# Every dialogue k times with each model: pass^1 and pass^4
conformance: setup
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.conformance --runs 4

bench-models: setup
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.models

bench-understanding: setup
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.understanding

lock: setup
	scripts/lock.sh

clean:
	rm -rf data .cache .venv
