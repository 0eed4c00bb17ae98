#!/usr/bin/env bash
# Looks for the tools that a target of the Makefile needs. On Debian, as root, it
# installs those that are missing; elsewhere it names them and how to get them.
#
#     tools/need.sh rust postgres python node redis alertmanager chromium haproxy openssl prometheus
set -euo pipefail

packages=()
advice=()

missing() { # Debian package or "-", what it is, how to get it
  if [ "$1" != - ]; then packages+=("$1"); fi
  advice+=("$2 is missing: $3")
}

has() { command -v "$1" >/dev/null 2>&1; }

python_is_good() {
  has python3 && python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

node_is_good() {
  has node && has npm && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]
}

look() {
  packages=()
  advice=()
  for kind in "$@"; do
    case $kind in
      rust)
        # The version needed stands in rust-toolchain.toml; rustup fetches it.
        has cargo || missing - cargo "install Rust as https://rustup.rs says"
        has cc || missing build-essential "a C compiler (cc)" "install gcc or clang"
        ;;
      postgres)
        ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || has initdb ||
          missing postgresql "PostgreSQL 13 or newer" "see https://www.postgresql.org/download/"
        ;;
      python)
        python_is_good || missing "python3 python3-venv" "Python 3.10 or newer, with venv" \
          "see https://www.python.org/downloads/"
        ;;
      node)
        node_is_good || missing "nodejs npm" "Node.js 20 or newer, with npm" "see https://nodejs.org/en/download"
        has curl || missing curl curl "see https://curl.se/download.html"
        ;;
      redis)
        has redis-server || missing redis-server "Redis" "see https://redis.io/docs/latest/operate/oss_and_stack/install/"
        ;;
      haproxy)
        has haproxy || [ -x /usr/sbin/haproxy ] || missing haproxy HAProxy "see https://www.haproxy.org/#down"
        ;;
      chromium)
        has chromium || has google-chrome || missing chromium "Chromium" "see https://www.chromium.org/getting-involved/download-chromium"
        ;;
      openssl)
        # A certificate that nobody signed.
        has openssl || missing openssl openssl "see https://openssl-library.org"
        ;;
      semver-checks)
        has cargo-semver-checks ||
          missing - cargo-semver-checks "cargo install cargo-semver-checks --locked, which takes some minutes"
        ;;
      alertmanager)
        has prometheus-alertmanager || missing prometheus-alertmanager "Prometheus's Alertmanager" \
          "see https://prometheus.io/download/"
        ;;
      prometheus)
        has prometheus || missing prometheus "Prometheus" "see https://prometheus.io/download/"
        ;;
      faketime)
        # Preloaded by tests to give a program another clock.
        compgen -G "/usr/lib/*/faketime/libfaketime.so.1" >/dev/null ||
          missing faketime "libfaketime" "install it under /usr/lib, as Debian's package faketime does"
        ;;
    esac
  done
}

look "$@"
if [ ${#packages[@]} -gt 0 ] && has apt-get && [ "$(id -u)" = 0 ]; then
  # Whether it helped is seen by looking again. Unquoted: an entry may name two packages.
  apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${packages[*]} || true
  look "$@"
fi
if [ ${#advice[@]} -gt 0 ]; then
  printf '%s\n' "${advice[@]}" >&2
  exit 1
fi
