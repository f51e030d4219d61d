# Run `make help` for the list. Steps are separate targets so that a failure names itself; they
# share one target folder and take turns.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

CARGO ?= cargo
DATA ?= ./data
PORT ?= 8080

.PHONY: help build run web test tools fmt lint docs deny tests front browser audit bench soak bless

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 8

# Every processor of the last fifteen years counts bits in one instruction, which coverage does all the time. Set
# RELEASE_CPU to `native` for a server that never moves, or to nothing for a processor older than that.
RELEASE_CPU ?= $(if $(filter x86_64,$(shell uname -m)),x86-64-v2)
RELEASE_FLAGS = $(if $(RELEASE_CPU),-C target-cpu=$(RELEASE_CPU))

build: web ## build the release binary with the web front in it, target/release/tuantra
	RUSTFLAGS="$(RELEASE_FLAGS)" $(CARGO) build --release --locked

run: build ## serve the demo province (DATA=./data PORT=8080)
	@exec ./target/release/tuantra demo --data "$(DATA)" --listen "127.0.0.1:$(PORT)"

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund

web: web/node_modules/.package-lock.json ## build the web front, web/dist
	cd web && npm run build

test: tools fmt front lint docs deny tests browser ## the whole check, as CI runs it

tools: ## install what the check needs and does not find
	@tests/install-tools.sh

fmt: ## check the formatting
	$(CARGO) fmt --check

# Warnings are refused by arguments, not by RUSTFLAGS: a change of RUSTFLAGS rebuilds every crate.
lint: ## clippy, warnings refused
	$(CARGO) clippy --locked --all-targets -- -D warnings

docs: ## build the documentation, warnings refused
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --lib --no-deps

deny: ## licences, banned crates and sources of the dependencies
	$(CARGO) deny --locked check --hide-inclusion-graph bans licenses sources

# INSTA_UPDATE: a test run leaves the tree as it was; `make bless` takes new snapshots.
tests: ## the tests alone, beside a throwaway PostgreSQL (ARGS=a_filter)
	INSTA_UPDATE=no tests/with-postgres.sh $(CARGO) nextest run --locked --no-fail-fast $(ARGS)

front: web ## the web front: types, style, logic, sizes of what a first visit loads
	cd web && npm run check && npm run lint && npm test && npm run budget

browser: web ## a browser drives the built program (ARGS=a_pattern)
	$(CARGO) build --locked --bin tuantra
	cd web && E2E="$(ARGS)" npm run e2e

audit: ## known advisories against the dependencies (fetches the advisory database)
	$(CARGO) deny --locked check advisories

bench: ## the benchmarks, printing ratios
	RUSTFLAGS="$(RELEASE_FLAGS)" $(CARGO) bench --locked $(ARGS)

bless: ## write the checked-in contract files and snapshots anew
	TUANTRA_BLESS=1 INSTA_UPDATE=always tests/with-postgres.sh $(CARGO) nextest run --locked --no-fail-fast $(ARGS)

soak: ## ten thousand faults on the line between phones and server (TUANTRA_SOAK_SEED=n), then a thousand phones at once
	TUANTRA_SOAK_FAULTS=$${TUANTRA_SOAK_FAULTS:-10000} INSTA_UPDATE=no tests/with-postgres.sh $(CARGO) nextest run --locked --profile soak --no-capture what_phones_send
	tests/with-postgres.sh --durable env RUSTFLAGS="$(RELEASE_FLAGS)" $(CARGO) bench --locked --bench load -- back=1 forms fixes
