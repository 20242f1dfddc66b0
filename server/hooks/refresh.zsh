# SPDX-License-Identifier: MIT
# holdfast: after another login was attached, a held shell takes variables from it at its next prompt.  The text for bash,
# refresh.bash, explains how.  zsh gives each of its hooks the command's own $? and pipestatus.
if [[ -o interactive && -n ${HOLDFAST_PLACE-} ]]; then
	_holdfast_refresh() {
		# A restricted shell, which redirects nothing, keeps what it has.
		[[ ! -o restricted ]] || return 0
		emulate -L zsh
		local now= text=
		{ IFS= read -r now <"${HOLDFAST_PLACE-}/login" || : } 2>/dev/null
		if [[ -n $now && $now != ${HOLDFAST_SEEN-1} ]]; then
			if text=$(command holdfastctl env 2>/dev/null); then
				eval "$text" || :
				export HOLDFAST_SEEN=$now
			fi
		fi
		return 0
	}
	autoload -Uz add-zsh-hook && add-zsh-hook precmd _holdfast_refresh
fi
