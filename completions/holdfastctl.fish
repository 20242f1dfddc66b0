# SPDX-License-Identifier: MIT
# fish completion for holdfastctl(1), which says itself what may follow.

function __holdfastctl_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in (holdfastctl --complete $words[2..-1] "$word" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$word"
            case :users
                __fish_complete_users
            case '*'
                echo $line
        end
    end
end

complete -c holdfastctl -f -a '(__holdfastctl_complete)'
