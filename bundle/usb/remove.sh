#!/bin/sh
# Pre-hook of the archive that removes dbus-xbms; always fails, because there is nothing to unpack.
set -eu
root=${XBMS_ROOT:-} # for tests
installed=$root/data/apps/dbus-xbms/current
[ -f "$installed/install.sh" ] || exit 1
output=$(sh "$installed/install.sh" --uninstall ${root:+--root "$root"} 2>&1) || true
echo "$output"
for archive in "$root"/media/*/venus-*-dbus-xbms-remove*; do
    [ ! -f "$archive" ] || echo "$output" >"${archive%/*}/dbus-xbms.txt" || true
done
exit 1
