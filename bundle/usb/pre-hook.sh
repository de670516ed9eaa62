#!/bin/sh
# Venus runs this before it unpacks the archive, at each boot while the stick stays in. It goes on only for a version
# newer than the installed one: so the stick does nothing twice, and never takes back an upgrade.
set -eu
app=${XBMS_ROOT:-}/data/apps/dbus-xbms # XBMS_ROOT: for tests
rm -rf "$app.new"                      # left by an installation that was cut short

new=$(cat "$(dirname "$0")/VERSION")
installed=$(cat "$app/current/VERSION" 2>/dev/null) || exit 0
newest=$(printf '%s\n' "$installed" "$new" | sort -t. -k1,1n -k2,2n -k3,3n | tail -n 1)
[ "$new" != "$installed" ] && [ "$new" = "$newest" ]
