# Every target makes what it needs inside the checkout and never asks; only destroy does, as CDK asks for confirmation.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# The labelled photographs, where a target needs them: make bench DATA=folder
LABELLED = $(if $(DATA),$(DATA),$(error this needs labelled photographs: set DATA=folder, with CHASE_DB1/ and HRF/ in it (models/README.md)))
BIN := .venv/bin
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test test-long test-models check check-unit check-python bench bench-accounts train train-field-of-view convert evaluate evaluate-surrounds check-js openapi package synth bootstrap diff deploy destroy bench-cloud wheel release lock format clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: .venv/run.done ## start the service and the page (PORT=8000)
	@$(BIN)/retina serve --host $(HOST) --port $(PORT)

# Linters and training take one core each. After them two processes; tests that share something costly (xdist_group) stay
# together. PYTEST='-m "not package"' leaves some out.
test: build/tflite-runtime.done ## everything (half an hour on two cores: docs/decisions/test-time.md)
	$(MAKE) -j 2 --output-sync=target check test-models UNIT="--cov --cov-report="
	$(BIN)/pytest -n 2 --dist loadgroup --durations 10 --ignore tests/unit --ignore tests/training \
	  --cov --cov-append --cov-report term $(if $(PYTEST),,--cov-fail-under 90) $(PYTEST)

test-long: .venv/test.done ## 2,000 requests in a row, and some thousand made up from the OpenAPI document (half an hour)
	RETINA_SOAK_REQUESTS=2000 RETINA_FUZZ_EXAMPLES=200 $(BIN)/pytest tests/resilience/test_soak.py tests/api/test_openapi.py

check: .venv/test.done ## linters, formatter, types and unit tests, but for the slow ones: under a minute
	$(MAKE) -j 3 --output-sync=target check-unit check-js check-python

# make test overrides it, to run the slow ones too
UNIT = -m "not slow"
check-unit: .venv/test.done ## unit tests of Python, but for the slow ones
	$(BIN)/pytest -n 2 -p no:schemathesis $(UNIT) tests/unit

check-python: .venv/test.done ## linter, formatter and types of Python
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check-js: build/js.done build/js/openapi.d.ts ## types, linter and unit tests of the page's JavaScript
	$(NODE) build/js/node_modules/.bin/tsc -p . --incremental --tsBuildInfoFile build/js/page.tsbuildinfo
	$(NODE) build/js/node_modules/.bin/tsc -p tests/js --incremental --tsBuildInfoFile build/js/tests.tsbuildinfo
	$(NODE) build/js/node_modules/.bin/tsc -p models --incremental --tsBuildInfoFile build/js/models.tsbuildinfo
	$(NODE) build/js/node_modules/.bin/eslint --cache --cache-strategy content --cache-location build/js/eslint-cache
	$(NODE) node --test "tests/js/**/*.test.js"

test-models: build/keras.done ## tests of training, conversion and import (they need TensorFlow)
	PYTHONPATH=function:tests:. build/keras/bin/python -m pytest \
	  tests/training

bench: .venv/test.done build/keras.done ## the tables in docs/performance.md (DATA=folder; several minutes)
	PYTHONPATH=.:tests $(BIN)/python benchmarks/speed.py --keras build/keras/bin/python --photograph "$(LABELLED)/HRF/images/01_h.jpg"

bench-accounts: .venv/test.done ## the figures of batches and of a long history in docs/performance.md
	PYTHONPATH=.:tests:function $(BIN)/python benchmarks/accounts.py

train: build/train/further/weights.keras ## train the network (DATA=folder with CHASE_DB1/, HRF/, AVRDB/ and IDRID/); resumes

KERAS = PYTHONPATH=function build/keras/bin/python -m
TRAIN = $(KERAS) models.training.train --data $(LABELLED)
CONVERT = $(KERAS) models.export.convert --data $(LABELLED)
build/train/first/weights.keras: | build/keras.done
	$(TRAIN) --out $(@D) --steps 10000

build/train/second/weights.keras: build/train/first/weights.keras
	$(TRAIN) --out $(@D) --steps 10000 --rate 1.5e-3 --seed 2 --begin $<

build/train/wide/unet.json: build/train/second/weights.keras
	$(CONVERT) --weights $< --out $(@D) --work $(@D)/all

build/train/narrow/weights.keras: build/train/wide/unet.json
	$(KERAS) models.export.narrow $(<D)/unet.tflite --data $(LABELLED) --out $@

build/train/further/weights.keras: build/train/narrow/weights.keras build/train/wide/unet.json
	$(KERAS) models.training.further --begin $< --teacher build/train/wide/unet.json --data $(LABELLED) --out $(@D)

convert: build/keras.done ## the trained weights to models/unet.tflite and its card (DATA=folder, THRESHOLD=...)
	$(CONVERT) --weights build/train/further/weights.keras --taught AVRDB=20 IDRID=15 --out models $(if $(THRESHOLD),--threshold $(THRESHOLD))

train-field-of-view: build/keras.done ## train the network that finds the field of view, to models/field_of_view.tflite
	PYTHONPATH=function build/keras/bin/python -m models.training.field_of_view --data $(LABELLED)

evaluate-surrounds: .venv/test.done ## score the field of view on composed surrounds
	PYTHONPATH=function $(BIN)/python -m models.evaluation.surrounds --data $(LABELLED) --split test

evaluate: .venv/test.done ## score models/unet.json on the test photographs (DATA=folder)
	PYTHONPATH=function $(BIN)/python -m models.evaluation.evaluate --data $(LABELLED)

package: .venv/test.done ## build/package/: what Lambda runs, from wheels, checked, and built twice
	$(BIN)/python -m infra.package

synth: .venv/test.done ## the stack's template in build/cdk.out/, checked by cdk-nag and cfn-lint; needs no AWS account
	@$(BIN)/python -m infra.settings
	$(MAKE) package
	$(BIN)/python -m infra.app build/cdk.out
	$(BIN)/cfn-lint --non-zero-exit-code error build/cdk.out/*.template.json

CDK := $(NODE) build/cdk/node_modules/.bin/cdk --no-notices
bootstrap: synth build/cdk.done ## once an account and region: where CDK keeps what it deploys
	$(CDK) bootstrap

diff: synth build/cdk.done ## what a deployment would change
	$(CDK) diff

deploy: synth build/cdk.done ## into the AWS account of your credentials (RETINA_STACK_... settings)
	$(BIN)/python -m infra.proof
	$(CDK) deploy --require-approval never --outputs-file build/cdk-outputs.json
	$(BIN)/python -m infra.smoke build/cdk-outputs.json

bench-cloud: .venv/test.done ## how much slower a deployment is than this machine (URL=https://...)
	$(if $(URL),,$(error say which: make bench-cloud URL=https://...))
	$(BIN)/python -m infra.smoke $(URL) --times 20

destroy: synth build/cdk.done ## remove the stack and all that it holds
	$(CDK) destroy

wheel: .venv/test.done ## build dist/*.whl with the model and the page inside
	$(BIN)/uv build --quiet --clear --wheel

release: package wheel ## the wheel in dist/, tried out, and the Lambda package in build/package/, built and tested
	rm -rf build/release
	$(PYTHON) -m venv build/release
	build/release/bin/pip install -q dist/*.whl
	cd build/release && bin/retina segment ../../site/samples/retina.jpg --out results
	$(BIN)/pytest tests/deploy/test_lambda_package.py tests/deploy/test_handler.py

lock: .venv/test.done ## renew the pinned requirements
	$(BIN)/python infra/lock.py

openapi: .venv/test.done ## renew docs/openapi.json, the API's description
	PYTHONPATH=function:tests $(BIN)/python -m support.openapi

format: .venv/test.done ## format the code and mend what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## remove what was made here, trained weights too
	rm -rf .venv build dist

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.13 ...")'
	$(PYTHON) -m venv .venv

.venv/run.done: function/requirements-local.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install -q --no-deps --require-hashes -r function/requirements-local.txt
	$(BIN)/pip install -q --no-deps -e .
	@touch $@

.venv/test.done: tests/requirements.txt .venv/run.done
	$(BIN)/pip install -q --no-deps --require-hashes -r tests/requirements.txt
	@touch $@

build/keras.done: models/requirements.txt
	$(PYTHON) -m venv build/keras
	build/keras/bin/pip install -q --no-deps --require-hashes -r models/requirements.txt
	@touch $@

# Node comes with the development environment, CDK's command line from npm.
build/cdk.done: .venv/test.done
	$(NODE) npm install --silent --no-fund --no-audit --prefix build/cdk aws-cdk@2.1148.1
	@touch $@

build/js.done: package.json package-lock.json .npmrc .venv/test.done
	@mkdir -p build/js
	cp package.json package-lock.json .npmrc build/js/
	$(NODE) npm ci --silent --prefix build/js
	@touch $@

# The service's answers as types; a test holds docs/openapi.json to what the code says.
build/js/openapi.d.ts: docs/openapi.json build/js.done
	$(NODE) build/js/node_modules/.bin/openapi-typescript $< -o $@ --root-types --root-types-no-schema-prefix
	rm -f build/js/eslint-cache # it does not know that what it found depends on these types

# The predecessor of the runtime exists up to Python 3.11 only; elsewhere its test says that it was skipped.
build/tflite-runtime.done: tests/requirements-tflite-runtime.txt
	@mkdir -p build
	if $(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then \
	  $(PYTHON) -m venv build/tflite-runtime && \
	  build/tflite-runtime/bin/pip install -q --no-deps --require-hashes -r tests/requirements-tflite-runtime.txt; fi
	@touch $@
