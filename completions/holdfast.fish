# SPDX-License-Identifier: MIT
# fish completion for holdfast(1): options; hosts from ssh_config and known_hosts; sessions that were seen on them.
# Nothing here asks a host.

function __holdfast_files
    for file in ~/.ssh/config /etc/ssh/ssh_config
        test -f $file -a -r $file; or continue
        echo $file
        # Include, one level deep, relative to the directory of the file
        for include in (string match -rig '^\s*include[\s=]+(.*)' <$file | string split -n ' ')
            set include (string replace -r '^~/' $HOME/ -- $include)
            string match -q '/*' -- $include; or set include (string replace -r '/[^/]*$' '' -- $file)/$include
            string match -qr '[^A-Za-z0-9._/*?-]' -- $include; or eval "set -l found $include; printf '%s\n' \$found"
        end
    end
    set -l more ~/.ssh/config.d/*
    printf '%s\n' $more
end

function __holdfast_hosts
    begin
        for file in (__holdfast_files)
            test -f $file -a -r $file; and string match -rig '^\s*host[\s=]+(.*)' <$file | string split -n ' '
        end
        for file in ~/.ssh/known_hosts /etc/ssh/ssh_known_hosts
            test -f $file -a -r $file; and string match -rg '^([^#|@\s]\S*)' <$file | string split -n ,
        end | string replace -r '^\[(.*)\]:\d+$' '$1'
    end | string match -r '^[A-Za-z0-9._:%+-]+$' | sort -u
end

# Those of a host that stands on the line already, or else of all hosts.
function __holdfast_sessions
    set -l file $HOME/.cache/holdfast/hosts
    set -q XDG_CACHE_HOME; and set file $XDG_CACHE_HOME/holdfast/hosts
    test -r $file; or return
    set -l words (commandline -opc | string replace -r '^.*@' '')
    set -l all
    set -l found
    while read -l what time host name
        test "$what" = session; and string match -qr '^[A-Za-z0-9._:%@+-]+$' -- $name; or continue
        set -a all $name
        contains -- $host $words; and set -a found $name
    end <$file
    test -n "$found"; and printf '%s\n' $found; or printf '%s\n' $all
end

complete -c holdfast -f
complete -c holdfast -n '__fish_is_first_token; or string match -q -- "-*" (commandline -opc)[-1]' -a '(__holdfast_hosts)'
complete -c holdfast -l list -d 'list the sessions on the host'
complete -c holdfast -l json -d 'print JSON'
complete -c holdfast -l new -d 'start a new session'
complete -c holdfast -l session -x -a '(__holdfast_sessions)' -d 'take over the session of that id or name'
complete -c holdfast -l join -d 'join the attached terminals'
complete -c holdfast -l predict -x -a 'adaptive always never' -d 'show keys before the host has answered'
complete -c holdfast -l read-only -d 'watch only'
complete -c holdfast -l require -d 'fail if the host does not hold the session'
complete -c holdfast -l print -x -a '(__holdfast_sessions)' -d 'print the screen of a session'
complete -c holdfast -l peek -x -a '(__holdfast_sessions)' -d 'the same, with its state'
complete -c holdfast -l send -x -a '(__holdfast_sessions)' -d 'type into a session'
complete -c holdfast -l tail -x -a '(__holdfast_sessions)' -d 'print the latest lines of a session'
complete -c holdfast -l wait -x -a '(__holdfast_sessions)' -d 'wait for a session'
complete -c holdfast -l ansi -d 'print with colours'
complete -c holdfast -l html -d 'print as HTML'
complete -c holdfast -l scrollback -d 'print what is above the screen too'
complete -c holdfast -l keys -d 'the words are names of keys'
complete -c holdfast -l enter -d 'send Enter behind the text'
complete -c holdfast -l follow -d 'print the lines that come, too'
complete -c holdfast -l lines -x -d 'how many lines'
complete -c holdfast -l raw -d 'print output as it is'
complete -c holdfast -l prompt -d 'wait for the prompt'
complete -c holdfast -l for -x -d 'wait for a pattern in the output'
complete -c holdfast -l end -d 'wait for the end'
complete -c holdfast -l since-start -d 'the pattern may have come already'
complete -c holdfast -l timeout -x -d 'wait no longer'
complete -c holdfast -l transport -x -a '(__fish_complete_command)' -d 'command that carries bytes'
complete -c holdfast -s h -l help -d 'show the options'
complete -c holdfast -l version -d 'show the version'
complete -c holdfast -s V -d 'show both versions'
complete -c holdfast -s 4 -d 'IPv4 only'
complete -c holdfast -s 6 -d 'IPv6 only'
complete -c holdfast -s A -d 'forward the agent'
complete -c holdfast -s a -d 'no agent'
complete -c holdfast -s C -d compress
complete -c holdfast -s f -d 'go to the background'
complete -c holdfast -s G -d 'print the configuration'
complete -c holdfast -s g -d 'other hosts may use local forwards'
complete -c holdfast -s K -d 'GSSAPI, with delegation'
complete -c holdfast -s k -d 'no delegation'
complete -c holdfast -s M -d 'master of a shared connection'
complete -c holdfast -s N -d 'forwards only'
complete -c holdfast -s n -d 'standard input is empty'
complete -c holdfast -s q -d quiet
complete -c holdfast -s s -d subsystem
complete -c holdfast -s T -d 'no terminal'
complete -c holdfast -s t -d 'a terminal'
complete -c holdfast -s v -d verbose
complete -c holdfast -s X -d 'forward X11'
complete -c holdfast -s x -d 'no X11'
complete -c holdfast -s Y -d 'forward X11, trusted'
complete -c holdfast -s y -d 'messages to syslog'
complete -c holdfast -s D -x -d 'dynamic forward'
complete -c holdfast -s E -r -F -d 'log file'
complete -c holdfast -s e -x -a none -d 'escape character'
complete -c holdfast -s F -r -F -d configuration
complete -c holdfast -s I -r -F -d 'PKCS#11 library'
complete -c holdfast -s i -r -F -d identity
complete -c holdfast -s J -x -a '(__holdfast_hosts)' -d 'jump host'
complete -c holdfast -s L -x -d 'local forward'
complete -c holdfast -s l -x -d 'login name'
complete -c holdfast -s O -x -a 'check forward cancel exit stop proxy' -d 'command to a master'
complete -c holdfast -s o -x -d 'option of ssh_config'
complete -c holdfast -s P -x -d tag
complete -c holdfast -s p -x -d port
complete -c holdfast -s Q -x -a '(ssh -Q help 2>/dev/null)' -d 'what ssh supports'
complete -c holdfast -s R -x -d 'remote forward'
complete -c holdfast -s S -x -d 'control path'
complete -c holdfast -s W -x -d 'host:port on standard streams'
complete -c holdfast -s w -x -d 'tunnel device'
complete -c holdfast -s B -x -d 'interface to bind to'
complete -c holdfast -s b -x -d 'address to bind to'
complete -c holdfast -s c -x -d ciphers
complete -c holdfast -s G -d 'print the configuration'
complete -c holdfast -s g -d 'other hosts may use local forwards'
complete -c holdfast -s I -r -F -d 'PKCS#11 library'
complete -c holdfast -s K -d 'GSSAPI, with delegation'
complete -c holdfast -s k -d 'no delegation by GSSAPI'
complete -c holdfast -s M -d 'share the connection'
complete -c holdfast -s m -x -d MACs
complete -c holdfast -s O -x -a 'check forward cancel exit stop proxy' -d 'command for a shared connection'
complete -c holdfast -s P -x -d tag
complete -c holdfast -s Q -x -a 'cipher cipher-auth compression mac kex key sig help' -d 'what ssh knows'
complete -c holdfast -s S -r -F -d 'socket of a shared connection'
complete -c holdfast -s s -d 'a subsystem'
complete -c holdfast -s W -x -d 'forward standard input'
complete -c holdfast -s w -x -d tunnel
complete -c holdfast -s X -d 'forward X11'
complete -c holdfast -s x -d 'no X11'
complete -c holdfast -s Y -d 'forward X11, trusted'
complete -c holdfast -s y -d 'log to syslog'
