# `make demo`: the whole city on this machine. `make test`: everything checked. `make stop`: end what demo started.
# Ports and folders are free to choose: make demo PORTAL_PORT=5050 DAGSTER_PORT=3100 TERNOPIL_HOME=/srv/ternopil
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
export TERNOPIL_HOME LANDING_DIR PORTAL_PORT DAGSTER_PORT

.PHONY: demo stop test check bars setup browser

demo: $(VENV)/.ready
	$(BIN)/ternopil demo

stop: $(VENV)/.ready
	$(BIN)/ternopil demo --stop

test: $(VENV)/.ready browser check
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bars: $(VENV)/.ready
	$(BIN)/pytest -m bars

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml deploy/environment
	PYTHON="$(PYTHON)" deploy/environment "$(VENV)"
	touch $@

# Pages are looked at in a real browser; where it cannot be installed those tests skip and say so.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium; } \
	  || echo "chromium is not here and cannot be installed: the tests that look at pages will skip"
