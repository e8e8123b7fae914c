# Every command of the project. `make` lists them; each sets up what it needs, and a second run finds it there.
.DEFAULT_GOAL := help
.PHONY: help demo setup run worker migrate messages translate test test-all lint fmt types ci bench docs screenshots lock
SHELL := /bin/bash
MANAGE := .venv/bin/python manage.py
export STEPS := 3

# Options: make demo SERVE=0 (no server) PORT=9000; make test ARGS="tests/core -k dates" JOBS=1
SERVE ?= 1
# One test process more than cores: some tests wait for workers and browsers that they started.
JOBS ?= $(shell echo $$(($$(nproc) + 1)))
ARGS ?=

##@ See it
demo: ## Set up, load the real cases, render a PDF through a worker, serve (SERVE=0: all but the server)
	@STEPS=8 SECONDS_LEFT=40 scripts/setup base
	@$(MANAGE) demo --serve=$(SERVE) --first-step=4 --steps=8

##@ Work on it
setup: ## Make .venv with everything needed to run, test and check the portal
	@scripts/setup dev

run: setup migrate messages ## Serve for development on http://127.0.0.1:8000, reloading on changes
	@DEBUG=1 $(MANAGE) runserver $(or $(PORT),8000)

worker: setup ## Run a worker with its scheduler: renders reports, recovers lost ones
	@.venv/bin/celery -A fmm_portal worker -B --loglevel=info --concurrency=2

migrate: setup ## Bring the development database (var/portal.sqlite3) up to date
	@$(MANAGE) migrate --verbosity=1

messages: setup ## Compile the translated texts in locale/ (no gettext programs needed)
	@$(MANAGE) compilemessages

translate: setup ## Gather the texts of code and templates into locale/ to be translated (needs gettext)
	@$(MANAGE) makemessages --all

##@ Check it
test: ## Run the tests that need nothing else installed, on the default database (ARGS="tests/core -k dates" JOBS=1 to choose)
	@STEPS=5 SECONDS_LEFT=460 scripts/setup dev
	@echo "[4/5] Compiling the translated texts (about 460 s left)"
	@$(MANAGE) compilemessages
	@echo "[5/5] Running the tests, the percentage tells how far (about 450 s on two cores)"
	@.venv/bin/pytest -n $(JOBS) -m "not browser and not process and not long" $(ARGS)

test-all: setup messages ## Run every test there is, in Chromium and through whole cases, on the database of DATABASE_URL
	@.venv/bin/pytest -n $(JOBS) $(ARGS)

lint: setup ## Check style, templates, import layers and missing migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/lint-imports
	$(MANAGE) makemigrations --check --dry-run

fmt: setup ## Format the Python code and fix what can be fixed safely
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

types: setup ## Check the types
	.venv/bin/mypy

ci: ## Exactly what the integration server runs: tests, lint, types, then again on PostgreSQL and Redis
	@.ci/run

bench: setup ## Time pages beside plain Django templates over the same rows (full size where DATABASE_URL is PostgreSQL)
	@.venv/bin/python -m benchmarks $(ARGS)

##@ Keep it
docs: setup ## Write docs/workflows.md from the transition tables and docs/permissions.md from the policies
	@$(MANAGE) write_docs
	@.venv/bin/python -m scripts.write_permissions

screenshots: setup ## Photograph every page at 390 and 1280 px in each language into screenshots/ (needs Chromium)
	@.venv/bin/python scripts/screenshots.py $(ARGS)

lock: setup ## Renew requirements/*.txt from the *.in files
	@for name in uv base dev; do \
		.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--system-certs --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
			requirements/$$name.in -o requirements/$$name.txt; \
	done

help: ## List these commands
	@awk 'BEGIN { FS = ":.*## "; print "make COMMAND" } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
