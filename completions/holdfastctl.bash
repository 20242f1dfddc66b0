# SPDX-License-Identifier: MIT
# bash completion for holdfastctl(1), which says itself what may follow.

_holdfastctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} line more
	COMPREPLY=()
	[ "$cur" = = ] && cur=
	while IFS= read -r line; do
		more=()
		case $line in
		:files) mapfile -t more < <(compgen -f -- "$cur") ;;
		:users) mapfile -t more < <(compgen -u -- "$cur") ;;
		*) [[ ${line%%$'\t'*} == "$cur"* ]] && more=("${line%%$'\t'*}") ;;
		esac
		COMPREPLY+=("${more[@]}")
	done < <(holdfastctl --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -F _holdfastctl holdfastctl
