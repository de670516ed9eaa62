#!/bin/bash
# The whole program against the real BlueZ, in a VM: BLUEZ_VM=DIRECTORY tests/rig/run.sh [FAULT...|soak [--minutes M]|speed]
set -euo pipefail
if [ -z "${BLUEZ_VM:-}" ]; then
    echo "BLUEZ_VM must name the directory of a BlueZ VM rig; see tests/rig/README.md" >&2
    exit 2
fi
packs=2 limit=1500 # s
case ${1:-} in
    soak) packs=4 limit=5400 ;;
    speed) packs=1 ;;
esac
exec "$BLUEZ_VM/run.sh" -n "$packs" -t "${LIMIT:-$limit}" "$(dirname "$(realpath "$0")")/guest.sh" "$@"
