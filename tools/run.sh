#!/usr/bin/env bash
# Says how to go on, then becomes the server given as the first argument.
# Settings come from the environment.
set -euo pipefail

server=$1
settings=$("$server" config check)
setting() { sed -n "s/^NIGHTBELL_$1=//p" <<<"$settings"; }

scheme=http
if [ -n "$(setting TLS_CERT)" ]; then scheme=https; fi
url=$(setting PUBLIC_URL)
url=${url:-$scheme://$(setting LISTEN)}

cat <<EOF
Nightbell will serve $url from $(setting DATABASE_URL). Ctrl-C ends it.
The first start on an empty database prints an admin key. Then, in another terminal:

  export NIGHTBELL_URL=$url
  export NIGHTBELL_API_KEY=...    # that key
  examples/curl/guide.sh          # a first run, reported with curl

Every call with its fields: $url/api/docs
From here to the first alert: README.md

EOF
exec "$server"
