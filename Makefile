# BANTAR Lab: `make` alone lists what there is to do.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help env run test bench expected lab lock

PYTHON ?=
UV ?= uv
BIN := .venv/bin
INSTALLED := .venv/.installed

# A run or test reads nobody's settings and leaves nothing outside this folder.
unexport PYTHONPATH PYTHONHOME
export JUPYTER_PREFER_ENV_PATH := 1
run test: export IPYTHONDIR := $(CURDIR)/.venv/ipython
run test: export MPLCONFIGDIR := $(CURDIR)/.venv/matplotlib
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

env: $(INSTALLED)  ## make .venv with the pinned packages (PYTHON=… chooses the Python)

run: $(INSTALLED)  ## evaluate the bundled study and make its site; ARGS="--lang en"
	$(BIN)/bantar run kampung_bantar $(ARGS)
	@$(BIN)/bantar site kampung_bantar

test: $(INSTALLED)  ## run every test, the fast ones first; ARGS="-k reach" for some
	$(BIN)/python -m pytest -n 2 $(ARGS)

bench: $(INSTALLED)  ## time notebooks and batches beside papermill as it comes: some minutes
	$(BIN)/python benchmarks/notebooks.py --batch $(ARGS)

expected: $(INSTALLED)  ## run the reference notebooks and README summaries anew: look at the diff
	$(BIN)/python tests/expected/make.py
	$(BIN)/python .ci/readme.py

lab: $(INSTALLED)  ## open the notebooks in JupyterLab
	$(BIN)/bantar lab $(ARGS)

# Releases younger than two weeks wait: mirrors of the index do not all have them yet. What is
# pinned already stays; ARGS=--upgrade renews it. One version serves every Python, so that the
# numbers of the reference notebooks hold on each.
lock: | $(BIN)/python  ## pin the packages of pyproject.toml anew (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pip install uv, or UV=path" >&2; exit 1; }
	$(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-emit-index-url --exclude-newer "2 weeks" \
	  --custom-compile-command "make lock" --extra lab --extra site --extra batch --group test $(ARGS) \
	  --output-file requirements.lock pyproject.toml
	$(BIN)/python .ci/environment.py

$(BIN)/python:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { bare=$$python; continue; }; \
	  echo "Making .venv with $$("$$python" --version)"; \
	  "$$python" -m venv --clear .venv; exit; \
	done; \
	if [ -n "$$bare" ]; then \
	  echo "$$bare has no venv module: install it (Debian, Ubuntu: apt install python3-venv)." >&2; \
	else \
	  echo "Python 3.11 or newer is needed and was not found: install it, or make env PYTHON=path" >&2; \
	fi; exit 1

$(INSTALLED): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the pinned packages into .venv: a minute or two, once"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
