# shellcheck shell=sh disable=SC2154  # sourced by install.sh, which has ROOT, APP, read_venus and warn
# The pages of the touch screen: a UI plugin in /data/apps/available/dbus-xbms, and a link to it in /data/apps/enabled.
#
# gui-v2 watches the directories, not the contents of files, and rebuilds the whole screen after a change: a changed
# file is renamed into place, and an unchanged one is left alone. Without the link, the owner has disabled the pages.

PAGES_VENUS=370 # v3.70: the first with a gui-v2 that loads plugins
PAGES=gui-v2/dbus-xbms.json
AVAILABLE=$ROOT/data/apps/available/dbus-xbms
ENABLED=$ROOT/data/apps/enabled/dbus-xbms

# pages_update: place the pages of the current release. Failures are reported; they stop nothing.
pages_update() {
    pages_fit || return 0
    if [ ! -f "$APP/current/$PAGES" ]; then # an older release
        pages_remove
        pages_note ''
    elif pages_blocked; then
        pages_note "$blocked is in the way of the pages for the touch screen. Move it, then run install.sh again."
    elif pages_place; then
        pages_note ''
    else
        rm -f "$AVAILABLE/gui-v2/.new" 2>/dev/null || :
        pages_note "the pages for the touch screen cannot be written to $AVAILABLE: is /data full or read-only?"
    fi
}

# pages_fit: whether this Venus OS can show pages. If not, say so, and let the run script write it to the log.
pages_fit() {
    read_venus
    [ "$venus" -lt $PAGES_VENUS ] || return 0
    [ ! -f "$APP/current/$PAGES" ] ||
        pages_note "the pages for the touch screen need Venus OS v3.70 or newer; this is $system. All else works."
    return 1
}

# pages_note TEXT: warn, and keep the text for the log; an empty one clears it.
pages_note() {
    [ -n "$1" ] || { rm -f "$APP/note" 2>/dev/null || :; return 0; }
    warn "$1"
    [ "$(cat "$APP/note" 2>/dev/null)" = "$1" ] || { echo "$1" >"$APP/note"; } 2>/dev/null || :
}

# pages_blocked: whether something that is not ours has one of the names; sets `blocked`.
pages_blocked() {
    for blocked in "$AVAILABLE" "$AVAILABLE/gui-v2"; do
        if [ -L "$blocked" ] || { [ -e "$blocked" ] && [ ! -d "$blocked" ]; }; then return; fi
    done
    blocked=$AVAILABLE/$PAGES
    if [ -d "$blocked" ]; then return; fi
    blocked=$ENABLED
    if [ -L "$ENABLED" ]; then ! pages_linked; else [ -e "$ENABLED" ]; fi
}

pages_linked() { # whether the link is there and points to the pages
    case $(readlink "$ENABLED") in
        ../available/dbus-xbms | */data/apps/available/dbus-xbms) ;;
        *) return 1 ;;
    esac
}

# pages_place: copy the pages, then make the link, unless the owner has removed it.
pages_place() {
    # Marks a first installation until the link exists: a power cut must not look like an owner's choice.
    [ -e "$AVAILABLE/$PAGES" ] || { echo >"$APP/unlinked"; } 2>/dev/null || return
    if ! cmp -s "$APP/current/$PAGES" "$AVAILABLE/$PAGES"; then
        { mkdir -p "$AVAILABLE/gui-v2" && cp "$APP/current/$PAGES" "$AVAILABLE/gui-v2/.new"; } 2>/dev/null || return
        sync
        mv -Tf "$AVAILABLE/gui-v2/.new" "$AVAILABLE/$PAGES" || return
    fi
    [ -e "$APP/unlinked" ] || return 0
    pages_linked || { mkdir -p "${ENABLED%/*}" && ln -s ../available/dbus-xbms "$ENABLED"; } 2>/dev/null || return
    rm -f "$APP/unlinked"
}

# pages_remove: remove the pages and the link, and nothing that others have put there.
pages_remove() {
    ! pages_linked || rm -f "$ENABLED"
    [ ! -d "$AVAILABLE" ] || [ -L "$AVAILABLE" ] || {
        rm -f "$AVAILABLE/gui-v2/.new" 2>/dev/null || :
        [ ! -f "$AVAILABLE/$PAGES" ] || rm -f "$AVAILABLE/$PAGES"
    }
    for each in "$AVAILABLE/gui-v2" "$AVAILABLE" "${AVAILABLE%/*}"; do
        rmdir "$each" 2>/dev/null || : # others may have something there
    done
}
