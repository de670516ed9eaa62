# shellcheck shell=sh disable=SC2154  # sourced by install.sh, which has ROOT, APP, SERVICE, RC, LOG and the rest
# The changes to Venus OS: one line in /data/rc.local, and a copy of the run scripts in /service.

BOOT="$APP/current/install.sh" # identifies the line in rc.local
MARK='# dbus-xbms'
# Recorded at the end of the line, so that the file can be restored.
OWN_FILE='file created'
OWN_START='first line added'
UNENDED='line end added'
CR=$(printf '\r')

# --- /data/rc.local: run by Venus OS at each boot, and kept by firmware updates ---

# boot_file: print the file to use. The GX renames it to disable it, which is respected.
boot_file() {
    file=$RC
    [ -e "$RC" ] || [ ! -e "$RC.disabled" ] || file=$RC.disabled
    [ ! -L "$file" ] || file=$(readlink -f "$file")
    echo "$file"
}

# boot_line_add: add the line right after the interpreter line, where no `exit`, `exec` or `set -e` of other programs
# can stop it. The line always succeeds and never ends the script, so that it does not stop other programs either.
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
    edit "$file" boot_line_put "$call" || die "cannot change $file: is /data full?"
}

# boot_line_at FILE: print the number of the line, if it is there.
boot_line_at() {
    grep -nF "$BOOT" "$1" 2>/dev/null | head -n 1 | cut -d : -f 1
}

# boot_line_place FILE: print the number that the line should have.
boot_line_place() {
    case $(head -n 1 "$1") in '#!'*) echo 2 ;; *) echo 1 ;; esac
}

boot_line_stale() { # FILE: whether its line ends have been corrected since
    sed -n 2p "$1" | grep -qF "$MARK, $OWN_START" && ! sed -n 3p "$1" | grep -q "$CR"
}

boot_line_put() { # FILE CALL
    case $(head -n 1 "$1") in
        '#!'*"$CR") # no kernel finds that interpreter, so the lines below never ran, and must not run now
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

# boot_line_remove: restore each file as it was before boot_line_add, even if there is no space for a new file.
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

# edit FILE FILTER [ARGUMENT...]: replace FILE by the output of FILTER, atomically; mode and owner are kept.
# Fails without changing FILE if there is no space.
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

# shorten FILE FILTER: the same in place, for a filter that only removes text, which needs no space on the disk.
shorten() {
    rest=$ROOT/run/dbus-xbms.rest
    "$2" "$1" >"$rest"
    dd if="$rest" of="$1" conv=notrunc 2>/dev/null
    dd if=/dev/null of="$1" bs=1 seek="$(wc -c <"$rest")" count=0 2>/dev/null
    rm -f "$rest"
}

# boot_line_check: check whether Venus OS reaches the line at the next boot; if not, say why. Runs the file up to the
# line, as Venus OS does; XBMS_PROBE makes the line leave a mark instead of starting the service.
boot_line_check() {
    file=$(boot_file)
    case $file in
        *.disabled)
            warn "$RC is disabled on this GX, so nothing starts at boot. Enable it: Settings, General, Modification checks."
            return 1 ;;
    esac
    at=$(boot_line_at "$file")
    if [ -z "$at" ] || [ "$at" != "$(boot_line_place "$file")" ]; then
        warn "the line in $RC that starts dbus-xbms is missing or is not the first. Run install.sh again."
        return 1
    elif [ ! -x "$file" ]; then
        warn "$RC is not executable, so Venus OS does not run it at boot. If this is not intended: chmod +x $RC"
        return 1
    fi
    probe=$(mktemp -d)
    head -n "$at" "$file" >"$probe/head"
    chmod 700 "$probe/head"
    code=0
    XBMS_PROBE=$probe/reached "$probe/head" >/dev/null 2>&1 || code=$?
    [ "$code" != 126 ] || XBMS_PROBE=$probe/reached sh "$probe/head" >/dev/null 2>&1 || : # /tmp may be mounted noexec
    reached=''
    [ ! -e "$probe/reached" ] || reached=yes
    rm -rf "$probe"
    [ -n "$reached" ] || warn "$RC does not run on this GX: nothing starts at boot. Check its first line: head -n 1 $RC"
    ! grep -qF "$MARK, $OWN_START" "$file" ||
        warn "$RC has Windows line ends, so Venus OS has never run it. To correct it: sed -i 's/\\r\$//' $RC, then install.sh again."
    [ -n "$reached" ]
}

# --- /service: in memory, filled at each boot; svscan starts what appears in it ---

# service_start: start the current release in place of the running one; sets `before`, the process to replace.
service_start() {
    before=''
    [ ! -d "$SERVICE" ] || before=$(service_pid)
    service_put
    [ -z "$before" ] || service_restart
}

# service_put: copy the run scripts of the current release to /service atomically; replace changed ones.
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

service_pid() { # print the process ID, if the service is up
    svstat "$SERVICE" 2>/dev/null | sed -n 's/.*: up (pid \([0-9]*\)).*/\1/p'
}

service_age() { # print for how many seconds it has been up
    svstat "$SERVICE" | sed -n 's/.*: up (pid [0-9]*) \([0-9]*\) s.*/\1/p'
}

service_is_down() { # whether it was stopped manually
    svstat "$SERVICE" | grep -q ': down .*normally up$'
}

# service_restart: let supervise restart it, without the pause after a quick exit.
service_restart() {
    rm -f "$SERVICE/started"
    svc -t "$SERVICE"
}

# service_works: whether a process other than `before` starts, stays up and owns its name on the bus.
service_works() {
    left=$PATIENCE
    while [ "$left" -gt 0 ]; do
        pid=$(service_pid)
        if [ -z "$pid" ] || [ "$pid" = "$before" ]; then
            : # none yet, or still the old one
        elif grep -qs ' [1-9]$' "$SERVICE/started"; then # quick exits; no file: run has just begun
            say "The service exited soon after its start."
            return 1
        elif [ "$(service_age)" -ge "$STEADY" ]; then
            "$APP/current/bin/dbus-xbms" wait --seconds "$left" && return
            say "The service is running, but does not appear on D-Bus."
            return 1
        fi
        sleep 1
        left=$((left - 1))
    done
    say "The service did not start within $PATIENCE s."
    return 1
}

# service_remove: remove the directory, then stop the service; in the other order svscan would restart it.
service_remove() {
    service_finish
    [ -d "$SERVICE" ] || return 0
    mv "$SERVICE" "$ROOT/service/.dbus-xbms.gone"
    service_finish
}

# service_finish: stop a removed service, also after an interrupted removal.
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
