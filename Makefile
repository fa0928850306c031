# Every command a newcomer needs. Only Python 3.11 or newer and make have to be there first.

PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
DEMO_TODAY ?= 2017-03-15
# More for pytest: make test ARGS="-k consent -x"
ARGS ?=

BIN := .venv/bin
READY := .venv/.installed
APPS := grundsteget partners enterprises participants reporting

# The demo is always the small installation, whatever the caller's shell is set up for: it must never touch a real database.
DEMO := env ENVIRONMENT=development DEMO_MODE=1 DEMO_TODAY=$(DEMO_TODAY) DATABASE_URL=sqlite:///var/demo.sqlite3 \
	REDIS_URL= FILES_DIR=var/demo-files BASE_URL=http://127.0.0.1:$(PORT) $(BIN)/python
DEMO_REPORT := var/demo/lagesrapport-2015-00254-$(DEMO_TODAY)

# What the gates look at needs no services, so it never depends on the caller's.
CHECK := env ENVIRONMENT=test DATABASE_URL=sqlite:///var/check.sqlite3 REDIS_URL= DEMO_MODE=

.PHONY: help demo test check fix bench lock messages clean

help:
	@echo 'make demo      the Grundsteget demo and its ESF report, served on http://127.0.0.1:$(PORT)/  (PORT=…, SERVE=0)'
	@echo 'make test      the whole suite; on PostgreSQL and a broker with DATABASE_URL and REDIS_URL  (ARGS=…)'
	@echo 'make check     format, lint, types, imports, migrations, translations'
	@echo 'make fix       repair what format and lint can repair by themselves'
	@echo 'make bench     benchmarks, as JSON lines'
	@echo 'make messages  collect the texts to translate and compile the translations'
	@echo 'make lock      refresh requirements.lock from pyproject.toml'
	@echo 'make clean     remove caches and the demo; the packages and your own data stay'

# --- Setting up -----------------------------------------------------------------------------------

# A .venv without a working pip is what is left of an attempt that failed, so it is made anew.
$(READY): requirements.lock
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'python: Python 3.11 or newer is needed and "$(PYTHON)" is not — name one: make PYTHON=python3.12 …' >&2; exit 1; }; \
	  $(PYTHON) -m venv --clear .venv || { \
	    echo '.venv: could not be made — on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }; }
	@echo 'Installing the locked packages into .venv …'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check \
	  --require-hashes --only-binary :all: --requirement requirements.lock || { \
	    echo 'requirements.lock: not installed — pip says why above; run the same command again once that is mended' >&2; exit 1; }
	@touch $@

# --- Trying and developing ------------------------------------------------------------------------

# The three files are made side by side: each only reads, and most of the time is Python starting.
demo: $(READY)
	@mkdir -p var/demo
	@$(DEMO) manage.py migrate --noinput --verbosity 0
	@$(DEMO) manage.py createcachetable --verbosity 0
	@$(DEMO) manage.py load_demo
	@made=; for format in pdf xlsx json; do \
	  $(DEMO) manage.py esf_report --project 2015/00254 --cut-off $(DEMO_TODAY) \
	    --format $$format --output $(DEMO_REPORT).$$format & made="$$made $$!"; \
	done; for one in $$made; do wait $$one || exit 1; done
	@echo 'The ESF progress report: $(DEMO_REPORT).pdf, .xlsx and .json'
	@if [ '$(SERVE)' != 0 ]; then \
	  echo 'Serving on http://127.0.0.1:$(PORT)/ — stop with Ctrl-C'; \
	  exec $(DEMO) -m gunicorn grundsteget.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --no-control-socket --log-level warning; \
	fi

# The defaults are spelled out so that a .env made for something else cannot lead the tests to its database.
test: $(READY)
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || \
	  echo 'No Chromium found (CHROMIUM, or chromium on the path): the browser tests will be skipped.'
	ENVIRONMENT=test DATABASE_URL="$${DATABASE_URL:-sqlite:///var/test.sqlite3}" REDIS_URL="$${REDIS_URL:-}" DEMO_MODE= \
	  $(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

# On a database of its own unless DATABASE_URL names another; what is measured is rolled back.
bench: export ENVIRONMENT = test
bench: export DATABASE_URL := $(or $(DATABASE_URL),sqlite:///var/bench.sqlite3)
bench: $(READY)
	@$(BIN)/python manage.py migrate --noinput --verbosity 0
	@$(BIN)/python -m tests.bench $(ARGS)

# --- Quality gates --------------------------------------------------------------------------------

check: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/djlint --check templates
	$(BIN)/djlint --lint templates
	$(CHECK) $(BIN)/mypy
	$(BIN)/lint-imports
	$(CHECK) $(BIN)/python manage.py makemigrations --check --dry-run
	$(CHECK) $(BIN)/python -m tests.check_translations

fix: $(READY)
	-$(BIN)/ruff check --fix
	$(BIN)/ruff format
	-$(BIN)/djlint --quiet --reformat templates

# Texts of templates land in grundsteget/locale (LOCALE_PATHS), those of Python code in their own app.
messages: $(READY)
	@mkdir -p $(APPS:%=%/locale)
	$(CHECK) $(BIN)/python manage.py makemessages --locale sv --no-obsolete --add-location file --ignore tests --ignore var
	$(CHECK) $(BIN)/python manage.py compilemessages --locale sv --ignore .venv

# Made on the oldest Python we promise, or a package that only that one needs would be missing. The local pip set-up
# is left out so that only what everybody can get is locked; addresses of this machine would also end up in the file.
lock: $(READY)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo 'requirements.lock: is made on Python 3.11 — remove .venv, then: make lock PYTHON=python3.11' >&2; exit 1; }
	env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND='make lock' \
	  $(BIN)/python -m piptools compile --quiet --upgrade --extra dev --generate-hashes --allow-unsafe --strip-extras \
	    --no-emit-options --output-file requirements.lock pyproject.toml

clean:
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache staticfiles var/demo var/demo-files var/demo.sqlite3*
	find $(APPS) tests -name __pycache__ -type d -prune -exec rm -rf {} +
