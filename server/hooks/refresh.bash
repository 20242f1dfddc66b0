# SPDX-License-Identifier: MIT
# holdfast: at its next prompt a held shell learns what another login has brought: DISPLAY, SSH_CONNECTION and the like
# (holdfastctl(1), env).  The keeper counts the logins in a file; as long as that number is the same, a prompt costs
# one read of it and no process.  HOLDFAST_SEEN travels to shells within, whose variables are as old.
if [[ $- == *i* && -n ${HOLDFAST_PLACE-} && ${PROMPT_COMMAND[*]-} != *_holdfast_refresh* ]]; then
	_holdfast_refresh() {
		local now=
		{ IFS= read -r now <"$HOLDFAST_PLACE/login"; } 2>/dev/null
		if [[ -n $now && $now != "${HOLDFAST_SEEN-1}" ]]; then
			local text
			if text=$(command holdfastctl env 2>/dev/null); then
				eval "$text"
				export HOLDFAST_SEEN=$now
			fi
		fi
	}
	PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND
}_holdfast_refresh"
fi
