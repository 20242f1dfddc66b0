# SPDX-License-Identifier: MIT
# holdfast: after another login was attached, a held shell takes TERM, DISPLAY, SSH_CONNECTION and the like from it at its
# next prompt (holdfastctl(1), env).  The session's directory has a file with a number that changes with each login; while
# the number is the same, a prompt costs one read of the file and no process.  Shells within inherit HOLDFAST_SEEN with the
# variables.  No option of the user makes this fail, and $? stays.
if [[ $- == *i* && -n ${HOLDFAST_PLACE-} && ${PROMPT_COMMAND[*]-} != *_holdfast_* ]]; then
	_holdfast_refresh() {
		local status=$? now= text=
		# A restricted shell, which redirects no output, keeps what it has.
		[[ $- != *r* ]] || return "$status"
		{ IFS= read -r now <"${HOLDFAST_PLACE-}/login" || :; } 2>/dev/null
		if [[ -n $now && $now != "${HOLDFAST_SEEN-1}" ]]; then
			if text=$(command holdfastctl env 2>/dev/null); then
				eval "$text" || :
				export HOLDFAST_SEEN=$now
			fi
		fi
		[[ $- == *e* ]] || return "$status"
	}
	# An element of its own keeps $_ and PIPESTATUS as well.  The first elements are for users who set PROMPT_COMMAND as if
	# it had no others.  Before 5.1 bash uses only the first element, and never exports an array: an exported variable
	# gets a command that does nothing in a shell that has not read this.
	if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)) &&
		[[ $(declare -p PROMPT_COMMAND 2>/dev/null) != 'declare -'*([^ x])x* ]]; then
		PROMPT_COMMAND[99]=_holdfast_refresh
	else
		_holdfast_prompt=_holdfast_refresh
		PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND
}eval \"\${_holdfast_prompt-}\""
	fi
fi
