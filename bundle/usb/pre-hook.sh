#!/bin/sh
# Venus runs this before it unpacks the archive, at each boot while the stick stays in. It goes on only for a version
# newer than the installed one, or to mend that: so the stick does nothing twice, and never takes back an upgrade.
set -eu
data=${XBMS_ROOT:-}/data # XBMS_ROOT: for tests
app=$data/apps/dbus-xbms
rm -rf "$app.new" # left by an installation that was cut short

new=$(cat "$(dirname "$0")/VERSION")
installed=$(cat "$app/current/VERSION" 2>/dev/null) || exit 0
if [ "$new" = "$installed" ]; then
    cd "$app/current"
    ! sha256sum -c SHA256SUMS >/dev/null 2>&1 || ! cat "$data"/rc.local* 2>/dev/null | grep -q dbus-xbms
else
    newest=$(printf '%s\n' "$installed" "$new" | sort -t. -k1,1n -k2,2n -k3,3n | tail -n 1)
    [ "$new" = "$newest" ]
fi
