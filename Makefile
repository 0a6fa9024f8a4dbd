# make demo     the demonstration programme, on a machine that has Python only (NEO4J=1: on the tests' Neo4j)
# make test     install everything the tests need, then run the tests: some twenty minutes on two processors; its last
#               lines say how long it took, and what make soak has beyond it
# make soak     all tests, each on both engines and at full scale, with compiled loops too, then the planted faults
# make bench    the table of docs/performance.md, from one run (SIZE=10000000: with ten million placements), and Datasette
#               beside Relay
# make figures  rewrite docs/figures.md: the stress tests at full scale
# make site     the documents as pages that open by double click, into build/site
# make stick    all that installs Relay offline, as a folder and one archive, into build/stick (1.5 GB)
# make release  from a tag: tests that install what is built, then everything twice, compared byte by byte, into
#               build/release; MINISIGN_KEY=FILE signs it
# make deb      the stick, and Debian packages made of it, into build/deb
# make check    the gates: format, lint, types, layers, security
# make advisories  look up whether anything is known against the libraries of the lock files; tells where nobody answers
# make lock     rewrite the lock files after a change of the libraries in pyproject.toml
# PYTHON=python3.12 uses another Python than python3; it must be 3.11 or later.
# NEO4J_VERSION=2026.08.1 uses another Neo4j for the tests; from 2025 on it needs JDK 21 or later, first on the path.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NEO4J_VERSION := 5.26.12
NEO4J_JARS := .cache/neo4j-$(NEO4J_VERSION)
COPY_JARS := org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

export NEO4J_VERSION
export PYTHONUTF8 = 1
MAKEFLAGS += --no-print-directory

# what the lock files besides requirements.lock bring
dev := the tools
fast := the compiler (208 MB)
beside := what is measured beside Relay (5 MB)
site := what makes the site (75 MB)
release := what makes a release (20 MB)

# $(call need,a command that succeeds if it is installed,the Debian package that provides it)
define need
$(1) >/dev/null 2>&1 || .ci/install $(2)
endef

.PHONY: demo test soak bench figures site stick release deb check advisories lock clean

demo: $(BIN)/run.stamp $(if $(NEO4J),$(NEO4J_JARS)/stamp)
	@$(if $(NEO4J),$(BIN)/python -m tests.rigs.neo4j_server .cache/neo4j-demo) $(BIN)/relay demo

test: $(BIN)/dev.stamp $(NEO4J_JARS)/stamp
	@$(call need,javac -version,openjdk-17-jdk-headless)
	@$(call need,chromium-headless-shell --version,chromium-headless-shell fonts-noto-core)
	@$(call need,systemd-analyze --version,systemd)
	@$(call need,openssl version,openssl)
	@$(call need,$(BIN)/python -c 'import weasyprint',libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
	@# Three on two processors: where one waits for its database or its browser, another works.
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

soak: $(BIN)/dev.stamp $(BIN)/fast.stamp $(BIN)/site.stamp $(BIN)/release.stamp
	@$(call need,minisign -v,minisign)
	@$(call need,ip -Version,iproute2)
	@RELAY_SOAK=1 $(MAKE) test
	@$(BIN)/python -m tests.whole.planted_faults

bench: $(BIN)/dev.stamp $(BIN)/fast.stamp $(BIN)/beside.stamp $(NEO4J_JARS)/stamp
	@$(call need,javac -version,openjdk-17-jdk-headless)
	@$(BIN)/python -m benchmarks.lineage $(SIZE)
	@$(BIN)/python -m benchmarks.beside

figures: $(BIN)/dev.stamp $(NEO4J_JARS)/stamp
	@$(call need,javac -version,openjdk-17-jdk-headless)
	@$(BIN)/python -m benchmarks.figures

site: $(BIN)/site.stamp
	@$(BIN)/python tools/site/build.py

stick: $(BIN)/dev.stamp $(BIN)/site.stamp
	@$(BIN)/python -m tools.stick.build

release: $(BIN)/dev.stamp $(BIN)/site.stamp $(BIN)/release.stamp
	@$(call need,minisign -v,minisign)
	@RELAY_SOAK=1 $(BIN)/python -m pytest tests/whole/test_package.py tests/whole/test_stick.py tests/whole/test_release.py \
		tests/whole/test_debian_package.py tests/whole/test_upgrades.py
	@$(BIN)/python -m tools.release.build

deb: stick
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m tools.stick.debian build/stick build/deb

check: $(BIN)/dev.stamp
	@$(BIN)/ruff format --check --quiet || { $(BIN)/ruff format --diff --quiet; exit 1; }
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml relay seeds docs cli.py

advisories: $(BIN)/run.stamp
	@$(BIN)/python tools/advisories.py

lock: $(BIN)/dev.stamp
	@$(COMPILE) --group run --group build --output-file requirements.lock
	@$(COMPILE) --group run --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(COMPILE) --group run --group fast --constraint requirements.lock --output-file requirements-fast.lock
	@$(COMPILE) --group run --group pdf --constraint requirements-dev.lock --output-file requirements-pdf.lock
	@$(COMPILE) --group run --group oidc --constraint requirements-dev.lock --output-file requirements-oidc.lock
	@$(COMPILE) --group run --group timestamp --constraint requirements-dev.lock --output-file requirements-timestamp.lock
	@$(COMPILE) --group run --group site --constraint requirements-dev.lock --output-file requirements-site.lock
	@$(COMPILE) --group release --constraint requirements-dev.lock --output-file requirements-release.lock
	@$(COMPILE) --group stick --output-file requirements-stick.lock
	@$(COMPILE) --group run --group beside --constraint requirements-dev.lock --output-file requirements-beside.lock

clean:
	rm -rf $(VENV) .cache build *.egg-info

# one stamp for each Python, so that another PYTHON rebuilds the environment
$(BIN)/made-by-$(notdir $(PYTHON)):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Relay needs Python 3.11 or later: name one by PYTHON=' >&2; exit 1; }
	@$(call need,$(PYTHON) -c 'import ensurepip',$$($(PYTHON) -c 'import sys; print("python3.%d-venv" % sys.version_info[1])'))
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(BIN)/run.stamp: $(BIN)/made-by-$(notdir $(PYTHON)) requirements.lock setup.cfg setup.py pyproject.toml
	@echo 'Setting up: the libraries of requirements.lock (about 550 MB) into $(VENV)' >&2
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(BIN)/%.stamp: requirements-%.lock $(BIN)/run.stamp
	@echo 'Setting up: $($*) of requirements-$*.lock' >&2
	@$(PIP) install --require-hashes --requirement $<
	@touch $@

$(NEO4J_JARS)/stamp: tests/neo4j/pom.xml
	@$(call need,javac -version,openjdk-17-jdk-headless)
	@$(call need,mvn -version,maven)
	@echo 'Setting up: Neo4j $(NEO4J_VERSION) for the tests (116 MB) into $(NEO4J_JARS)' >&2
	@mvn --quiet --batch-mode -Dstyle.color=never --file $< -Dneo4j.version=$(NEO4J_VERSION) $(COPY_JARS) -DoutputDirectory=$(CURDIR)/$(NEO4J_JARS)
	@touch $@
