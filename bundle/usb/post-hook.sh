#!/bin/sh
# Venus runs this after it has unpacked the archive into /data: post-hook.sh success|extraction-failed.
# What install.sh says is left on the stick, for owners who have no other way to see it.
set -eu
root=${XBMS_ROOT:-} # for tests
new=$root/data/apps/dbus-xbms.new
report=$(mktemp)
trap 'rm -rf "$new" "$report"' EXIT

status=1
if [ "$1" = success ]; then
    status=0
    sh "$new/install.sh" --offline ${root:+--root "$root"} >"$report" 2>&1 || status=$?
else
    echo "The archive could not be unpacked: damaged, or no space on the GX." >"$report"
fi
cat "$report"
for archive in "$root"/media/*/venus-*-dbus-xbms-[0-9]*; do
    [ ! -f "$archive" ] || cp "$report" "${archive%/*}/dbus-xbms-install.txt" || true # it may be read-only, or full
done
exit $status
