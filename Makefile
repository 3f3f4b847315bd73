# Everything is installed below this folder: .venv (Python and Node) and node_modules.
PYTHON ?= python3
BIN := .venv/bin
CDK := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/node node_modules/aws-cdk/bin/cdk --no-notices

.PHONY: run season test check synth bootstrap deploy bench clean help

run: .venv/run.stamp  ## keep the sample game day in an AWS on this machine
	@$(BIN)/gameday run

season: .venv/run.stamp  ## let an invented season of 150 days pass, and compare; some minutes
	@$(BIN)/python -m gameday.simulation

test: .venv/dev.stamp node_modules/.stamp  ## run every test
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q

check: .venv/dev.stamp  ## format and lint, changing nothing
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

synth: .venv/run.stamp node_modules/.stamp  ## cdk synth, with cdk-nag and schema validation
	@$(CDK) synth --quiet

bootstrap: .venv/run.stamp node_modules/.stamp  ## cdk bootstrap, once per account and region
	@$(CDK) bootstrap

deploy: .venv/run.stamp node_modules/.stamp  ## cdk deploy, into the account of the environment
	@$(CDK) deploy --all

bench: .venv/dev.stamp  ## the ratios of benchmarks/README.md, measured again
	@$(BIN)/python -m benchmarks

clean:  ## remove what was installed; .gameday/ stays
	rm -rf .venv node_modules cdk.out

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	@echo "installing into .venv (about a minute, once)"
	@$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt constraints.txt pyproject.toml | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

node_modules/.stamp: package.json package-lock.json .venv/run.stamp
	@$(BIN)/npm ci --silent
	@touch $@
