#!/usr/bin/env bash
# Runs a PostgreSQL of its own in a scratch folder until its standard input ends, then
# removes it. Prints its address once it is ready:
#
#     tools/postgres.sh [setting=value...]
#
# PostgreSQL does not run as root: root runs it as the user postgres, or nobody.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$bin" ]; then
  initdb=$(command -v initdb || true)
  bin=${initdb%/*}
fi
if [ ! -x "$bin/initdb" ]; then
  echo "PostgreSQL's initdb is missing: install the package postgresql" >&2
  exit 1
fi

as=()
user=$(id -un)
if [ "$(id -u)" = 0 ]; then
  user=postgres
  id postgres >/dev/null 2>&1 || user=nobody
  as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups)
fi

# In memory where there is room: then it costs nothing that every commit is synced.
home=${TMPDIR:-/tmp}
if [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 2000000 ] 2>/dev/null; then
  home=/dev/shm
fi
folder=$(mktemp -d "$home/nightbell-postgres.XXXXXX")
server=
finish() {
  trap - EXIT
  if [ -n "$server" ]; then
    kill -QUIT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM
if [ "$(id -u)" = 0 ]; then chown "$user" "$folder"; fi

cd "$folder"
"${as[@]}" "$bin/initdb" --pgdata="$folder/data" --username=nightbell --auth=trust \
  --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$folder/log" 2>&1 || {
  cat "$folder/log" >&2
  exit 1
}
settings=()
for setting in "$@"; do settings+=(-c "$setting"); done
"${as[@]}" "$bin/postgres" -D "$folder/data" -c listen_addresses= \
  -c unix_socket_directories="$folder" -c max_connections=300 -c shared_buffers=64MB \
  -c max_wal_size=256MB "${settings[@]}" >>"$folder/log" 2>&1 &
server=$!
for _ in $(seq 600); do
  if "$bin/pg_isready" --quiet --host="$folder"; then
    echo "postgres://nightbell@${folder//\//%2F}/postgres"
    cat >/dev/null
    exit 0
  fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.05
done
cat "$folder/log" >&2
exit 1
