#!/bin/sh
# packs.sh STICK: add the packs in dbus-xbms-packs.txt on a stick once the service runs, and append the answers to
# dbus-xbms.txt there. A file that was answered is not read again, so that packs which were removed stay removed.
set -eu
root=${XBMS_ROOT:-} # for tests
app=$root/data/apps/dbus-xbms
answered=$app/packs-answered # checksums of files
PATIENCE=600                 # s from the start of the boot to the service
list=$1/dbus-xbms-packs.txt
[ -f "$list" ] || exit 0
mkdir -p "$root/run"
exec 9>"$root/run/dbus-xbms-packs.lock"
flock 9 # there may be several archives on the stick
copy=$(mktemp)
answers=$(mktemp)
trap 'rm -f "$copy" "$answers"' EXIT
head -c 65536 "$list" >"$copy" # the stick may be removed before the service runs
sum=$(sha256sum <"$copy")
! grep -qsxF "$sum" "$answered" || exit 0

echo "dbus-xbms-packs.txt:" >"$answers"
if "$app/current/bin/dbus-xbms" wait --seconds $PATIENCE >/dev/null 2>&1; then
    "$app/current/bin/dbus-xbms" add --file "$copy" >>"$answers" 2>&1 || :
    ! grep -q '^Line ' "$answers" || echo "$sum" >>"$answered" # otherwise localsettings did not answer
else
    echo "No pack was added, because the service does not run. Restart the GX with the stick inserted." >>"$answers"
fi
cat "$answers" >>"$1/dbus-xbms.txt" # fails if the stick is full or read-only
sync
