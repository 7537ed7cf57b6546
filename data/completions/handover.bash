# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for handover(1)

# What to do, then the address of a card. Bash takes the colons of an address for the ends of words.
_handover_gpu() {
    local first=$COMP_CWORD typed=${COMP_WORDS[COMP_CWORD]} given=0 index word
    while ((first > 2)) && [[ ${COMP_WORDS[first]} == :* || ${COMP_WORDS[first - 1]} == *: ]]; do
        ((first--))
        typed=${COMP_WORDS[first]}$typed
    done
    for ((index = 2; index < first; index++)); do
        word=${COMP_WORDS[index]}
        case $word in
            --host | --timeout | --up-to) ((index++)) ;;
            -*) ;;
            *) ((given++)) ;;
        esac
    done
    local before=${typed%"${typed##*:}"}
    case $given in
        0) mapfile -t COMPREPLY < <(compgen -W 'status take return force-back journal' -- "$typed") ;;
        1)
            mapfile -t COMPREPLY < <(compgen -W "$(handover gpu --names 2>/dev/null)" -- "$typed")
            COMPREPLY=("${COMPREPLY[@]#"$before"}")
            ;;
    esac
}

_handover() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
    local verbs='list show start stop restart reset pause resume save wake open wait watch top stats gpu setup doctor health'
    local hosts='system session test lxc xen bhyve openvz vz virtualbox vmware-workstation vmware-player vmware-fusion'
    local states='running paused shutoff crashed pmsuspended gone'
    local rows='graceful-shutdown heartbeat time-sync clipboard display-resize shared-folders file-freeze balloon virtio-drivers report-channel'
    local options='--json --host --timeout --verbose --help'
    COMPREPLY=()

    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$verbs --help --version" -- "$cur")
        return
    fi
    case $prev in
        --host) mapfile -t COMPREPLY < <(compgen -W "$hosts" -- "$cur"); return ;;
        --up-to) mapfile -t COMPREPLY < <(compgen -W 'return rescan suspend' -- "$cur"); return ;;
        --for) mapfile -t COMPREPLY < <(compgen -W "$states" -- "$cur"); return ;;
        --id | --fix) mapfile -t COMPREPLY < <(compgen -W "$(handover doctor --names 2>/dev/null)" -- "$cur"); return ;;
        --add) mapfile -t COMPREPLY < <(compgen -W "$rows" -- "$cur"); return ;;
        --timeout | --interval | --card) return ;;
        --folder | --rom)
            # Bash quotes what it finds then, and lets one go on into a folder. Outside a completion it complains.
            compopt -o filenames 2>/dev/null
            local what=-f
            [[ $prev == --folder ]] && what=-d
            mapfile -t COMPREPLY < <(compgen "$what" -- "$cur")
            return
            ;;
    esac

    # What the words before say: hosts that were chosen, and whether options have ended.
    local word index ended='' chosen=()
    for ((index = 2; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ $word == -- ]]; then
            ended=yes
            break
        elif [[ $word == --host && -n ${COMP_WORDS[index + 1]} ]]; then
            chosen+=(--host "${COMP_WORDS[index + 1]}")
        fi
    done
    if [[ -z $ended && $cur == -* ]]; then
        case $verb in
            list) options+=' --names' ;;
            start) options+=' --close-apps --when-free --no-open' ;;
            gpu) options+=' --names --up-to --yes' ;;
            stop) options+=' --force' ;;
            wait) options+=' --for' ;;
            doctor) options+=' --id --fix --undo --yes --names' ;;
            health) options+=' --add --folder --undo --yes' ;;
            top) options+=' --interval' ;;
            stats) options+=' --watch --interval' ;;
            setup) options+=' --check --undo --card --machine --managed --code-43 --rom --yes' ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        return
    fi
    case $verb in
        list | top | doctor) return ;;
        gpu)
            _handover_gpu
            return
            ;;
        setup)
            if [[ $prev != --machine ]]; then
                ((COMP_CWORD == 2)) && mapfile -t COMPREPLY < <(compgen -W 'gpu' -- "$cur")
                return
            fi
            ;;
    esac

    local name typed=${cur//\\/}
    while IFS= read -r name; do
        [[ $name == "$typed"* ]] || continue
        [[ -z $ended && $name == -* ]] && continue
        COMPREPLY+=("$(printf '%q' "$name")")
    done < <(handover list --names "${chosen[@]}" 2>/dev/null)
}

complete -F _handover handover
