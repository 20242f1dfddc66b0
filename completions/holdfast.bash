# SPDX-License-Identifier: MIT
# bash completion for holdfast(1): options; hosts from ssh_config and known_hosts; sessions that were seen on them.
# Nothing here asks a host.  Words that might mean something to the shell are left out.

_holdfast_files() {
	local file include
	for file in ~/.ssh/config /etc/ssh/ssh_config; do
		if [ ! -f "$file" ] || [ ! -r "$file" ]; then
			continue
		fi
		printf '%s\n' "$file"
		# Include, one level deep, relative to the directory of the file
		sed -n 's/^[[:space:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:space:]=]\{1,\}//p' "$file" 2>/dev/null | tr -s ' \t' '\n' |
			while IFS= read -r include; do
				case $include in
				\~/*) include=$HOME/${include#\~/} ;;
				/*) ;;
				*) include=${file%/*}/$include ;;
				esac
				compgen -G "$include"
			done
	done
	compgen -G "$HOME/.ssh/config.d/*"
}

_holdfast_hosts() {
	local file
	{
		_holdfast_files | sort -u | while IFS= read -r file; do
			[ -f "$file" ] && [ -r "$file" ] && cat -- "$file"
		done 2>/dev/null | sed -n 's/^[[:space:]]*[Hh][Oo][Ss][Tt][[:space:]=]\{1,\}//p' | tr -s ' \t' '\n'
		for file in ~/.ssh/known_hosts /etc/ssh/ssh_known_hosts; do
			[ -f "$file" ] && [ -r "$file" ] && cat -- "$file"
		done 2>/dev/null | sed -e '/^[#|@]/d' -e 's/[[:space:]].*//' | tr ',' '\n' | sed -e 's/^\[\(.*\)\]:[0-9]*$/\1/'
	} | grep -v '[^A-Za-z0-9._:%+-]' | sort -u
}

# Those of a host that stands on the line already, or else of all hosts.
_holdfast_sessions() {
	local file=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast/hosts what name host word all='' found=''
	while read -r what _ host name; do
		if [ "$what" != session ] || [ -z "$name" ]; then
			continue
		fi
		all="$all $name"
		for word in "${COMP_WORDS[@]:1}"; do
			[ "${word##*@}" = "$host" ] && found="$found $name"
		done
	done 2>/dev/null <"$file"
	tr ' ' '\n' <<<"${found:-$all}" | grep -v -e '[^A-Za-z0-9._:%@+-]' -e '^$' | sort -u
}

_holdfast() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} user=''
	case $prev in
	-[iFESI])
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--session | --print | --peek | --send | --tail | --wait)
		mapfile -t COMPREPLY < <(compgen -W "$(_holdfast_sessions)" -- "$cur")
		return
		;;
	--predict)
		mapfile -t COMPREPLY < <(compgen -W 'adaptive always never' -- "$cur")
		return
		;;
	--transport)
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		return
		;;
	-O)
		mapfile -t COMPREPLY < <(compgen -W 'check forward cancel exit stop proxy' -- "$cur")
		return
		;;
	-Q)
		mapfile -t COMPREPLY < <(compgen -W 'cipher cipher-auth compression mac kex key key-cert key-plain key-sig
			protocol-version sig help' -- "$cur")
		return
		;;
	-[BbcDeLlmoPpRWw] | --lines | --for | --timeout) return ;;
	esac
	case $cur in
	-*)
		mapfile -t COMPREPLY < <(compgen -W '--list --json --new --session --join --read-only --require --predict --transport
			--print --peek --send --tail --wait --ansi --html --scrollback --keys --enter --follow --lines --raw
			--prompt --for --end --since-start --timeout
			-h --help --version -4 -6 -A -a -B -b -C -c -D -E -e -F -f -G -g -I -i -J -K -k -L -l -M -m -N -n -O -o -P
			-p -Q -q -R -S -s -T -t -V -v -W -w -X -x -Y -y' -- "$cur")
		return
		;;
	*@*) user=${cur%%@*}@ ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$user" -W "$(_holdfast_hosts)" -- "${cur#"$user"}")
}

complete -F _holdfast holdfast
