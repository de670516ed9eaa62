#!/bin/bash
# The whole program against the real BlueZ, in a VM: BLUEZ_VM=DIRECTORY tests/rig/run.sh [FAULT...]
set -euo pipefail
if [ -z "${BLUEZ_VM:-}" ]; then
    echo "BLUEZ_VM must name the directory of a BlueZ VM rig; see tests/rig/README.md" >&2
    exit 2
fi
exec "$BLUEZ_VM/run.sh" -n 2 -t "${LIMIT:-1500}" "$(dirname "$(realpath "$0")")/guest.sh" "$@"
