# What the README and CI call. Anything longer than a few lines stands in tools/.

export PATH := $(PATH):$(HOME)/.cargo/bin

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
SERVER := $(TARGET)/debug/nightbell-server
VENV := .venv/.installed
NODE := node_modules/.installed
PYTHON_SDK := sdk-python/.venv/.installed
TYPESCRIPT_SDK := sdk-typescript/dist/.built
RUNTIMES := $(TARGET)/typescript/runtimes.json
AIRFLOW := sdk-python/.venv-airflow/.installed
BUF := node_modules/.bin/buf
MSRV = $(shell sed -n 's/^rust-version = "\(.*\)" .*/\1/p' sdk-rust/Cargo.toml)

.PHONY: run test test-postgres test-kills test-conformance test-python test-typescript test-runtimes test-airflow test-crates test-msrv test-semver check bench bench-dashboard bench-exec bench-typescript bench-python generate dashboard clean simulate kills faults schedules-compared need-rust need-postgres need-python need-node need-faketime need-redis need-chromium need-haproxy need-semver-checks need-openssl need-prometheus need-alertmanager

# Starts the server, on ./nightbell.db unless the environment says otherwise.
run: need-rust
	cargo build --workspace --bin nightbell-server
	tools/run.sh $(SERVER)

# Every test there is. The examples come last and run against the server just built. Always
# the whole workspace: cargo builds dependencies anew for each choice of packages.
test: need-rust need-postgres need-chromium need-haproxy need-prometheus need-alertmanager $(VENV) $(NODE)
	cargo build --workspace --bins --tests
	cargo test --workspace --no-fail-fast -- --skip every_kill
	$(MAKE) -j 3 --output-sync=target test-postgres test-kills test-crates
	$(MAKE) schedules-compared
	$(BUF) lint proto
	$(MAKE) test-typescript
	NIGHTBELL_SERVER_BIN=$(SERVER) .venv/bin/pytest tests -n 4 --dist loadfile
	$(MAKE) test-python
	$(MAKE) test-conformance

# The services and the promises again, on PostgreSQL. That the stores are alike is among
# the tests of the workspace.
test-postgres: export NIGHTBELL_TEST_STORE := postgres
test-postgres: need-rust need-postgres
	cargo test --workspace --no-fail-fast --lib -- service:: --skip together
	cargo test --workspace --no-fail-fast --test incidents --test streams
	cargo test --workspace --no-fail-fast --test durability -- a_pause

# What is acknowledged survives every kill: mostly waiting, so that others run beside it.
test-kills: need-rust
	cargo test --workspace --test durability -- every_kill

# Every SDK, over every transport, through the same scenarios against the real server.
# ONLY="-k python-http" runs a part.
test-conformance: need-rust need-faketime $(VENV) $(TYPESCRIPT_SDK)
	cargo build --workspace --bins --examples
	NIGHTBELL_SERVER_BIN=$(SERVER) .venv/bin/pytest --config-file tests/pytest.ini --rootdir . conformance -n 2 $(ONLY)

# The Python SDK: its style, its types, and its tests against the real server.
test-python: need-rust need-redis $(PYTHON_SDK)
	cargo build --workspace --bins --examples
	cd sdk-python && .venv/bin/ruff check && .venv/bin/ruff format --check
	cd sdk-python && .venv/bin/mypy && .venv/bin/pyright
	cd sdk-python && NIGHTBELL_SERVER_BIN=$(SERVER) .venv/bin/pytest -n 3 --dist loadfile

# The Python SDK beside Airflow, whose installation takes minutes: no part of `make test`.
test-airflow: need-rust $(PYTHON_SDK) $(AIRFLOW)
	cargo build --workspace --bin nightbell-server
	cd sdk-python && NIGHTBELL_SERVER_BIN=$(SERVER) .venv/bin/python -m pytest tests_airflow

# That the crates build from what would be published alone, and their documentation.
test-crates: need-rust
	tools/crates.sh $(TARGET)

# The same with the oldest Rust that they say they take.
test-msrv: need-rust
	tools/crates.sh $(TARGET) +$(MSRV).0

# That the crate's interface breaks nobody, beside that of BASE. Needs cargo-semver-checks.
test-semver: need-rust need-semver-checks
	cargo semver-checks --package nightbell --baseline-rev $(or $(BASE),HEAD~1)

# The simulation of server/domain/tests in full, for minutes: 200 worlds of 1,000
# schedulers that live 90 days. `make test` runs a few. FIRST_SEED=n begins elsewhere.
simulate: export SCHEDULERS ?= 1000
simulate: export SEEDS ?= 200
simulate: export REPLAYS ?= 100000
simulate: need-rust
	cargo test --release --package nightbell-domain --lib -- late_delivery
	cargo test --release --package nightbell-domain --test simulation -- --nocapture every_true_fate

# Kills the server 200 times while it takes reports and tells of incidents. `make test` does
# so 50 times.
kills: export KILLS ?= 200
kills: need-rust
	cargo test --package nightbell-server --test durability -- --nocapture every_kill

# Plants faults in a copy of the domain; the simulation must find each. Minutes, too.
faults: need-rust need-python
	tools/faults.py

# The schedules against cronsim and croniter, on 100,000 expressions and instants.
schedules-compared: need-rust need-python
	mkdir -p $(TARGET)/schedules
	server/domain/tests/differential/setup.sh 100000 > $(TARGET)/schedules/vectors.txt
	SCHEDULE_VECTORS=$(TARGET)/schedules/vectors.txt \
		cargo test --workspace --test differential -- --nocapture

# The TypeScript SDK: that its generated code is current, its style, its tests against the real
# server, a real Redis and a real browser.
test-typescript: need-rust need-redis need-chromium need-openssl $(TYPESCRIPT_SDK)
	cargo build --workspace --bins --examples
	cd sdk-typescript && npx buf generate --output $(TARGET)/generated-typescript
	diff -r sdk-typescript/src/gen $(TARGET)/generated-typescript/src/gen
	npm --prefix sdk-typescript run check
	NIGHTBELL_SERVER_BIN=$(SERVER) npm --prefix sdk-typescript test
	npm --prefix sdk-typescript run check-package
	npm --prefix server/web run check

# The TypeScript package as it is published, on Node 20, 22 and 24, Bun and Deno, which are
# fetched from npm and are large: no part of `make test`.
test-runtimes: need-rust $(TYPESCRIPT_SDK) $(RUNTIMES)
	cargo build --workspace --bins --examples
	NIGHTBELL_SERVER_BIN=$(SERVER) node sdk-typescript/test-dist/run.mjs $(dir $(RUNTIMES))

# What to run before every commit.
check: need-rust need-postgres $(NODE)
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
	cargo test --workspace --lib --bins
	$(BUF) lint proto

# What a server can take: `make bench BENCH="--only stream"`; options in bench/README.md.
bench: need-rust need-postgres
	cargo build --release --package nightbell-server --package nightbell-bench
	tools/bench.sh $(TARGET)/release $(BENCH)

# What the Python SDK costs a job; options in sdk-python/bench/README.md.
bench-python: $(PYTHON_SDK)
	cd sdk-python && .venv/bin/python -m bench $(BENCH)

# What a short job costs with the TypeScript SDK, and with the class of the usage guide.
bench-typescript: need-rust $(TYPESCRIPT_SDK)
	cargo build --workspace --bin nightbell-server
	NIGHTBELL_SERVER_BIN=$(SERVER) node sdk-typescript/bench/short-job.mjs

# What `nightbell exec` and the library cost a job, with the server as it should be and with
# every fault.
bench-exec: need-rust
	$(if $(NIGHTBELL_SERVER_BIN),,cargo build --release --package nightbell-server)
	NIGHTBELL_SERVER_BIN=$(or $(NIGHTBELL_SERVER_BIN),$(TARGET)/release/nightbell-server) \
		cargo bench --profile command --package nightbell-cli --bench exec

# Home with 10,000 schedulers in Chromium: frames while scrolling, key presses in the filter.
bench-dashboard: need-rust need-chromium $(VENV) $(NODE)
	cargo build --release --package nightbell-server
	NIGHTBELL_SERVER_BIN=$(TARGET)/release/nightbell-server .venv/bin/python tests/examples/bench_dashboard.py

# Writes what is made from proto/nightbell/v1/*.proto.
generate: need-rust $(PYTHON_SDK) $(NODE)
	cargo run --package nightbell-generate
	sdk-python/.venv/bin/python sdk-python/tools/generate
	npm --prefix sdk-typescript run generate

# Builds server/web/dist anew, which is committed so that cargo needs no Node.
dashboard: $(NODE)
	npm --prefix server/web run check
	npm --prefix server/web run build

clean:
	cargo clean
	rm -rf .venv node_modules sdk-python/.venv sdk-python/.venv-stubs sdk-python/.venv-airflow sdk-typescript/dist

need-rust need-postgres need-python need-node need-faketime need-redis need-chromium need-haproxy need-semver-checks need-openssl need-prometheus need-alertmanager: need-%:
	@tools/need.sh $*

$(VENV): tests/requirements.txt conformance/requirements.txt $(wildcard examples/*/requirements.txt) | need-python
	python3 -m venv --clear .venv
	.venv/bin/pip install --quiet --requirement tests/requirements.txt
	touch $@

# Generators of code cannot live in one virtualenv: see sdk-python/tools/generate/stubs.py.
$(PYTHON_SDK): sdk-python/requirements-dev.txt sdk-python/requirements-stubs.txt sdk-python/pyproject.toml examples/python/requirements.txt | need-python need-node
	python3 -m venv --clear sdk-python/.venv
	python3 -m venv --clear sdk-python/.venv-stubs
	sdk-python/.venv/bin/pip install --quiet --requirement sdk-python/requirements-dev.txt
	PATH="$(CURDIR)/sdk-python/.venv/bin:$$PATH" sdk-python/.venv/bin/pip install --quiet --no-deps --no-build-isolation --editable sdk-python
	sdk-python/.venv-stubs/bin/pip install --quiet --requirement sdk-python/requirements-stubs.txt
	touch $@

$(AIRFLOW): sdk-python/requirements-airflow.txt | need-python
	python3 -m venv --clear sdk-python/.venv-airflow
	sdk-python/.venv-airflow/bin/pip install --quiet --requirement sdk-python/requirements-airflow.txt
	touch $@

$(TYPESCRIPT_SDK): $(NODE) $(shell find sdk-typescript/src -type f) sdk-typescript/tsdown.config.ts
	npm --prefix sdk-typescript run build
	touch $@

# The runtimes that the TypeScript SDK is for, from the npm registry; says which it has not.
$(RUNTIMES): sdk-typescript/test-dist/runtimes.mjs | need-node
	node $< $(dir $@)

$(NODE): package.json package-lock.json .npmrc $(wildcard examples/*/package.json sdk-typescript/package.json server/web/package.json) | need-node
	npm ci --no-progress
	touch $@
