#!/bin/sh
# Run by Venus OS before it unpacks the archive, at each boot while the stick is inserted. Succeeds only for a version
# newer than the installed one, or to repair it, so a stick installs only once and never reverts an upgrade.
set -eu
root=${XBMS_ROOT:-} # for tests
data=$root/data
app=$data/apps/dbus-xbms
rm -rf "$app.new" # left by an interrupted installation

new=$(cat "$(dirname "$0")/VERSION")
installed=$(cat "$app/current/VERSION" 2>/dev/null) || exit 0
if [ "$new" = "$installed" ]; then
    cd "$app/current"
    sha256sum -c SHA256SUMS >/dev/null 2>&1 && cat "$data"/rc.local* 2>/dev/null | grep -q dbus-xbms || exit 0
else
    newest=$(printf '%s\n' "$installed" "$new" | sort -t. -k1,1n -k2,2n -k3,3n | tail -n 1)
    [ "$new" != "$newest" ] || exit 0
fi

# There is nothing to install, but there may be new packs to add; after an installation, post-hook.sh does that.
for list in "$root"/media/*/dbus-xbms-packs.txt; do
    [ ! -f "$list" ] || [ ! -f "$app/current/service/packs.sh" ] ||
        (trap '' HUP; exec sh "$app/current/service/packs.sh" "${list%/*}") </dev/null >/dev/null 2>&1 &
done
exit 1
