# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for handover(1)

function __handover_machines
    set -l words (commandline -opc)
    set -l chosen
    for index in (seq 2 (count $words))
        if test "$words[$index]" = --host; and set -q words[(math $index + 1)]
            set -a chosen --host $words[(math $index + 1)]
        end
    end
    handover list --names $chosen 2>/dev/null | while read -l name
        # A name that begins with a dash comes after “--” only.
        if contains -- -- $words; or not string match -q -- '-*' $name
            printf '%s\n' $name
        end
    end
end

# Whether so many words after “gpu” are typed that are no options.
function __handover_gpu_words
    set -l words (commandline -opc)
    test "$words[2]" = gpu; or return 1
    set -l given 0
    set -l skip no
    for word in $words[3..]
        if test $skip = yes
            set skip no
        else if contains -- $word --host --timeout --up-to
            set skip yes
        else if not string match -q -- '-*' $word
            set given (math $given + 1)
        end
    end
    test $given -eq $argv[1]
end

set -l verbs list show start stop restart reset pause resume save wake open wait watch top stats gpu setup doctor health
set -l with_machine show start stop restart reset pause resume save wake open wait watch stats health
set -l hosts system session test lxc xen bhyve openvz vz virtualbox vmware-workstation vmware-player vmware-fusion
set -l states running paused shutoff crashed pmsuspended gone
set -l none "not __fish_seen_subcommand_from $verbs"
set -l any "__fish_seen_subcommand_from $verbs"

complete -c handover -f
complete -c handover -n "$none" -s h -l help -d 'Print how it is used'
complete -c handover -n "$none" -s v -l version -d 'Print the version'
complete -c handover -n "$none" -a list -d 'List machines'
complete -c handover -n "$none" -a show -d 'Show one machine'
complete -c handover -n "$none" -a start -d 'Start a machine; its graphics card is taken from Linux for it'
complete -c handover -n "$none" -a stop -d 'Ask the guest to shut down and wait until it has'
complete -c handover -n "$none" -a restart -d 'Ask the guest to restart and wait until it has'
complete -c handover -n "$none" -a reset -d 'Restart a machine at once, without asking the guest'
complete -c handover -n "$none" -a pause -d 'Pause a machine'
complete -c handover -n "$none" -a resume -d 'Resume a paused machine'
complete -c handover -n "$none" -a save -d 'Save the state of a machine to disk and stop it'
complete -c handover -n "$none" -a wake -d 'Wake a guest that sleeps'
complete -c handover -n "$none" -a open -d 'Open what shows a machine on this desktop'
complete -c handover -n "$none" -a wait -d 'Wait until a machine is in a state'
complete -c handover -n "$none" -a watch -d 'Print what happens to machines, as it happens'
complete -c handover -n "$none" -a top -d 'Show what machines do, live'
complete -c handover -n "$none" -a stats -d 'Measure what a machine does, or all that run'
complete -c handover -n "$none" -a gpu -d 'Show the graphics cards, who has them and who uses them; hand one over, or take it back'
complete -c handover -n '__handover_gpu_words 0' -a status -d 'Show them'
complete -c handover -n '__handover_gpu_words 0' -a take -d 'Take a card from Linux, for a machine'
complete -c handover -n '__handover_gpu_words 0' -a return -d 'Bring a card back to Linux'
complete -c handover -n '__handover_gpu_words 0' -a force-back -d 'Bring back a card that does not come by itself'
complete -c handover -n '__handover_gpu_words 0' -a journal -d 'Show the handovers of this computer'
complete -c handover -n '__handover_gpu_words 1' -a '(handover gpu --names 2>/dev/null)' -d 'Graphics card'
complete -c handover -n "__fish_seen_subcommand_from $with_machine" -a '(__handover_machines)' -d Machine
complete -c handover -n "$any" -l json -d 'Print JSON'
complete -c handover -n "$any" -l host -x -a "$hosts" -d 'Look at this host only'
complete -c handover -n "$any" -l timeout -x -d 'Give up after this time, in seconds'
complete -c handover -n "$any" -l verbose -d 'Show the original message of a failure, too'
complete -c handover -n "$any" -s h -l help -d 'Print how it is used'
complete -c handover -n '__fish_seen_subcommand_from list' -l names -d 'Print only the names'
complete -c handover -n '__fish_seen_subcommand_from top stats' -l interval -x -d 'Time between two looks, in seconds'
complete -c handover -n '__fish_seen_subcommand_from stats' -l watch -d 'Go on, with a line at each look'
complete -c handover -n '__fish_seen_subcommand_from stop' -l force -d 'Force the machine off when the time is over'
complete -c handover -n '__fish_seen_subcommand_from wait' -l for -x -a "$states" -d 'The state to wait for'
complete -c handover -n '__fish_seen_subcommand_from start' -l close-apps -d 'Have the programs that use its card quit first'
complete -c handover -n '__fish_seen_subcommand_from start' -l when-free -d 'Wait until nobody uses its card'
complete -c handover -n '__fish_seen_subcommand_from start' -l no-open -d 'Do not open its display'
complete -c handover -n '__fish_seen_subcommand_from gpu' -l names -d 'Print only the addresses'
complete -c handover -n '__fish_seen_subcommand_from gpu' -l up-to -x -a 'return rescan suspend' -d 'The last thing that may be tried'
complete -c handover -n '__fish_seen_subcommand_from gpu' -l yes -d 'Do not ask whether you are sure'
complete -c handover -n "$none" -a setup -d 'Check what lending a graphics card needs, and set it up'
set -l setup '__fish_seen_subcommand_from setup'
complete -c handover -n "$setup; and not contains gpu (commandline -opc)" -a gpu -d 'A graphics card'
complete -c handover -n "$setup" -l check -d 'Only look, and change nothing'
complete -c handover -n "$setup" -l undo -d 'Take back what was set up'
complete -c handover -n "$setup" -l card -x -d 'The graphics card'
complete -c handover -n "$setup" -l machine -x -a '(__handover_machines)' -d 'The machine that is to have the card'
complete -c handover -n "$setup" -l managed -d 'Have libvirt move the card by itself'
complete -c handover -n "$setup" -l code-43 -d 'Keep older NVIDIA drivers from seeing the virtual machine'
complete -c handover -n "$setup" -l rom -r -F -d 'A ROM for the guest'
complete -c handover -n "$setup" -l yes -d 'Do not ask'
complete -c handover -n "$none" -a doctor -d 'Find out what is wrong with this computer, and mend it'
complete -c handover -n "$none" -a health -d 'Find out how a machine does, and what it and its guest can do together'
set -l doctor '__fish_seen_subcommand_from doctor'
set -l health '__fish_seen_subcommand_from health'
set -l rows graceful-shutdown heartbeat time-sync clipboard display-resize shared-folders file-freeze balloon virtio-drivers report-channel
complete -c handover -n "$doctor" -l id -x -a '(handover doctor --names 2>/dev/null)' -d 'Ask this question only'
complete -c handover -n "$doctor" -l fix -x -a '(handover doctor --names 2>/dev/null)' -d 'Mend what this question has found'
complete -c handover -n "$doctor" -l undo -d 'Take back what was mended'
complete -c handover -n "$doctor" -l yes -d 'Do not ask'
complete -c handover -n "$doctor" -l names -d 'Print only the ids of the questions'
complete -c handover -n "$health" -l add -x -a "$rows" -d 'Give the machine what it lacks'
complete -c handover -n "$health" -l folder -x -a '(__fish_complete_directories)' -d 'The folder that is to be shared'
complete -c handover -n "$health" -l undo -d 'Take back what was added last'
complete -c handover -n "$health" -l yes -d 'Do not ask'
