#!/bin/sh
# Sourced by script/test and script/demo from the project's root: system packages, Pythons and their venvs.

# need COMMAND[=PACKAGE]...: check that system commands exist; as root on Debian or Ubuntu, install the others. A package
# has the name of its command if none is given.
need() {
    packages=
    for pair; do
        command -v "${pair%=*}" >/dev/null || packages="$packages ${pair#*=}"
    done
    # shellcheck disable=SC2086  # a list
    [ -z "$packages" ] || install_packages $packages
    for pair; do
        command -v "${pair%=*}" >/dev/null || missing "${pair%=*}" "${pair#*=}"
    done
}

install_packages() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
    echo "Installing $* ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq install --no-install-recommends "$@" >/dev/null 2>&1 </dev/null ||
        { apt-get -qq update && apt-get -qq install --no-install-recommends "$@"; } >/dev/null </dev/null || true
}

missing() {
    echo "$0: needs $1. On Debian or Ubuntu: sudo apt install $2" >&2
    exit 1
}

# find_python VERSION...: print the path of the first such Python that can make a venv, on PATH or in pyenv.
find_python() {
    for version; do
        for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version."*/bin/python; do
            "$python" -c 'import ensurepip, sys, venv; print(sys.executable)' 2>/dev/null && return
        done
    done
    return 1
}

# need_python: like find_python, for any Python that the project supports.
need_python() {
    supported="3.12 3.11 3.13 3.14"
    # shellcheck disable=SC2086  # the versions are words
    find_python $supported && return
    install_packages python3-venv
    # shellcheck disable=SC2086
    find_python $supported || missing "Python 3.11 or newer with venv" python3-venv
}

# make_venv DIRECTORY PYTHON [EXTRAS]: install the project there, editable, by default with the library for other makes;
# do nothing if it is up to date.
make_venv() {
    extras=${3:-"[other-makes]"}
    stamp="$PWD $2 $extras $(cksum <pyproject.toml)"
    [ "$(cat "$1/.installed" 2>/dev/null)" = "$stamp" ] && return
    echo "Setting up $1 ..." >&2
    "$2" -m venv --clear "$1" || return 1
    # Most of what tests need, such as Qt, is never imported; what is gets compiled then.
    case $extras in *tests* | *dev*) compile=--no-compile ;; *) compile=--compile ;; esac
    "$1/bin/python" -m pip --quiet --quiet --disable-pip-version-check install "$compile" --editable ".$extras" \
        </dev/null || return 1
    case $extras in *gx* | *dev*) add_qt_libraries "$1/bin/python" ;; esac
    echo "$stamp" >"$1/.installed"
}

# add_qt_libraries PYTHON: as root on Debian or Ubuntu, install what Qt needs to draw, one by one until it works.
add_qt_libraries() {
    for library in libegl1 libgl1 libxkbcommon0 libfontconfig1 libdbus-1-3; do
        ! "$1" -c 'import PySide6.QtQuick' 2>/dev/null || return 0
        install_packages "$library"
    done
}
