#!/bin/sh
# Run by Venus OS after it has unpacked the archive into /data: post-hook.sh success|extraction-failed.
# The output of install.sh is written to the stick, for owners who cannot see it otherwise.
set -eu
root=${XBMS_ROOT:-} # for tests
app=$root/data/apps/dbus-xbms
report=$(mktemp)
trap 'rm -rf "$app.new" "$report"' EXIT

status=1
if [ "$1" = success ]; then
    status=0
    sh "$app.new/install.sh" --offline --no-start ${root:+--root "$root"} >"$report" 2>&1 || status=$?
else
    echo "The archive could not be unpacked: damaged, or no space on the GX." >"$report"
fi
cat "$report"
for archive in "$root"/media/*/venus-*-dbus-xbms-[0-9]*; do
    [ ! -f "$archive" ] || cp "$report" "${archive%/*}/dbus-xbms.txt" || true # the stick may be full or read-only
done

# At boot, the supervisor and then /data/rc.local run later. If the stick is inserted later, the supervisor is running.
if [ $status = 0 ] && pgrep svscan >/dev/null; then
    sh "$app/current/install.sh" --boot ${root:+--root "$root"}
fi

# The packs on the stick are added once the service runs, so not now.
for list in "$root"/media/*/dbus-xbms-packs.txt; do
    [ $status != 0 ] || [ ! -f "$list" ] || [ ! -f "$app/current/service/packs.sh" ] ||
        (trap '' HUP; exec sh "$app/current/service/packs.sh" "${list%/*}") </dev/null >/dev/null 2>&1 &
done
exit $status
