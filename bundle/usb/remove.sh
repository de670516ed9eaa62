#!/bin/sh
# The pre-hook of the archive that removes dbus-xbms; there is nothing to unpack after it.
set -eu
root=${XBMS_ROOT:-} # for tests
installed=$root/data/apps/dbus-xbms/current
[ ! -f "$installed/install.sh" ] || sh "$installed/install.sh" --uninstall ${root:+--root "$root"}
exit 1
