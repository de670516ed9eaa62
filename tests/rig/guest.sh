#!/bin/bash
# What runs inside the VM; run.sh starts it.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PYTHONPATH=$PWD:${PYTHONPATH:-}
exec python3 -m tests.rig.survive "$@"
