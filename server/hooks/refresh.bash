# SPDX-License-Identifier: MIT
# holdfast: at its next prompt a held shell learns what another login has brought: TERM, DISPLAY, SSH_CONNECTION and the
# like (holdfastctl(1), env).  The session's directory has a file with a number that changes with the logins; as long as
# it is the same, a prompt costs one read of it and no process.  HOLDFAST_SEEN travels to shells within, whose variables
# are as old.  Whatever the person's options are, nothing here fails, and $? stays what it was.
if [[ $- == *i* && -n ${HOLDFAST_PLACE-} && ${PROMPT_COMMAND[*]-} != *_holdfast_* ]]; then
	_holdfast_refresh() {
		local status=$? now= text=
		{ IFS= read -r now <"${HOLDFAST_PLACE-}/login" || :; } 2>/dev/null
		if [[ -n $now && $now != "${HOLDFAST_SEEN-1}" ]]; then
			if text=$(command holdfastctl env 2>/dev/null); then
				eval "$text" || :
				export HOLDFAST_SEEN=$now
			fi
		fi
		[[ $- == *e* ]] || return "$status"
	}
	# An element of its own keeps $_ and PIPESTATUS as well.  The first ones are left to who sets PROMPT_COMMAND as if
	# it had no others.  Before 5.1 only the first counts, and an array is not exported: who has exported it gets a
	# command that does nothing in a shell that has not read this.
	if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)) &&
		[[ $(declare -p PROMPT_COMMAND 2>/dev/null) != 'declare -'*([^ x])x* ]]; then
		PROMPT_COMMAND[99]=_holdfast_refresh
	else
		_holdfast_prompt=_holdfast_refresh
		PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND
}eval \"\${_holdfast_prompt-}\""
	fi
fi
