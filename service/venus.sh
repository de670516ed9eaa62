# shellcheck shell=sh disable=SC2154  # sourced by install.sh, which has ROOT, APP, SERVICE, RC, LOG and the rest
# Where Venus OS meets dbus-xbms: one line in /data/rc.local, and a copy of the run scripts in /service.

BOOT="$APP/current/install.sh" # what marks the line in rc.local as ours

# --- /data/rc.local: Venus runs it at each boot, and keeps it over firmware updates ---

# boot_file: the file that counts. The GX's own "disable" renames it, which is respected.
boot_file() {
    file=$RC
    [ -e "$RC" ] || [ ! -e "$RC.disabled" ] || file=$RC.disabled
    [ ! -L "$file" ] || file=$(readlink -f "$file")
    echo "$file"
}

# boot_line_add: put our line at the end, but before an `exit 0`; nothing to do when it is there.
boot_line_add() {
    file=$(boot_file)
    line="[ -x $BOOT ] && $BOOT${ROOT:+ --root $ROOT} --boot >/dev/null 2>&1 || : # dbus-xbms"
    if [ ! -e "$file" ]; then
        printf '#!/bin/sh\n%s, in a file of its own\n' "$line" >"$file.dbus-xbms"
        chmod 755 "$file.dbus-xbms"
        mv -f "$file.dbus-xbms" "$file"
    elif ! grep -qF "$BOOT" "$file"; then
        edit "$file" boot_line_put "$line"
    fi
    case $file in
        *.disabled) warn "$RC is disabled on this GX, so nothing starts at boot. Enable it: Settings, General, Modification checks." ;;
        *) [ -x "$file" ] || warn "$RC is not executable, so Venus OS does not run it at boot. If that is not on purpose: chmod +x $RC" ;;
    esac
}

boot_line_put() { # FILE LINE
    awk -v line="$2" -v unended="$(unended "$1" && echo yes)" '
        { text[NR] = $0; if ($0 !~ /^[ \t]*(#.*)?\r?$/) last = NR }
        END {
            at = text[last] ~ /^[ \t]*exit([ \t]+0)?[ \t;]*(#.*)?\r?$/ ? last : NR + 1
            for (i = 1; i <= NR; i++) { if (i == at) print line; print text[i] }
            if (at > NR) print line (unended ? ", after a line without its end" : "")
        }' "$1"
}

# boot_line_remove: every file as it was before boot_line_add.
boot_line_remove() {
    for file in "$RC" "$RC.disabled"; do
        grep -qsF "$BOOT" "$file" || continue
        file=$(readlink -f "$file")
        if grep -qF "# dbus-xbms, in a file of its own" "$file" && [ "$(grep -vF "$BOOT" "$file")" = "#!/bin/sh" ]; then
            rm -f "$file"
        else
            edit "$file" grep_out
        fi
    done
}

grep_out() { # FILE
    case $(tail -n 1 "$1") in
        *"$BOOT"*", after a line without its end") printf %s "$(grep -vF "$BOOT" "$1")" ;;
        *) grep -vF "$BOOT" "$1" || [ $? = 1 ] ;; # 1: no line is left
    esac
}

# edit FILE FILTER [ARGUMENT...]: replace FILE by what FILTER makes of it, in one step; its mode and owner stay, and
# so does the lack of a newline at its end, unless FILTER saw to that.
edit() {
    target=$1 filter=$2
    shift 2
    cp -p "$target" "$target.dbus-xbms"
    "$filter" "$target" "$@" >"$target.dbus-xbms"
    if unended "$target" && ! tail -n 1 "$target.dbus-xbms" | grep -qF "$BOOT"; then
        text=$(cat "$target.dbus-xbms")
        printf %s "$text" >"$target.dbus-xbms"
    fi
    sync
    mv -f "$target.dbus-xbms" "$target"
}

unended() { # FILE: it does not end with a newline
    [ -n "$(tail -c 1 "$1")" ]
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
