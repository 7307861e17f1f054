# Every word that photofs's makers use. `make demo` and `make test` are all that a newcomer needs.
SHELL := /bin/bash
# Compiled once: some environments ask for no bytecode, and then every process of a test compiles all.
export PYTHONDONTWRITEBYTECODE :=
PYTHON ?= python3
VENV := .venv
DEMO_DIR ?= $(HOME)/photos

# What a Debian 12 or Ubuntu 24.04 must have: pyfuse3 comes as source and is compiled here.
RUN_PACKAGES := fuse3 libfuse3-dev pkg-config gcc libc6-dev python3-dev python3-venv
# What the tests drive as real programs.
TEST_PACKAGES := rsync libimage-exiftool-perl ffmpeg attr borgbackup restic strace procps \
	e2fsprogs mount libfaketime faketime git zip unzip vim libglib2.0-bin trash-cli chromium \
	systemd dbus-user-session ntfs-3g exfat-fuse exfatprogs
# A file manager with a display of its own, GNOME's indexer, and KDE's: some 300 MB that only the
# files of `make desktop` want.
DESKTOP_PACKAGES := xvfb dbus-daemon dbus-bin thunar tumbler gvfs xdotool imagemagick \
	adwaita-icon-theme fonts-dejavu-core desktop-file-utils tracker tracker-miner-fs tracker-extract \
	baloo-kf5
BENCH_PACKAGES := bindfs nginx-light

# Installs only what dpkg does not have, and says so; needs no root if nothing is missing.
define need
	@missing=$$(for each in $(1); do \
		dpkg-query -W -f '$${Status}' $$each 2>/dev/null | grep -q 'ok installed' || echo $$each; done); \
	if [ -n "$$missing" ]; then \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		echo "installing system packages:" $$missing; \
		$$sudo apt-get update -qq && \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing \
			>/dev/null; fi
endef

.PHONY: help demo test desktop screenshot check bench soak fresh format lock \
	system system-test system-desktop system-bench clean
help:
	@echo 'make demo    install, mount a demo library on $(DEMO_DIR), and say what to try'
	@echo 'make test    install what the tests need, and run them'
	@echo 'make desktop install a file manager and two indexers, and try the mount with them'
	@echo 'make screenshot  draw docs/album-in-thunar.png anew'
	@echo 'make check   format, lint, types, import contracts'
	@echo 'make soak    the full kill and fault sweeps (long)'
	@echo 'make bench   figures against native disk, bindfs, rclone and plain HTTP (long)'
	@echo 'make fresh   prove demo and test in a bare Debian (as root)'

system:
	$(call need,$(RUN_PACKAGES))
system-test: system
	$(call need,$(TEST_PACKAGES))
system-desktop: system-test
	$(call need,$(DESKTOP_PACKAGES))
system-bench: system-test
	$(call need,$(BENCH_PACKAGES))

$(VENV)/bin/python: | system
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(VENV)/bin/pip install -q --disable-pip-version-check --use-pep517 --require-hashes -r requirements.lock
	$(VENV)/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(VENV)/bin/pip install -q --disable-pip-version-check --use-pep517 --require-hashes -r requirements-dev.lock
	@touch $@

demo: system $(VENV)/.run
	@mkdir -p "$(DEMO_DIR)"
	$(VENV)/bin/photofs mount --demo --daemon "$(DEMO_DIR)"

# Four at a time on two processors: the slowest tests wait for a clock, not for a processor.
test: system-test $(VENV)/.dev
	$(VENV)/bin/python -m pytest -q -n 4 --dist loadgroup tests

# No part of `make test`: some minutes, and half a desktop to be installed.
desktop: system-desktop $(VENV)/.dev
	WITH_DESKTOP=1 $(VENV)/bin/python -m pytest -q -n 2 --dist loadgroup tests/stories/test_file_manager.py \
		tests/stories/test_drawn_albums.py tests/stories/test_indexers.py tests/stories/test_trash_window.py \
		tests/stories/test_desktop_trash.py tests/stories/test_read_guard.py tests/cli/test_desktop.py

screenshot: system-desktop $(VENV)/.dev
	$(VENV)/bin/python -m tests.support.screenshot docs/album-in-thunar.png

check: system $(VENV)/.dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

soak: system-test $(VENV)/.dev
	COLD_STARTS=1 $(VENV)/bin/python -m pytest -q -n 2 --dist loadgroup --timeout 3600 -m soak tests

bench: system-bench $(VENV)/.dev
	$(VENV)/bin/python -m tests.bench

fresh:
	tests/fresh/fresh.sh

format: $(VENV)/.dev
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

# Versions and hashes for every supported Python; no registry's address is written.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --no-annotate pyproject.toml --group build \
		-o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --no-annotate pyproject.toml --group build --group dev \
		--group bench -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
