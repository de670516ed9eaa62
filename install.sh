#!/bin/sh
# Install dbus-xbms on Venus OS; upgrade it, go back, remove it.
# All of it is below /data, which firmware updates keep; only a copy of the run scripts is in /service, which is memory.
set -eu

usage() {
    cat <<'END'
install.sh [OPTIONS] [ARCHIVE]     install dbus-xbms, or upgrade it
install.sh --rollback              go back to the release before this one
install.sh --uninstall [--purge]   remove it; --purge: also its log and all that is set for its packs

ARCHIVE is dbus-xbms-VERSION.tar.gz. Without it: the unpacked archive that install.sh is part of, else the newest
release is downloaded.

  --offline    never download; take the one archive beside install.sh
  --unsigned   install a build of your own, which has no signature
  --no-start   only put all in place; it starts at the next boot
  --boot       what /data/rc.local calls: start the service
  --check-boot whether /data/rc.local will start it
  --root DIR   a directory that stands for /, for tests
END
}

OLDEST_VENUS=360  # v3.60: the first with Python 3.12
ROOM=10240        # kB free on /data; a release takes a third of that
SELF_TEST_TIME=120 # s
PATIENCE=${XBMS_PATIENCE:-120} # s for a new release to come up; the slowest GX compiles it at its first start
STEADY=${XBMS_STEADY:-6}       # s that it has to stay up; supervise notices an end after up to 1 s
# Written here when a release is built; without them there is no download and no signature to check.
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
    if [ "$action" = boot ] && [ -n "${XBMS_PROBE-}" ]; then # only whether rc.local gets here
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
    [ -n "$ROOT" ] || [ "$(id -u)" = 0 ] || die "only root can do that."
    if [ "$action" = check-boot ]; then
        boot_line_judge && exit
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

# One at a time. Whoever holds the lock also starts the service, so --boot has nothing left to do.
lock() {
    mkdir -p "$ROOT/run"
    exec 9>"$ROOT/run/dbus-xbms.lock"
    flock -n 9 || { [ "$action" = boot ] && exit; } || die "another install.sh is at work."
}

is_venus() {
    system=$(cat "$ROOT/opt/victronenergy/version" 2>/dev/null) || die "this is not a Venus OS device: there is no /opt/victronenergy/version."
    system=${system%%
*}
}

# --- where the release comes from ---

# elsewhere: this script came alone. Let the one of the installed release do it, or to install, that of the archive
# which is named, lies beside this one, or can be downloaded.
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
        guard "$archive"
    else
        download
    fi
    unpack
    vet "$unpacked"
    sh "$unpacked/install.sh" "$@"
}

beside() { # the only archive in this directory
    set -- "$here"/dbus-xbms-*.tar.gz
    [ $# = 1 ] || die "there are several archives in $here; name the one to install."
    [ -f "$1" ] || die "there is no archive in $here, and --offline forbids a download."
    echo "$1"
}

# guard FILE: nobody but root, or whoever runs this, can have put it there.
guard() {
    mine "$1" || die "$1 belongs to somebody else, who could have put anything in it. Load the archive yourself."
    where=$(cd "$(dirname "$1")" && pwd -P)
    case $(ls -lnd "$where") in
        ?????w* | ????????w*) die "others may write to $where, so the archive there may be anybody's. Move it to a directory of your own: mkdir -m 700 /data/new" ;;
    esac
    mine "$where" || die "$where belongs to somebody else. Move the archive to a directory of your own: mkdir -m 700 /data/new"
}

mine() { # FILE: it is root's, or of whoever runs this
    # shellcheck disable=SC2012 # only the owner's number is read
    owner=$(ls -lnd "$1" | awk '{ print $3 }')
    [ "$owner" = 0 ] || [ "$owner" = "$(id -u)" ]
}

download() {
    [ -n "$DOWNLOADS" ] || die "this install.sh knows no address of releases. Get dbus-xbms-VERSION.tar.gz from where you have got it, and name it: sh install.sh ARCHIVE"
    say "Downloading from $DOWNLOADS ..."
    fetch SHA256SUMS || die "the download failed; without internet, load the archive elsewhere and name it: sh install.sh ARCHIVE"
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

# unpack: the archive, if it holds nothing but files below one directory; sets `unpacked`.
unpack() {
    tar tvzf "$archive" >"$work/list" 2>/dev/null || die "$archive is damaged, or no archive of dbus-xbms."
    tar tzf "$archive" >"$work/names"
    if grep -q '^[^-d]' "$work/list" || grep -qE '(^|/)\.\.(/|$)' "$work/names" ||
        grep -qvE '^dbus-xbms-[0-9A-Za-z.+~-]+/' "$work/names"; then
        die "$archive is no archive of dbus-xbms."
    fi
    mkdir "$work/tree"
    tar xzf "$archive" -C "$work/tree" || die "$archive cannot be unpacked: is there no room in /tmp?"
    unpacked=$(echo "$work"/tree/dbus-xbms-*)
    [ -f "$unpacked/install.sh" ] || die "$archive is no archive of dbus-xbms."
}

# --- whose release it is ---

# vet RELEASE: end here unless it is signed with the key of the installed release, or at first with that of this script.
vet() {
    key=$(cat "$APP/current/release-key.pub" 2>/dev/null || printf %s "$KEY")
    if [ -z "$key" ]; then
        warn "this build is unsigned: nothing proves who made it."
        return
    elif [ -n "$unsigned" ]; then
        warn "the signature is not checked, as you asked."
        return
    fi
    command -v ssh-keygen >/dev/null || die "ssh-keygen is missing, so the signature of this release cannot be checked."
    signers=$(mktemp)
    echo "dbus-xbms $key" >"$signers"
    good=yes
    ssh-keygen -Y verify -f "$signers" -I dbus-xbms -n dbus-xbms -s "$1/SHA256SUMS.sig" <"$1/SHA256SUMS" >/dev/null 2>&1 || good=''
    rm -f "$signers"
    [ -n "$good" ] || die "this release does not have the signature of the maker you trusted before; nothing was changed. For a build of your own: --unsigned"
    exact "$1" || die "this archive is damaged: its files are not those in SHA256SUMS."
}

exact() { # RELEASE: it holds the files in SHA256SUMS and no others
    (
        cd "$1"
        [ -z "$(find . ! -type f ! -type d)" ] && sha256sum -c SHA256SUMS >/dev/null 2>&1 &&
            [ "$(find . -type f | wc -l)" = $(($(wc -l <SHA256SUMS) + 2)) ] # and SHA256SUMS and its signature
    )
}

# --- install ---

install() {
    version=$(cat "$here/VERSION")
    case $version in '' | .* | *[!0-9A-Za-z.+~-]*) die "\"$version\" is no version." ;; esac
    preflight
    [ "$here" = "$(linked current)" ] || vet "$here"
    # A stick that stays in must not stop a good release at each boot to try a bad one.
    [ -z "$no_start" ] || [ "$(sum "$here")" != "$(cat "$LOG/failed" 2>/dev/null)" ] ||
        die "dbus-xbms $version has failed on this GX before. To try it all the same, run install.sh without --no-start."
    tidy
    place
    fresh='' old=$(linked current)
    [ -n "$old" ] || fresh=yes
    boot_line_add
    if [ -n "$no_start" ]; then
        switch
        ! boot_line_judge || say "dbus-xbms $version is in place and starts at the next boot."
        return
    fi
    [ "$old" != "$release" ] || [ -e "$APP/trial" ] || [ ! -d "$SERVICE" ] || { say "dbus-xbms $version is installed already."; return; }
    # Judged on its own: it goes on when this terminal closes or this script is killed.
    (
        trap '' HUP
        switch
        service_start
        judge
    ) &
    wait $! || exit 1
    say "dbus-xbms $version is installed and runs. Next: $APP/current/bin/dbus-xbms scan"
    path_hint
    boot_line_judge || warn "so it will not start after a restart of the GX."
}

# path_hint: how to call the command by its name in each login. The home of root is on /data, so the line stays.
path_hint() {
    grep -qsF "$APP/current/bin" "$ROOT/data/home/root/.profile" ||
        say "To call it by its name, type this once: echo 'PATH=\$PATH:$APP/current/bin' >>~/.profile; . ~/.profile"
}

# preflight: refuse what cannot work, before anything is touched.
preflight() {
    [ "$(echo "$system" | awk -F '[v.~-]' '{ print $2 * 100 + $3 }')" -ge "$OLDEST_VENUS" ] ||
        die "this is Venus OS $system; v3.60 or newer is needed. Update it first: Settings, General, Firmware."
    python3 -S -E -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || die "Python 3.12 or newer is needed."
    for tool in flock sha256sum svc svstat softlimit multilog; do
        command -v "$tool" >/dev/null || die "$tool is missing; is this a Venus OS?"
    done
    [ ! -e "$ROOT/etc/venus/installedVersion-dbus-xbms" ] || die "SetupHelper has installed dbus-xbms already; upgrade or remove it there."
    (: >"$ROOT/data/.dbus-xbms") 2>/dev/null || die "/data cannot be written to."
    rm "$ROOT/data/.dbus-xbms"
    free=$(df -Pk "$ROOT/data" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$ROOM" ] || die "only $((free / 1024)) MB are free on /data; $((ROOM / 1024)) MB are needed."
    case $(head -n 1 "$RC" 2>/dev/null) in
        '#!'*sh*) ;;
        '#!'*) die "$RC is no shell script, so nothing can be added to it." ;;
    esac
    for other in dbus-serialbattery dbus-btbattery dbus-bms-ble; do
        for place in apps etc; do
            [ ! -e "$ROOT/data/$place/$other" ] || warn "$other is installed, too. A pack serves one driver: give each pack to only one of them."
        done
    done
}

# tidy: what an interrupted run has left.
tidy() {
    rm -rf "$RELEASES"/.[!.]* "$APP"/*.new "$APP.gone" "$RC.dbus-xbms" "$RC.disabled.dbus-xbms"
    service_finish
}

# place: this release among the others, whole and tried with this machine's Python; sets `release`.
place() {
    candidates="$RELEASES/$version $RELEASES/$version+$(sum "$here" | cut -c 1-8)"
    for release in $candidates; do
        ! whole "$release" || return 0
    done
    for release in $candidates; do # a damaged one, or another build of this version, must not be replaced while in use
        [ "$release" = "$(linked current)" ] || break
    done
    new=$RELEASES/.$version
    mkdir -p "$RELEASES"
    cp -R "$here" "$new"
    whole "$new" || die "this archive is damaged: its files are not those in SHA256SUMS."
    self_test "$new"
    sync
    rm -rf "$release"
    mv "$new" "$release"
    sync
}

whole() { # RELEASE: it holds every file of this archive
    cmp -s "$here/SHA256SUMS" "$1/SHA256SUMS" && (cd "$1" && sha256sum -c SHA256SUMS >/dev/null 2>&1)
}

sum() { # RELEASE: of all it holds
    sha256sum <"$1/SHA256SUMS"
}

# self_test RELEASE: let it judge itself here. An alarm survives exec, so it ends in time.
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

linked() { # LINK: the release it points to; nothing if there is none
    [ ! -d "$APP/$1" ] || readlink -f "$APP/$1"
}

point() { # LINK RELEASE: in one step
    ln -sfn "releases/${2##*/}" "$APP/$1.new"
    mv -Tf "$APP/$1.new" "$APP/$1"
}

# switch: from `old` to `release`, which is on trial until it has proved itself.
switch() {
    [ "$old" != "$release" ] || return 0
    : >"$APP/trial"
    [ -z "$old" ] || point previous "$old"
    point current "$release"
    sync
}

# judge: keep the current release, which has been started, if it proves itself; else go back.
judge() {
    if service_is_down; then
        say "The service was stopped by hand and stays so; to start it: svc -u $SERVICE"
    elif ! service_proves_itself; then
        say "The end of its log:"
        service_log_tail
        if [ -e "$APP/trial" ]; then
            { mkdir -p "$LOG" && sum "$APP/current" >"$LOG/failed"; } || : # no room, say
            go_back
        fi
        return 1
    fi
    rm -f "$LOG/failed"
    prune
    rm -f "$APP/trial"
}

# go_back: all as it was before the switch.
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
        ! service_proves_itself || say "Rolled back: ${good##*/} runs as before."
    elif [ -n "$fresh" ]; then
        take_out
        say "It has been taken out again; its log is kept in $LOG."
    fi
}

prune() { # all releases but the current one and the one before
    for each in "$RELEASES"/*; do
        [ "$each" = "$(linked current)" ] || [ "$each" = "$(linked previous)" ] || rm -rf "$each"
    done
}

# --- the other actions ---

# boot: as rc.local calls it, so no waiting. A release that was never proved is judged in the background.
boot() {
    [ -d "$APP/current" ] || die "nothing is installed."
    fresh=''
    if [ ! -e "$APP/trial" ]; then
        [ -d "$SERVICE" ] || service_put
        return
    fi
    service_start
    (
        trap '' HUP
        judge
    ) >/dev/null 2>&1 &
}

rollback() {
    release=$(linked previous) old=$(linked current)
    [ -n "$release" ] || die "there is no release to go back to."
    point current "$release"
    point previous "$old"
    rm -f "$APP/trial"
    service_start
    service_proves_itself || { service_log_tail && exit 1; }
    say "dbus-xbms ${release##*/} runs again; --rollback once more returns to ${old##*/}."
}

uninstall() {
    if [ -n "$purge" ] && [ -d "$APP/current" ]; then
        "$APP/current/bin/dbus-xbms" remove --all --forget --yes || warn "the settings of the packs could not be erased."
    fi
    take_out
    [ -z "$purge" ] || rm -rf "$LOG" "$ROOT/data/conf/dbus-xbms"
    rm -f "$ROOT/run/dbus-xbms.lock"
    say "dbus-xbms is removed."
    [ -n "$purge" ] || say "Kept for the day it comes back: its log in $LOG, and the settings of your packs. --uninstall --purge removes them, too."
}

# take_out: all that install has put anywhere.
take_out() {
    boot_line_remove
    service_remove
    [ ! -d "$APP" ] || mv "$APP" "$APP.gone"
    rm -rf "$APP.gone"
    rmdir "$ROOT/data/apps" 2>/dev/null || : # others have theirs there
}

main "$@"
exit
