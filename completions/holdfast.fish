# SPDX-License-Identifier: MIT
# fish completion for holdfast(1): hosts from ssh_config and known_hosts

function __holdfast_hosts
    for file in ~/.ssh/config ~/.ssh/config.d/* /etc/ssh/ssh_config /etc/ssh/ssh_config.d/*
        test -f $file -a -r $file; and string match -rig '^\s*host[\s=]+(.*)' <$file | string split -n ' '
    end | string match -v -r '[*?!]'
    for file in ~/.ssh/known_hosts /etc/ssh/ssh_known_hosts
        test -f $file -a -r $file; and string match -rg '^([^#|@\s]\S*)' <$file | string split -n ,
    end | string replace -r '^\[(.*)\]:\d+$' '$1' | string match -v -r '[*?!]'
end

complete -c holdfast -f
complete -c holdfast -n '__fish_is_first_token; or string match -q -- "-*" (commandline -opc)[-1]' -a '(__holdfast_hosts)'
complete -c holdfast -l list -d 'list the sessions on the host'
complete -c holdfast -l json -d 'print JSON'
complete -c holdfast -l new -d 'start a new session'
complete -c holdfast -l session -x -d 'take over the session of that id or name'
complete -c holdfast -l join -d 'join the attached terminals'
complete -c holdfast -l read-only -d 'watch only'
complete -c holdfast -l require -d 'fail if the host has no holdfast'
complete -c holdfast -l help -d 'show the options'
complete -c holdfast -s V -l version -d 'show the version'
complete -c holdfast -s 4 -d 'IPv4 only'
complete -c holdfast -s 6 -d 'IPv6 only'
complete -c holdfast -s A -d 'forward the agent'
complete -c holdfast -s a -d 'no agent'
complete -c holdfast -s C -d compress
complete -c holdfast -s f -d 'go to the background'
complete -c holdfast -s N -d 'forwards only'
complete -c holdfast -s n -d 'standard input is empty'
complete -c holdfast -s q -d quiet
complete -c holdfast -s T -d 'no terminal'
complete -c holdfast -s t -d 'a terminal'
complete -c holdfast -s v -d verbose
complete -c holdfast -s D -x -d 'dynamic forward'
complete -c holdfast -s E -r -F -d 'log file'
complete -c holdfast -s e -x -d 'command that carries bytes'
complete -c holdfast -s F -r -F -d configuration
complete -c holdfast -s i -r -F -d identity
complete -c holdfast -s J -x -a '(__holdfast_hosts)' -d 'jump host'
complete -c holdfast -s L -x -d 'local forward'
complete -c holdfast -s l -x -d 'login name'
complete -c holdfast -s o -x -d 'option of ssh_config'
complete -c holdfast -s p -x -d port
complete -c holdfast -s R -x -d 'remote forward'
