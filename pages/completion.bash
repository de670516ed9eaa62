# shellcheck shell=bash disable=SC2207
# Completion of dbus-xbms for bash. Made by script/pages from the parsers of the command line; do not edit.
# It starts no Python: a GX takes a second for that. The names of packs come from localsettings, with dbus-send.

_dbus_xbms_options() { # COMMAND
    case $1 in
@OPTIONS@
    esac
}

_dbus_xbms_kind() { # "COMMAND PLACE" or "COMMAND OPTION": what stands there; nothing after an option without value
    case $1 in
@PLACES@
    esac
}

_dbus_xbms_packs() { # one a line: addresses, without the colons that divide words in bash, and the owner's names
    local bus=--system
    [ -z "${DBUS_SESSION_BUS_ADDRESS:-}" ] || bus=--session
    dbus-send "$bus" --print-reply --reply-timeout=300 --dest=com.victronenergy.settings \
        /Settings/Devices com.victronenergy.BusItem.GetValue 2>/dev/null | awk '
        /string "\/?xbms_[0-9a-f]+\/Enabled"/ { split($0, part, /xbms_|\//); address = toupper(part[length(part) - 1]); print address }
        named { named = 0; if (match($0, /string ".+"$/)) { print substr($0, RSTART + 8, RLENGTH - 9) } }
        /string "\/?xbms_[0-9a-f]+\/CustomName"/ { named = 1 }' | grep -v '[^[:print:]]'
}

_dbus_xbms() {
    local word=${COMP_WORDS[COMP_CWORD]} command='' pack='' place=0 i kind previous=''
    for ((i = 1; i < COMP_CWORD; i++)); do
        previous=${COMP_WORDS[i]}
        case $previous in
        -*)
            kind=$(_dbus_xbms_kind "$command $previous")
            [ -z "$kind" ] || ((i++)) # its value
            ;;
        *)
            if [ -z "$command" ]; then command=$previous; else
                ((place++))
                [ "$place" != 1 ] || pack=$previous
            fi
            ;;
        esac
    done
    if [[ $word == -* ]]; then
        kind="words $(_dbus_xbms_options "$command")"
    elif ((i > COMP_CWORD)); then
        kind=$(_dbus_xbms_kind "$command $previous")
    elif [ -z "$command" ]; then
        kind='words @COMMANDS@'
    else
        kind=$(_dbus_xbms_kind "$command $((place + 1))")
    fi
    _dbus_xbms_reply "$kind" "$word" "$pack" "$command"
}

_dbus_xbms_reply() { # KIND WORD PACK COMMAND
    local name settings='@PACK_SETTINGS@'
    [ "$3" != '@PROGRAM@' ] || settings='@SERVICE_SETTINGS@'
    COMPREPLY=()
    case $1 in
    words*) COMPREPLY=($(compgen -W "${1#words}" -- "$2")) ;;
    files) COMPREPLY=($(compgen -f -- "$2")) && compopt -o filenames 2>/dev/null ;;
    settings) COMPREPLY=($(shopt -s nocasematch && for name in $settings; do [[ $name == "$2"* ]] && echo "$name"; done)) ;;
    packs)
        while IFS= read -r name; do
            [[ ${name,,} == "${2,,}"* ]] && COMPREPLY+=("$(printf %q "$name")")
        done < <(
            _dbus_xbms_packs
            case $4 in get | set) echo '@PROGRAM@' ;; esac
        )
        ;;
    esac
}

complete -F _dbus_xbms dbus-xbms
