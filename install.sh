#!/bin/sh
# Install dbus-xbms on Venus OS, upgrade it, roll it back, or remove it.
# Everything is in /data, which survives firmware updates, except for a copy of the run scripts in /service, in memory.
set -eu

usage() {
    cat <<'END'
install.sh [OPTIONS] [ARCHIVE]     install or upgrade dbus-xbms
install.sh --rollback              go back to the previous release
install.sh --uninstall [--purge]   remove dbus-xbms; --purge: also its log and the settings of the packs

ARCHIVE is dbus-xbms-VERSION.tar.gz. Without it, the release that contains this install.sh is installed, or if
there is none, the latest release is downloaded.

  --offline    do not download; use the archive beside install.sh
  --unsigned   install a build of your own, without checking its signature
  --no-start   install, but start the service at the next boot only
  --boot       start the service; called by /data/rc.local
  --check-boot check whether /data/rc.local starts the service
  --root DIR   use DIR in place of /, for tests
END
}

OLDEST_VENUS=360  # v3.60: the first with Python 3.12
ROOM=10240        # kB free on /data; a release takes 9 MB with its compiled modules
SELF_TEST_TIME=120 # s
PATIENCE=${XBMS_PATIENCE:-120} # s for a new release to start; the slowest GX compiles it at the first start
STEADY=${XBMS_STEADY:-6}       # s for which it has to stay up; supervise notices an exit after up to 1 s
# Filled in when a release is built; without them, nothing is downloaded and no signature is checked.
DOWNLOADS=''
KEY=''
DOWNLOADS=${XBMS_DOWNLOADS:-$DOWNLOADS} # for tests

say() { printf '%s\n' "$*" || :; } # the terminal may be gone
warn() { say "Note: $*" >&2; }
die() {
    say "install.sh: $*" >&2
    exit 1
}

main() {
    action=install offline='' no_start='' purge='' unsigned='' archive='' ROOT=${XBMS_ROOT-}
    while [ $# -gt 0 ]; do
        case $1 in
            --offline) offline=yes ;;
            --no-start) no_start=yes ;;
            --purge) purge=yes ;;
            --unsigned) unsigned=yes ;;
            --install | --uninstall | --rollback | --boot | --check-boot) action=${1#--} ;;
            --root) ROOT=${2:?"--root needs a directory"} && shift ;;
            -h | --help) usage && exit ;;
            -*)
                say "install.sh: there is no option $1." >&2
                usage >&2
                exit 2 ;;
            *) archive=$1 ;;
        esac
        shift
    done
    if [ "$action" = boot ] && [ -n "${XBMS_PROBE-}" ]; then # only check whether rc.local gets here
        : >"$XBMS_PROBE"
        exit
    fi
    [ -z "$ROOT" ] || ROOT=$(cd "$ROOT" && pwd -P)
    export XBMS_ROOT="$ROOT"
    umask 022

    here=$(cd "$(dirname "$0")" && pwd -P)
    APP=$ROOT/data/apps/dbus-xbms
    [ "$action" != install ] || is_venus
    if [ -n "$archive" ] || [ ! -f "$here/VERSION" ]; then
        elsewhere
        exit
    fi

    RELEASES=$APP/releases
    RC=$ROOT/data/rc.local
    SERVICE=$ROOT/service/dbus-xbms
    LOG=$ROOT/var/log/dbus-xbms
    . "$here/service/venus.sh"
    . "$here/service/pages.sh"
    [ -n "$ROOT" ] || [ "$(id -u)" = 0 ] || die "run this as root."
    if [ "$action" = check-boot ]; then
        boot_line_check && exit
        exit 1
    fi
    lock
    case $action in
        install) install ;;
        uninstall) uninstall ;;
        rollback) rollback ;;
        boot) boot ;;
    esac
}

# Allow one run at a time. The run that holds the lock also starts the service, so --boot can exit.
lock() {
    mkdir -p "$ROOT/run"
    exec 9>"$ROOT/run/dbus-xbms.lock"
    flock -n 9 || { [ "$action" = boot ] && exit; } || die "another install.sh is running."
}

is_venus() {
    [ -r "$ROOT/opt/victronenergy/version" ] || die "this is not a Venus OS device: there is no /opt/victronenergy/version."
}

# read_venus: set `system` to the version of Venus OS, and `venus` to it as a number: 370 for v3.70.
read_venus() {
    system=$(head -n 1 "$ROOT/opt/victronenergy/version" 2>/dev/null) || system=''
    venus=$(echo "$system" | awk -F '[v.~-]' '{ print $2 * 100 + $3 }')
}

# --- find the release ---

# elsewhere: this script is not part of a release. Run the one of the installed release, or for an installation, the
# one in the archive that is named, beside this script, or downloaded.
elsewhere() {
    set -- "--$action" ${no_start:+--no-start} ${purge:+--purge} ${unsigned:+--unsigned}
    if [ "$action" != install ]; then
        [ -x "$APP/current/install.sh" ] || die "nothing is installed."
        exec "$APP/current/install.sh" "$@"
    fi
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' HUP INT TERM
    if [ -z "$archive" ] && [ -n "$offline" ]; then archive=$(beside); fi
    if [ -n "$archive" ]; then
        [ -f "$archive" ] || die "$archive: no such file."
        check_owner "$archive"
    else
        download
    fi
    unpack
    check_signature "$unpacked"
    sh "$unpacked/install.sh" "$@"
}

beside() { # print the only archive in this directory
    set -- "$here"/dbus-xbms-*.tar.gz
    [ $# = 1 ] || die "there are several archives in $here; name one of them."
    [ -f "$1" ] || die "there is no archive in $here, and --offline forbids downloading one."
    echo "$1"
}

# check_owner FILE: exit unless only root or the current user can have put it there.
check_owner() {
    is_own "$1" || die "$1 belongs to another user, who could have put anything in it. Download the archive yourself."
    where=$(cd "$(dirname "$1")" && pwd -P)
    case $(ls -lnd "$where") in
        ?????w* | ????????w*) die "other users can write to $where, so the archive may not be yours. Move it to a directory of your own: mkdir -m 700 /data/new" ;;
    esac
    is_own "$where" || die "$where belongs to another user. Move the archive to a directory of your own: mkdir -m 700 /data/new"
}

is_own() { # FILE: whether it belongs to root or to the current user
    # shellcheck disable=SC2012 # only the owner's number is read
    owner=$(ls -lnd "$1" | awk '{ print $3 }')
    [ "$owner" = 0 ] || [ "$owner" = "$(id -u)" ]
}

download() {
    [ -n "$DOWNLOADS" ] || die "this install.sh has no download address. Get dbus-xbms-VERSION.tar.gz from where you got install.sh, and name it: sh install.sh ARCHIVE"
    say "Downloading from $DOWNLOADS ..."
    fetch SHA256SUMS || die "the download failed; without internet access, download the archive elsewhere and name it: sh install.sh ARCHIVE"
    name=$(sed -n 's/^[0-9a-f]* [ *]\(dbus-xbms-[^/ ]*\.tar\.gz\)$/\1/p' "$work/SHA256SUMS")
    [ -n "$name" ] || die "the release does not name its archive."
    fetch "$name" || die "the download failed."
    grep -F "  $name" "$work/SHA256SUMS" >"$work/sum"
    (cd "$work" && sha256sum -c sum >/dev/null 2>&1) || die "the download is damaged; try again."
    archive=$work/$name
}

fetch() { # NAME: a file of the release
    curl --proto '=https' -fsSL "$DOWNLOADS/$1" -o "$work/$1"
}

# unpack: unpack the archive if it contains nothing but files below one directory; sets `unpacked`.
unpack() {
    tar tvzf "$archive" >"$work/list" 2>/dev/null || die "$archive is damaged, or not an archive of dbus-xbms."
    tar tzf "$archive" >"$work/names"
    if grep -q '^[^-d]' "$work/list" || grep -qE '(^|/)\.\.(/|$)' "$work/names" ||
        grep -qvE '^dbus-xbms-[0-9A-Za-z.+~-]+/' "$work/names"; then
        die "$archive is not an archive of dbus-xbms."
    fi
    mkdir "$work/tree"
    tar xzf "$archive" -C "$work/tree" || die "cannot unpack $archive: is /tmp full?"
    unpacked=$(echo "$work"/tree/dbus-xbms-*)
    [ -f "$unpacked/install.sh" ] || die "$archive is not an archive of dbus-xbms."
}

# --- check the signature ---

# check_signature RELEASE: exit unless it is signed with the key of the installed release, or if there is none, of this script.
check_signature() {
    key=$(cat "$APP/current/release-key.pub" 2>/dev/null || printf %s "$KEY")
    if [ -z "$key" ]; then
        warn "this build is unsigned: its origin cannot be verified."
        return
    elif [ -n "$unsigned" ]; then
        warn "the signature is not checked (--unsigned)."
        return
    fi
    command -v ssh-keygen >/dev/null || die "ssh-keygen is missing, so the signature cannot be checked."
    signers=$(mktemp)
    echo "dbus-xbms $key" >"$signers"
    good=yes
    ssh-keygen -Y verify -f "$signers" -I dbus-xbms -n dbus-xbms -s "$1/SHA256SUMS.sig" <"$1/SHA256SUMS" >/dev/null 2>&1 || good=''
    rm -f "$signers"
    [ -n "$good" ] || die "this release does not have the signature of the maker you trusted before; nothing was changed. For a build of your own: --unsigned"
    has_exact_files "$1" || die "this archive is damaged: its files are not those in SHA256SUMS."
}

has_exact_files() { # RELEASE: whether it has the files in SHA256SUMS and no others
    (
        cd "$1"
        [ -z "$(find . ! -type f ! -type d)" ] && sha256sum -c SHA256SUMS >/dev/null 2>&1 &&
            [ "$(find . -type f | wc -l)" = $(($(wc -l <SHA256SUMS) + 2)) ] # and SHA256SUMS and its signature
    )
}

# --- install ---

install() {
    version=$(cat "$here/VERSION")
    case $version in '' | .* | *[!0-9A-Za-z.+~-]*) die "\"$version\" is not a version." ;; esac
    preflight
    [ "$here" = "$(linked current)" ] || check_signature "$here"
    # A stick left in the GX must not replace a working release with a broken one at each boot.
    [ -z "$no_start" ] || [ "$(sum "$here")" != "$(cat "$LOG/failed" 2>/dev/null)" ] ||
        die "dbus-xbms $version failed on this GX before. To try it again, run install.sh without --no-start."
    clean_up
    place
    fresh='' old=$(linked current)
    [ -n "$old" ] || fresh=yes
    boot_line_add
    if [ -n "$no_start" ]; then
        switch
        pages_fit || :
        ! boot_line_check || say "dbus-xbms $version is installed and starts at the next boot."
        return
    fi
    if [ "$old" = "$release" ] && [ ! -e "$APP/trial" ] && [ -d "$SERVICE" ]; then
        pages_update
        say "dbus-xbms $version is already installed."
        return
    fi
    # In a process of its own, which continues when this terminal closes or this script is killed.
    (
        trap '' HUP
        switch
        service_start
        finish_trial
        pages_update
    ) &
    wait $! || exit 1
    say "dbus-xbms $version is installed and running. Next: $APP/current/bin/dbus-xbms scan"
    path_hint
    boot_line_check || warn "dbus-xbms will not start when the GX reboots."
}

# path_hint: print how to put the command on the PATH. The home directory of root is on /data, so the line stays.
path_hint() {
    grep -qsF "$APP/current/bin" "$ROOT/data/home/root/.profile" ||
        say "To put dbus-xbms on your PATH: echo 'PATH=\$PATH:$APP/current/bin' >>~/.profile; . ~/.profile"
}

# preflight: refuse an installation that cannot work, before anything is changed.
preflight() {
    read_venus
    [ "$venus" -ge "$OLDEST_VENUS" ] ||
        die "this is Venus OS $system; v3.60 or newer is needed. Update it first: Settings, General, Firmware."
    python3 -S -E -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || die "Python 3.12 or newer is needed."
    for tool in flock sha256sum svc svstat softlimit multilog; do
        command -v "$tool" >/dev/null || die "$tool is missing; is this Venus OS?"
    done
    [ ! -e "$ROOT/etc/venus/installedVersion-dbus-xbms" ] || die "dbus-xbms was installed by SetupHelper; upgrade or remove it there."
    (: >"$ROOT/data/.dbus-xbms") 2>/dev/null || die "/data is not writable."
    rm "$ROOT/data/.dbus-xbms"
    free=$(df -Pk "$ROOT/data" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$ROOM" ] || die "only $((free / 1024)) MB are free on /data; $((ROOM / 1024)) MB are needed."
    case $(head -n 1 "$RC" 2>/dev/null) in
        '#!'*sh*) ;;
        '#!'*) die "$RC is not a shell script, so the line that starts dbus-xbms cannot be added." ;;
    esac
    for other in dbus-serialbattery dbus-btbattery dbus-bms-ble; do
        for place in apps etc; do
            [ ! -e "$ROOT/data/$place/$other" ] || warn "$other is installed, too. A pack accepts one driver only: configure each pack in one of them."
        done
    done
}

# clean_up: remove what an interrupted run has left.
clean_up() {
    rm -rf "$RELEASES"/.[!.]* "$APP"/*.new "$APP.gone" "$RC.dbus-xbms" "$RC.disabled.dbus-xbms"
    service_finish
}

# place: copy this release beside the others, checked and tested with this machine's Python; sets `release`.
place() {
    candidates="$RELEASES/$version $RELEASES/$version+$(sum "$here" | cut -c 1-8)"
    for release in $candidates; do
        ! is_complete "$release" || return 0
    done
    for release in $candidates; do # do not replace a damaged one, or another build of this version, while it is in use
        [ "$release" = "$(linked current)" ] || break
    done
    new=$RELEASES/.$version
    mkdir -p "$RELEASES"
    cp -R "$here" "$new"
    is_complete "$new" || die "this archive is damaged: its files are not those in SHA256SUMS."
    self_test "$new"
    sync
    rm -rf "$release"
    mv "$new" "$release"
    sync
}

is_complete() { # RELEASE: whether it has every file of this archive
    cmp -s "$here/SHA256SUMS" "$1/SHA256SUMS" && (cd "$1" && sha256sum -c SHA256SUMS >/dev/null 2>&1)
}

sum() { # RELEASE: print a checksum of its contents
    sha256sum <"$1/SHA256SUMS"
}

# self_test RELEASE: exit unless its self-test succeeds. The alarm survives exec, so the test ends in time.
self_test() {
    python3 -S -E -c 'import os, signal, sys; signal.alarm(int(sys.argv[1])); os.execv(sys.argv[2], sys.argv[2:])' \
        $SELF_TEST_TIME "$1/bin/dbus-xbms" doctor --self-test 9>&- >"$1/.self-test" 2>&1 || {
        sed 's/^/    /' "$1/.self-test"
        rm -rf "$1"
        die "this release does not work on this machine; nothing was changed."
    }
    rm "$1/.self-test"
}

# --- releases and the links to them ---

linked() { # LINK: print the release it points to, if any
    [ ! -d "$APP/$1" ] || readlink -f "$APP/$1"
}

point() { # LINK RELEASE: change the link atomically
    ln -sfn "releases/${2##*/}" "$APP/$1.new"
    mv -Tf "$APP/$1.new" "$APP/$1"
}

# switch: switch from `old` to `release`, which is on trial until it has been found to work.
switch() {
    [ "$old" != "$release" ] || return 0
    : >"$APP/trial"
    [ -z "$old" ] || point previous "$old"
    point current "$release"
    sync
}

# finish_trial: keep the current release, which has been started, if it works; otherwise go back.
finish_trial() {
    if service_is_down; then
        say "The service was stopped manually and stays stopped; to start it: svc -u $SERVICE"
    elif ! service_works; then
        say "The last lines of its log:"
        service_log_tail
        if [ -e "$APP/trial" ]; then
            { mkdir -p "$LOG" && sum "$APP/current" >"$LOG/failed"; } || : # /data may be full
            go_back
        fi
        return 1
    fi
    rm -f "$LOG/failed"
    prune
    rm -f "$APP/trial"
}

# go_back: restore everything as it was before the switch.
go_back() {
    bad=$(linked current) good=$(linked previous)
    if [ -n "$good" ] && [ "$good" != "$bad" ]; then
        point current "$good"
        service_start
        rm -rf "$bad" "$APP/previous"
        for each in "$RELEASES"/*; do
            [ "$each" = "$good" ] || point previous "$each"
        done
        rm -f "$APP/trial"
        ! service_works || say "Rolled back: ${good##*/} is running again."
    elif [ -n "$fresh" ]; then
        remove_program
        say "dbus-xbms was removed again; its log is kept in $LOG."
    fi
}

prune() { # remove all releases except the current and the previous one
    for each in "$RELEASES"/*; do
        [ "$each" = "$(linked current)" ] || [ "$each" = "$(linked previous)" ] || rm -rf "$each"
    done
}

# --- the other actions ---

# boot: called by rc.local, so do not wait. The trial of a new release is finished in the background.
boot() {
    [ -d "$APP/current" ] || die "nothing is installed."
    fresh=''
    if [ ! -e "$APP/trial" ]; then
        [ -d "$SERVICE" ] || service_put
        pages_update
        return
    fi
    service_start
    (
        trap '' HUP
        finish_trial
        pages_update
    ) >/dev/null 2>&1 &
}

rollback() {
    release=$(linked previous) old=$(linked current)
    [ -n "$release" ] || die "there is no previous release."
    point current "$release"
    point previous "$old"
    rm -f "$APP/trial"
    service_start
    pages_update
    service_works || { service_log_tail && exit 1; }
    say "dbus-xbms ${release##*/} is running again; another --rollback returns to ${old##*/}."
}

uninstall() {
    if [ -n "$purge" ] && [ -d "$APP/current" ]; then
        "$APP/current/bin/dbus-xbms" remove --all --forget --yes || warn "could not erase the settings of the packs."
    fi
    remove_program
    [ -z "$purge" ] || rm -rf "$LOG" "$ROOT/data/conf/dbus-xbms"
    rm -f "$ROOT/run/dbus-xbms.lock"
    say "dbus-xbms was removed."
    [ -n "$purge" ] || say "Kept: the log in $LOG and the settings of your packs. --uninstall --purge also removes these."
}

# remove_program: remove everything that was installed.
remove_program() {
    boot_line_remove
    service_remove
    pages_remove
    [ ! -d "$APP" ] || mv "$APP" "$APP.gone"
    rm -rf "$APP.gone"
    rmdir "$ROOT/data/apps" 2>/dev/null || : # other programs may be there
}

main "$@"
exit
