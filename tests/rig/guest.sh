#!/bin/bash
# What runs inside the VM; run.sh starts it.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHONPATH=$PWD:${PYTHONPATH:-}
if [ "${1:-}" = soak ]; then
    exec python3 -m tests.rig.soak "${@:2}"
fi
exec python3 -m tests.rig.survive "$@"
