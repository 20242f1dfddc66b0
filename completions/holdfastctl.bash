# SPDX-License-Identifier: MIT
# bash completion for holdfastctl(1)

_holdfastctl_sessions() {
	holdfastctl ls 2>/dev/null | sed -n -e '2,$s/^[* ] *\([0-9]*\)  *\([^ ]*\).*/\1 \2/p' | tr ' ' '\n' | grep -vx -e -
}

_holdfastctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=
	if [ "$COMP_CWORD" = 1 ]; then
		words='ls last attach new detach rename kill env hook message upgrade drain metrics check-config doctor setup resume help --help --version'
	else
		case ${COMP_WORDS[1]}:$prev in
		new:-n) ;;
		kill:-s) words='HUP TERM KILL INT QUIT USR1 USR2 CONT STOP' ;;
		hook:*) words='sh bash zsh fish tcsh' ;;
		help:*) words='ls last attach new detach rename kill env hook message upgrade drain metrics check-config doctor setup resume' ;;
		kill:--older-than) words='1h 12h 1d 7d 4w' ;;
		*:-u | *:--user) words=$(compgen -u) ;;
		metrics:-f | metrics:--format) words='openmetrics prometheus' ;;
		check-config:-f | check-config:--file | metrics:-o | metrics:--output)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		last:*) words='--all --user --json --help' ;;
		ls:*) words='--long --all --user --json --help' ;;
		message:*) words='--all --user -t --json --help' ;;
		drain:*) words='--off --status --json --help' ;;
		metrics:*) words='--format --output --help' ;;
		check-config:*) words='--file --user --address --key --json --help' ;;
		doctor:*) words="$(compgen -u) --json --help" ;;
		setup:*) words='--undo --dry-run --zsh --help' ;;
		new:*) words='-n --help' ;;
		attach:* | detach:* | rename:* | kill:* | upgrade:* | env:*)
			words=$(_holdfastctl_sessions)
			case ${COMP_WORDS[1]} in
			attach) words="$words -d -j -r" ;;
			kill) words="$words -s --all --older-than --user --own --json" ;;
			upgrade) words="$words --all --force --automatic --user --own --json" ;;
			env) words="$words --csh --fish" ;;
			esac
			words="$words --help"
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _holdfastctl holdfastctl
