# SPDX-License-Identifier: MIT
# bash completion for holdfast(1): hosts from ssh_config and known_hosts

_holdfast_hosts() {
	local file
	for file in ~/.ssh/config ~/.ssh/config.d/* /etc/ssh/ssh_config /etc/ssh/ssh_config.d/*; do
		[ -f "$file" ] && [ -r "$file" ] && cat -- "$file"
	done 2>/dev/null | sed -n 's/^[[:space:]]*[Hh][Oo][Ss][Tt][[:space:]=]\{1,\}//p' | tr -s ' \t' '\n' | grep -v '[*?!]'
	for file in ~/.ssh/known_hosts /etc/ssh/ssh_known_hosts; do
		[ -f "$file" ] && [ -r "$file" ] && cat -- "$file"
	done 2>/dev/null | sed -e '/^[#|@]/d' -e 's/[[:space:]].*//' | tr ',' '\n' |
		sed -e 's/^\[\(.*\)\]:[0-9]*$/\1/' | grep -v '[*?!]'
}

_holdfast() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} user=
	case $prev in
	-i | -I | -F | -E)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	-[BbcDeLlmOoPpQRSWw] | --session | --transport) return ;;
	esac
	case $cur in
	-*)
		mapfile -t COMPREPLY < <(compgen -W '--list --json --new --session --join --read-only --require --transport --help
			--version -4 -6 -A -a -C -f -G -g -K -k -M -N -n -q -s -T -t -V -v -X -x -Y -y -B -b -c -D -E -e -F -I -i -J
			-L -l -m -O -o -P -p -Q -R -S -W -w' -- "$cur")
		return
		;;
	*@*) user=${cur%%@*}@ ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$user" -W "$(_holdfast_hosts | sort -u)" -- "${cur#"$user"}")
}

complete -F _holdfast holdfast
