# SPDX-License-Identifier: MIT
# holdfast: after another login was attached, a held shell takes variables from it at its next prompt.  The text for bash,
# refresh.bash, explains how.
if status is-interactive; and test -n "$HOLDFAST_PLACE"
    function _holdfast_refresh --on-event fish_prompt
        test -r "$HOLDFAST_PLACE/login"; or return
        set -l now
        read now <"$HOLDFAST_PLACE/login"
        set -q HOLDFAST_SEEN; or set -gx HOLDFAST_SEEN 1
        test -n "$now" -a "$now" != "$HOLDFAST_SEEN"; or return
        set -l text (command holdfastctl env --fish 2>/dev/null); or return
        printf '%s\n' $text | source
        set -gx HOLDFAST_SEEN $now
    end
end
