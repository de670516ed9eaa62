#!/bin/bash
# What runs inside the VM; run.sh starts it.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHONPATH=$PWD:${PYTHONPATH:-}
case ${1:-} in
    soak | speed) exec python3 -m "tests.rig.$1" "${@:2}" ;;
esac
exec python3 -m tests.rig.survive "$@"
