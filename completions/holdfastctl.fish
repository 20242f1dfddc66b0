# SPDX-License-Identifier: MIT
# fish completion for holdfastctl(1)

function __holdfastctl_sessions
    holdfastctl ls 2>/dev/null | string match -rg '^[* ] +(\d+) +(\S+)' | string match -v -- -
end

set -l commands ls last attach new detach rename kill env hook message upgrade drain metrics check-config doctor setup resume
complete -c holdfastctl -f
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a ls -d 'list held sessions'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a last -d 'say how sessions have ended'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a attach -d 'attach a session to this terminal'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a new -d 'start a session on this terminal'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a detach -d 'detach the terminals of a session'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a rename -d 'name a session'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a kill -d 'end sessions'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a env -d "print the variables of the attached login"
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a hook -d "print a login shell's hook"
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a message -d "write onto sessions' screens"
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a upgrade -d 'give sessions the installed program'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a drain -d 'start no new sessions on this host'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a metrics -d 'what a monitoring system collects'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a check-config -d 'check holdfast.conf'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a doctor -d 'what a dropped connection would cost'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a setup -d 'set this host or account up'
complete -c holdfastctl -n "not __fish_seen_subcommand_from $commands" -a resume -d 'do what ssh -s resume does'
complete -c holdfastctl -l help -d 'show the usage'
complete -c holdfastctl -n "__fish_seen_subcommand_from attach detach rename kill upgrade env" -a '(__holdfastctl_sessions)'
complete -c holdfastctl -n "__fish_seen_subcommand_from ls last kill message upgrade drain check-config doctor" -l json -d 'print JSON'
complete -c holdfastctl -n "__fish_seen_subcommand_from doctor" -a '(__fish_complete_users)'
complete -c holdfastctl -n "__fish_seen_subcommand_from setup" -l undo -d 'remove the changes'
complete -c holdfastctl -n "__fish_seen_subcommand_from setup" -s n -l dry-run -d 'show a diff'
complete -c holdfastctl -n "__fish_seen_subcommand_from setup" -l zsh -d 'only the hook for zsh'
complete -c holdfastctl -n "__fish_seen_subcommand_from attach" -s d -d 'take over'
complete -c holdfastctl -n "__fish_seen_subcommand_from attach" -s j -d 'join'
complete -c holdfastctl -n "__fish_seen_subcommand_from attach" -s r -d 'watch only'
complete -c holdfastctl -n "__fish_seen_subcommand_from new" -s n -x -d 'name of the session'
complete -c holdfastctl -n "__fish_seen_subcommand_from kill" -s s -x -a 'HUP TERM KILL INT QUIT USR1 USR2 CONT STOP'
complete -c holdfastctl -n "__fish_seen_subcommand_from metrics" -s f -l format -x -a 'openmetrics prometheus'
complete -c holdfastctl -n "__fish_seen_subcommand_from metrics" -s o -l output -r -F -d 'write this file'
complete -c holdfastctl -n "__fish_seen_subcommand_from env" -l csh -d 'for csh'
complete -c holdfastctl -n "__fish_seen_subcommand_from env" -l fish -d 'for fish'
complete -c holdfastctl -n "__fish_seen_subcommand_from hook" -a 'sh bash zsh fish tcsh'
complete -c holdfastctl -n "__fish_seen_subcommand_from ls" -s l -l long -d 'with their cost'
complete -c holdfastctl -n "__fish_seen_subcommand_from ls last kill message upgrade" -s a -l all -d 'of all users (root)'
complete -c holdfastctl -n "__fish_seen_subcommand_from ls kill message upgrade" -l own -d 'also sessions without root (root)'
complete -c holdfastctl -n "__fish_seen_subcommand_from ls last kill message upgrade check-config" -s u -l user -x -a '(__fish_complete_users)' -d 'of this user'
complete -c holdfastctl -n "__fish_seen_subcommand_from detach" -s u -x -a '(__fish_complete_users)' -d 'of this user'
complete -c holdfastctl -n "__fish_seen_subcommand_from kill" -l older-than -x -a '1h 12h 1d 7d 4w' -d 'dropped for this long'
complete -c holdfastctl -n "__fish_seen_subcommand_from message" -s t -x -a '(__holdfastctl_sessions)' -d 'only this session'
complete -c holdfastctl -n "__fish_seen_subcommand_from drain" -l off -d 'start sessions again'
complete -c holdfastctl -n "__fish_seen_subcommand_from drain" -l status -d 'show the state'
complete -c holdfastctl -n "__fish_seen_subcommand_from check-config" -s f -l file -r -F -d 'a draft'
complete -c holdfastctl -n "__fish_seen_subcommand_from check-config" -s a -l address -x -d 'address of the login'
complete -c holdfastctl -n "__fish_seen_subcommand_from check-config" -s k -l key -x -d 'key of the login'
complete -c holdfastctl -n "__fish_seen_subcommand_from upgrade" -s f -l force -d 'current ones too'
complete -c holdfastctl -n "__fish_seen_subcommand_from upgrade" -l automatic -d 'as holdfast.conf says'
