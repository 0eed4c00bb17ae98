#!/bin/sh
# Writes COUNT fresh vectors to standard output; see generate.py. To compare a larger
# number than the sample that is kept:
#
#   tests/differential/setup.sh 100000 > many.txt
#   SCHEDULE_VECTORS=$PWD/many.txt cargo test -p nightbell-domain --test differential
set -eu
here=$(dirname "$0")
if [ ! -d "$here/.venv" ]; then
    python3 -m venv "$here/.venv"
    "$here/.venv/bin/pip" install --quiet cronsim==2.8 croniter==7.0.0 tzdata
fi
exec "$here/.venv/bin/python" "$here/generate.py" "$@"
