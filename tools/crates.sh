#!/usr/bin/env bash
# Packs the crates as they would be published, and checks what was packed, with nothing of
# this repository beside it, and the documentation of the library:
#
#     tools/crates.sh <target folder> [+toolchain]
set -euo pipefail
target=$1
toolchain=${2:-}
crates=(nightbell nightbell-cli)
# All but aws-lc, whose C code takes minutes and changes nothing here.
features=nightbell/blocking,nightbell/raw,nightbell/testing,nightbell/tls-native-roots

cargo package --quiet --no-verify --allow-dirty "${crates[@]/#/--package=}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
for crate in "${crates[@]}"; do
  tar -xzf "$target/package/$crate-$version.crate" -C "$folder"
done
cat >"$folder/Cargo.toml" <<END
[workspace]
resolver = "3"
members = ["nightbell-$version", "nightbell-cli-$version"]
[patch.crates-io]
nightbell = { path = "nightbell-$version" }
END
# The versions and the Rust that everything else was tested with.
cp Cargo.lock rust-toolchain.toml "$folder"

cd "$folder"
# Of its own, so that nothing else waits for it: it has nothing in common with other builds.
export CARGO_TARGET_DIR=$target/packed
export RUSTDOCFLAGS="--deny warnings"
cargo $toolchain check --workspace --features "$features"
if [ -z "$toolchain" ]; then
  cargo doc --package nightbell --features "$features" --no-deps
fi
