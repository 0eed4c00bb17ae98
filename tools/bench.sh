#!/usr/bin/env bash
# Measures a server on its embedded database, then on a PostgreSQL of its own:
#
#     tools/bench.sh <folder of the programs> [option of nightbell-bench...]
set -euo pipefail
programs=$1
shift
bench=("$programs/nightbell-bench" --server "$programs/nightbell-server" "$@")

echo "== SQLite"
"${bench[@]}"

echo "== PostgreSQL"
coproc postgres { exec "${0%/*}/postgres.sh"; }
read -r url <&"${postgres[0]}"
"${bench[@]}" --database-url "$url"
