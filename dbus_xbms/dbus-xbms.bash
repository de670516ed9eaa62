# shellcheck shell=bash disable=SC2207
# Completion of dbus-xbms for bash. Made by script/pages from the parsers of the command line; do not edit.
# It starts no Python: a GX takes a second for that. The names of packs come from localsettings, with dbus-send.

_dbus_xbms_options() { # COMMAND
    case $1 in
        '') echo '-h --help -V --version --log-level' ;;
        run) echo '-h --help --log-level --capture' ;;
        scan) echo '-h --help --log-level --seconds --json' ;;
        add) echo '-h --help --log-level --name --chemistry --control --charge-current --discharge-current --yes --no-wait' ;;
        remove) echo '-h --help --log-level --all --forget --yes' ;;
        list) echo '-h --help --log-level --json' ;;
        get) echo '-h --help --log-level --changed --json' ;;
        set) echo '-h --help --log-level --yes' ;;
        switch) echo '-h --help --log-level' ;;
        lend) echo '-h --help --log-level' ;;
        watch) echo '-h --help --log-level --once --json --log --seconds' ;;
        history) echo '-h --help --log-level --json' ;;
        wait) echo '-h --help --log-level --seconds' ;;
        probe) echo '-h --help --log-level --password --passkey --adapter --capture --json' ;;
        doctor) echo '-h --help --log-level --scan --json --report --self-test' ;;
        decode) echo '-h --help --log-level' ;;
        settings) echo '-h --help --log-level --file' ;;
        simulate) echo '-h --help --log-level --packs --model --replay --bluez-only --settings-only --seconds --seed --settings-file --list-models' ;;
        demo) echo '-h --help --log-level --packs --replay --scenario --quick --seconds --once' ;;
        completion) echo '-h --help --log-level' ;;
    esac
}

_dbus_xbms_kind() { # "COMMAND PLACE" or "COMMAND OPTION": what stands there; nothing after an option without value
    case $1 in
        *' --log-level') echo words DEBUG INFO WARNING ERROR ;;
        'help 1') echo words run scan add remove list get set switch lend watch history wait probe doctor decode settings simulate demo completion ;;
        'run --capture') echo files ;;
        'scan --seconds') echo nothing ;;
        'add 1') echo packs ;;
        'add --name') echo nothing ;;
        'add --chemistry') echo nothing ;;
        'add --control') echo nothing ;;
        'add --charge-current') echo nothing ;;
        'add --discharge-current') echo nothing ;;
        'remove 1') echo packs ;;
        'get 1') echo packs ;;
        'get 2') echo settings ;;
        'set 1') echo packs ;;
        'set 2') echo settings ;;
        'set 3') echo nothing ;;
        'switch 1') echo packs ;;
        'switch 2') echo words charge discharge both balancing ;;
        'switch 3') echo words on off ;;
        'lend 1') echo packs ;;
        'lend 2') echo nothing ;;
        'watch '[1-9]*) echo packs ;;
        'watch --log') echo files ;;
        'watch --seconds') echo nothing ;;
        'history 1') echo packs ;;
        'wait --seconds') echo nothing ;;
        'probe 1') echo packs ;;
        'probe --password') echo nothing ;;
        'probe --passkey') echo nothing ;;
        'probe --adapter') echo nothing ;;
        'probe --capture') echo files ;;
        'doctor --scan') echo nothing ;;
        'doctor --report') echo files ;;
        'decode '[1-9]*) echo files ;;
        'settings --file') echo files ;;
        'simulate --packs') echo nothing ;;
        'simulate --model') echo files ;;
        'simulate --replay') echo nothing ;;
        'simulate --seconds') echo nothing ;;
        'simulate --seed') echo nothing ;;
        'simulate --settings-file') echo files ;;
        'demo --packs') echo nothing ;;
        'demo --replay') echo nothing ;;
        'demo --scenario') echo words mosfet ;;
        'demo --seconds') echo nothing ;;
        'completion 1') echo words bash ash ;;
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
        kind='words run scan add remove list get set switch lend watch history wait probe doctor decode settings simulate demo completion help'
    else
        kind=$(_dbus_xbms_kind "$command $((place + 1))")
    fi
    _dbus_xbms_reply "$kind" "$word" "$pack" "$command"
}

_dbus_xbms_reply() { # KIND WORD PACK COMMAND
    local name settings='Enabled CustomName ClassAndVrmInstance ConnectionMode NotifyMethod AcquireFailed PollInterval RestInterval Adapter Password Passkey HoldTime RemoveAfter TemperatureRoles InsecureConnection CellOvervoltageAlarm LowSocWarning CellImbalanceWarning MosfetTemperatureWarning AcceptNewBms Control Chemistry Capacity CellFull CellFloat CellLow CellHighCutoff CellLowCutoff MaxChargeCurrent MaxDischargeCurrent TemperatureControl ChargeCellCurve DischargeCellCurve ChargeTemperatureCurve DischargeTemperatureCurve MosfetTemperatureCurve ChargeSocCurve DischargeSocCurve AbsorptionTime MaxAbsorptionTime BalancingTime CellAgreement TailCurrent RebulkSoc RebulkDrift TopBalanceDays TopBalanceVoltage DerateDischarge StopAfter WakeCurrent ControlRemoveAfter HighCellWarning LowCellWarning HighTemperatureWarning LowTemperatureWarning ChargeRequestSoc DischargeFloor AllowMosfetControl AllowDischargeOff AllowParameterWrites AllowLending SeparateSwitchDevice ChargeSwitchName ChargeSwitchGroup ChargeSwitchShow DischargeSwitchName DischargeSwitchGroup DischargeSwitchShow LendSwitchName LendSwitchGroup LendSwitchShow Protocol UseFbCommand'
    [ "$3" != 'service' ] || settings='MaxConnections'
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
            case $4 in get | set) echo 'service' ;; esac
        )
        ;;
    esac
}

complete -F _dbus_xbms dbus-xbms
