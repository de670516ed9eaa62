#!/bin/sh
# Run by Venus OS before it unpacks the archive, at each boot while the stick is inserted. Succeeds only for a version
# newer than the installed one, or to repair it, so a stick installs only once and never reverts an upgrade.
set -eu
data=${XBMS_ROOT:-}/data # XBMS_ROOT: for tests
app=$data/apps/dbus-xbms
rm -rf "$app.new" # left by an interrupted installation

new=$(cat "$(dirname "$0")/VERSION")
installed=$(cat "$app/current/VERSION" 2>/dev/null) || exit 0
if [ "$new" = "$installed" ]; then
    cd "$app/current"
    ! sha256sum -c SHA256SUMS >/dev/null 2>&1 || ! cat "$data"/rc.local* 2>/dev/null | grep -q dbus-xbms
else
    newest=$(printf '%s\n' "$installed" "$new" | sort -t. -k1,1n -k2,2n -k3,3n | tail -n 1)
    [ "$new" = "$newest" ]
fi
