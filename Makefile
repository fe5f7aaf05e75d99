# Roundtable's commands; `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
VENV = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test quick prove check mutants faults operate bench lock audit shots freeze privacy release-database environment

help:
	@echo "make run      start the portal at http://localhost:$(PORT)/ (another port: make run PORT=8123)"
	@echo "make test     run every check and every test"
	@echo "make quick    run up to eight tests of each file on SQLite, without crawls, processes and browser"
	@echo "make quick AREA=reporting   run all such tests of one area"
	@echo "make prove    like make test, but the long tests at full size, and on PostgreSQL what may differ there and a tenth of the rest"
	@echo "make prove WHOLE=1   each test on both databases, before a release; SEED=2 asks another tenth"
	@echo "make check    run only the linter and the type checker"
	@echo "make mutants  change a hundred places in the code, one at a time; the tests must find each"
	@echo "make faults   take the database away, kill workers and fill the disk, on both databases (10 minutes)"
	@echo "make operate  install, upgrade, lose and restore the portal on empty Debian machines (as root, 15 minutes)"
	@echo "make bench    time sign-in, imports, the desk, and what each page costs with 1,000 and 100,000 commitments"
	@echo "make bench PEERS=1   also beside Datasette, which it installs for the run, with the same commitments"
	@echo "make shots    take screenshots of every page and of a whole visit, in shots/"
	@echo "make privacy  write docs/privacy from the tables in the code"
	@echo "make freeze   add new migrations to the list of those that must not change"
	@echo "make release-database RELEASE=0.1.0   write the database that tests of later versions upgrade"
	@echo "make lock     update requirements.txt, requirements-dev.txt and sbom.json"
	@echo "make audit    look up known holes of the packages; fails if they cannot be looked up"

run:
	@$(PYTHON) deploy/develop.py run --port $(PORT)

environment:
	@$(PYTHON) deploy/develop.py environment --requirements requirements-dev.txt

test: environment
	@tests/run.sh

quick: environment
	@tests/run.sh quick $(AREA)

prove: environment
	@FULL=1 WHOLE=$(WHOLE) SEED=$(or $(SEED),1) tests/run.sh

check: environment
	@tests/run.sh check

mutants: environment
	@$(VENV)/python -m tests.mutants

faults: environment
	@$(VENV)/python -m tests.faults

operate: environment
	@$(VENV)/python -m tests.operate

bench: environment
	@$(VENV)/python -m tests.bench signing-in
	@$(VENV)/python -m tests.bench kept-pages
	@$(VENV)/python -m tests.bench hostile
	@$(VENV)/python -m tests.bench imports
	@$(VENV)/python -m tests.bench lists
	@$(VENV)/python -m tests.bench files
	@$(VENV)/python -m tests.bench sessions
	@$(VENV)/python -m tests.bench pages
	@if [ "$(PEERS)" = 1 ]; then $(VENV)/python -m tests.bench peers; fi
	@if tests/with_postgres.sh --found; then \
		tests/with_postgres.sh $(VENV)/python -m tests.bench kept-pages; \
		tests/with_postgres.sh $(VENV)/python -m tests.bench imports; \
		tests/with_postgres.sh $(VENV)/python -m tests.bench lists; \
		tests/with_postgres.sh $(VENV)/python -m tests.bench files; \
		tests/with_postgres.sh $(VENV)/python -m tests.bench sessions; \
		tests/with_postgres.sh $(VENV)/python -m tests.bench pages; \
		if [ "$(PEERS)" = 1 ]; then \
			tests/with_postgres.sh $(VENV)/python -m tests.bench peers; \
		fi; \
		tests/with_postgres.sh $(VENV)/python -m tests.bench admin-lists; \
	else \
		$(VENV)/python -m tests.bench admin-lists; \
	fi

shots: environment
	@PYTHONPATH=. $(VENV)/python tests/browser/screenshots.py
	@SHOTS=shots/visit $(VENV)/python -m pytest -q --force-enable-socket tests/browser/test_full_visit.py

freeze: environment
	@$(VENV)/python -m tests.upgrade.freeze

privacy: environment
	@$(VENV)/python -m tests.privacy_docs

release-database: environment
	@env -u DATABASE_URL $(VENV)/python -m tests.upgrade.make $(RELEASE)
	@tests/with_postgres.sh $(VENV)/python -m tests.upgrade.make $(RELEASE)

COMPILE = $(VENV)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links

lock: environment
	$(COMPILE) --extra pdf --extra sentry pyproject.toml -o requirements.txt
	$(COMPILE) --all-extras pyproject.toml -c requirements.txt -o requirements-dev.txt
	$(VENV)/python -m deploy.packages sbom

audit: environment
	@$(VENV)/python -m deploy.packages audit
