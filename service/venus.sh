# shellcheck shell=sh disable=SC2154  # sourced by install.sh, which has ROOT, APP, SERVICE, RC, LOG and the rest
# Where Venus OS meets dbus-xbms: one line in /data/rc.local, and a copy of the run scripts in /service.

BOOT="$APP/current/install.sh" # what marks the line in rc.local as ours
MARK='# dbus-xbms'
# What the end of the line remembers, so that all can be as it was.
OWN_FILE='in a file of its own'
OWN_START='below a start of our own'
UNENDED='after a line without its end'
CR=$(printf '\r')

# --- /data/rc.local: Venus runs it at each boot, and keeps it over firmware updates ---

# boot_file: the file that counts. The GX's own "disable" renames it, which is respected.
boot_file() {
    file=$RC
    [ -e "$RC" ] || [ ! -e "$RC.disabled" ] || file=$RC.disabled
    [ ! -L "$file" ] || file=$(readlink -f "$file")
    echo "$file"
}

# boot_line_add: put our line right after the interpreter line, where nothing that others wrote can stop it: an
# `exit`, an `exec`, `set -e`. It always succeeds and never ends the script, so it stops nothing either.
boot_line_add() {
    file=$(boot_file)
    call="[ -x $BOOT ] && $BOOT${ROOT:+ --root $ROOT} --boot >/dev/null 2>&1 || :"
    if [ ! -e "$file" ]; then
        printf '#!/bin/sh\n%s %s, %s\n' "$call" "$MARK" "$OWN_FILE" >"$file.dbus-xbms"
        chmod 755 "$file.dbus-xbms"
        mv -f "$file.dbus-xbms" "$file"
        return
    fi
    [ "$(boot_line_at "$file")" != "$(boot_line_place "$file")" ] || boot_line_stale "$file" || return 0
    boot_line_remove
    file=$(boot_file)
    edit "$file" boot_line_put "$call" || die "$file cannot be changed: is /data full?"
}

# boot_line_at FILE: the number of our line; nothing if it is not there.
boot_line_at() {
    grep -nF "$BOOT" "$1" 2>/dev/null | head -n 1 | cut -d : -f 1
}

# boot_line_place FILE: the number that our line has where it belongs.
boot_line_place() {
    case $(head -n 1 "$1") in '#!'*) echo 2 ;; *) echo 1 ;; esac
}

boot_line_stale() { # FILE: the owner has mended the line ends since
    sed -n 2p "$1" | grep -qF "$MARK, $OWN_START" && ! sed -n 3p "$1" | grep -q "$CR"
}

boot_line_put() { # FILE CALL
    case $(head -n 1 "$1") in
        '#!'*"$CR") # no kernel finds that interpreter, so the lines below never ran and must not begin to
            printf '#!/bin/sh\n%s; exit 0 %s, %s\n' "$2" "$MARK" "$OWN_START" && cat "$1" ;;
        '#!'*)
            if [ "$(tail -c 1 "$1" | wc -l)" = 0 ] && [ "$(wc -l <"$1")" = 0 ]; then
                cat "$1" && printf '\n%s %s, %s\n' "$2" "$MARK" "$UNENDED"
            else
                head -n 1 "$1" && printf '%s %s\n' "$2" "$MARK" && tail -n +2 "$1"
            fi ;;
        *) printf '%s %s\n' "$2" "$MARK" && cat "$1" ;;
    esac
}

# boot_line_remove: every file as it was before boot_line_add, also if there is no room left to write a new one.
boot_line_remove() {
    for file in "$RC" "$RC.disabled"; do
        grep -qsF "$BOOT" "$file" || continue
        file=$(readlink -f "$file")
        if grep -qF "$MARK, $OWN_FILE" "$file" && [ "$(grep -vF "$BOOT" "$file")" = "#!/bin/sh" ]; then
            rm -f "$file"
        else
            edit "$file" boot_line_cut || shorten "$file" boot_line_cut
        fi
    done
}

boot_line_cut() { # FILE
    at=$(boot_line_at "$1")
    case $at$(sed -n "${at}p" "$1") in
        2*"$MARK, $OWN_START") tail -n +3 "$1" ;;
        2*"$MARK, $UNENDED")
            if [ "$(wc -l <"$1")" = 2 ]; then printf %s "$(head -n 1 "$1")"; else head -n 1 "$1" && tail -n +3 "$1"; fi ;;
        *) head -n $((at - 1)) "$1" && tail -n +$((at + 1)) "$1" ;;
    esac
}

# edit FILE FILTER [ARGUMENT...]: replace FILE by what FILTER makes of it, in one step; its mode and owner stay.
# Fails, and leaves FILE alone, if there is no room.
edit() {
    target=$1 filter=$2
    shift 2
    cp -p "$target" "$target.dbus-xbms" 2>/dev/null &&
        "$filter" "$target" "$@" >"$target.dbus-xbms" 2>/dev/null &&
        [ "$("$filter" "$target" "$@" | wc -c)" = "$(wc -c <"$target.dbus-xbms")" ] || {
        rm -f "$target.dbus-xbms"
        return 1
    }
    sync
    mv -f "$target.dbus-xbms" "$target"
}

# shorten FILE FILTER: the same in place, for a filter that only takes away: no block of the disk is needed for that.
shorten() {
    rest=$ROOT/run/dbus-xbms.rest
    "$2" "$1" >"$rest"
    dd if="$rest" of="$1" conv=notrunc 2>/dev/null
    dd if=/dev/null of="$1" bs=1 seek="$(wc -c <"$rest")" count=0 2>/dev/null
    rm -f "$rest"
}

# boot_line_judge: whether Venus OS gets to our line at the next boot; if not, say why. The file's head up to that
# line is run, as Venus runs it; XBMS_PROBE makes our line leave a mark instead of starting the service.
boot_line_judge() {
    file=$(boot_file)
    case $file in
        *.disabled)
            warn "$RC is disabled on this GX, so nothing starts at boot. Enable it: Settings, General, Modification checks."
            return 1 ;;
    esac
    at=$(boot_line_at "$file")
    if [ -z "$at" ] || [ "$at" != "$(boot_line_place "$file")" ]; then
        warn "our line in $RC is missing or stands behind others, which may keep it from running. Run install.sh again."
        return 1
    elif [ ! -x "$file" ]; then
        warn "$RC is not executable, so Venus OS does not run it at boot. If that is not on purpose: chmod +x $RC"
        return 1
    fi
    probe=$(mktemp -d)
    head -n "$at" "$file" >"$probe/head"
    chmod 700 "$probe/head"
    code=0
    XBMS_PROBE=$probe/reached "$probe/head" >/dev/null 2>&1 || code=$?
    [ "$code" != 126 ] || XBMS_PROBE=$probe/reached sh "$probe/head" >/dev/null 2>&1 || : # /tmp may forbid programs
    reached=''
    [ ! -e "$probe/reached" ] || reached=yes
    rm -rf "$probe"
    [ -n "$reached" ] || warn "$RC does not run on this GX: nothing starts at boot. Look at its first line: head -n 1 $RC"
    ! grep -qF "$MARK, $OWN_START" "$file" ||
        warn "$RC has Windows line ends, so Venus OS has never run it. To have it run: sed -i 's/\\r\$//' $RC, then install.sh again."
    [ -n "$reached" ]
}

# --- /service: in memory, filled anew at each boot; svscan starts what appears in it ---

# service_start: the current release's, in place of what runs; sets `before`, the process that has to go, if any.
service_start() {
    before=''
    [ ! -d "$SERVICE" ] || before=$(service_pid)
    service_put
    [ -z "$before" ] || service_restart
}

# service_put: copy the current release's run scripts there, in one step; changed ones take the old ones' place.
service_put() {
    new=$ROOT/service/.dbus-xbms.new
    rm -rf "$new"
    cp -R "$APP/current/service/dbus-xbms" "$new"
    if [ ! -d "$SERVICE" ]; then
        mv "$new" "$SERVICE"
        return
    fi
    cmp -s "$new/run" "$SERVICE/run" || mv -f "$new/run" "$SERVICE/run"
    cmp -s "$new/log/run" "$SERVICE/log/run" || { mv -f "$new/log/run" "$SERVICE/log/run" && svc -t "$SERVICE/log"; }
    rm -rf "$new"
}

service_pid() { # of the process that is up; nothing if none is
    svstat "$SERVICE" 2>/dev/null | sed -n 's/.*: up (pid \([0-9]*\)).*/\1/p'
}

service_age() { # s that it has been up
    svstat "$SERVICE" | sed -n 's/.*: up (pid [0-9]*) \([0-9]*\) s.*/\1/p'
}

service_is_down() { # on purpose: somebody has stopped it
    svstat "$SERVICE" | grep -q ': down .*normally up$'
}

# service_restart: have supervise start it anew, without the pause that a quick end would cost.
service_restart() {
    rm -f "$SERVICE/started"
    svc -t "$SERVICE"
}

# service_proves_itself: a process other than `before` comes up, stays up and owns its name on the bus.
service_proves_itself() {
    left=$PATIENCE
    while [ "$left" -gt 0 ]; do
        pid=$(service_pid)
        if [ -z "$pid" ] || [ "$pid" = "$before" ]; then
            : # none yet, or still the old one
        elif grep -qs ' [1-9]$' "$SERVICE/started"; then # quick ends; no file: run has only begun
            say "The service ended soon after its start."
            return 1
        elif [ "$(service_age)" -ge "$STEADY" ]; then
            "$APP/current/bin/dbus-xbms" wait --seconds "$left" && return
            say "The service runs, but does not appear on D-Bus."
            return 1
        fi
        sleep 1
        left=$((left - 1))
    done
    say "The service did not start within $PATIENCE s."
    return 1
}

# service_remove: take it out and stop it, in this order, or svscan would start it again.
service_remove() {
    service_finish
    [ -d "$SERVICE" ] || return 0
    mv "$SERVICE" "$ROOT/service/.dbus-xbms.gone"
    service_finish
}

# service_finish: stop what has been taken out, maybe by a removal that was interrupted.
service_finish() {
    gone=$ROOT/service/.dbus-xbms.gone
    [ -d "$gone" ] || return 0
    for each in "$gone" "$gone/log"; do
        svc -dx "$each" 2>/dev/null || :
        left=10
        while supervised "$each" && [ "$left" -gt 0 ]; do
            sleep 1
            left=$((left - 1))
        done
        ! supervised "$each" || svc -k "$each"
    done
    rm -rf "$gone"
}

supervised() { # DIRECTORY
    case $(svstat "$1" 2>&1) in *": up "* | *": down "*) true ;; *) false ;; esac
}

service_log_tail() {
    [ ! -r "$LOG/current" ] || tail -n 20 "$LOG/current" | tai64nlocal | sed 's/^/    /'
}
