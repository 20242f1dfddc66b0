# SPDX-License-Identifier: MIT
"""The hooks of all shells fail open: whatever holdfast-login does, there is a normal shell in the end."""
import os
import shutil

from template import LIBEXEC, write
from term import Skip, check, equal, wait_until

LOGIN = LIBEXEC + "/holdfast-login"
SHELLS = (("alice", "$$"), ("dan", "$$"), ("zoe", "$$"), ("finn", "$fish_pid"), ("tom", "$$"), ("cleo", "$$"))


def users(host):
    for user, pid in SHELLS:
        try:
            host.ids(user)
        except KeyError:
            continue
        yield user, pid


def replaced(script):
    """Puts a script into holdfast-login's place, whole at once."""
    write(LOGIN + ".new", "#!/bin/sh\n" + script, 0o755)
    os.rename(LOGIN + ".new", LOGIN)


def plain_shell(host, what):
    for user, pid in users(host):
        t = host.login(user)
        check(int(t.ask(pid)) > 1, "a shell for %s with %s" % (user, what))
        equal(host.sessions(user), [], "sessions of %s with %s" % (user, what))
        # Ctrl-C does in it what it always does
        t.line("sleep 1000")
        running = wait_until(lambda: host.named("sleep", user), "a program in the shell of " + user, 20)[0]
        t.send("\x03")
        host.wait_gone(running, "Ctrl-C in the shell of %s with %s" % (user, what), 20)
        check(int(t.ask(pid)) > 1, "the shell of %s after Ctrl-C with %s" % (user, what))
        t.line("exit 7")
        equal(t.wait_exit(), 7, "the status of ssh for %s with %s" % (user, what))


def test_crash(host):
    replaced("kill -SEGV $$\n")
    plain_shell(host, "a crash")


def test_silent_failure(host):
    replaced("exit 1\n")
    plain_shell(host, "no result")


def test_garbage(host):
    replaced("[ \"$1\" = --hook ] || exit 0\n"
             "printf 'exit\\nrm -rf /\\n$(touch /tmp/pwned)`touch /tmp/pwned` ; * \\033[2J' >&3\n")
    plain_shell(host, "garbage")
    check(not os.path.exists("/tmp/pwned"), "what holdfast-login said was run")


def test_raw_terminal_left_behind(host):
    replaced("stty raw -echo </dev/tty\nkill -9 $$\n")
    plain_shell(host, "a raw terminal")


def test_missing(host):
    os.unlink(LOGIN)
    plain_shell(host, "no holdfast-login")


def test_not_executable(host):
    os.chmod(LOGIN, 0o644)
    plain_shell(host, "a holdfast-login that can't be run")


def test_hook_file_gone(host):
    """The lines that read the hooks stay when the package has gone."""
    shutil.rmtree("/usr/share/holdfast")
    for path, line in (("/etc/zsh/zprofile",
                        "[ ! -r /usr/share/holdfast/hook.zsh ] || . /usr/share/holdfast/hook.zsh\n"),
                       ("/etc/fish/conf.d/00-holdfast.fish",
                        "test -r /usr/share/holdfast/hook.fish; and source /usr/share/holdfast/hook.fish\n"),
                       ("/etc/csh.login",
                        "if (-r /usr/share/holdfast/hook.csh) source /usr/share/holdfast/hook.csh\n")):
        if os.path.isdir(os.path.dirname(path)):
            write(path, line)
    os.unlink("/etc/profile.d/00-holdfast.sh")
    plain_shell(host, "no hooks")


def test_statuses(host):
    """The login ends with the held shell's status, whichever shell it was."""
    for user, pid in users(host):
        for status in (0, 7, 255):
            t = host.login(user)
            check(t.ask("$HOLDFAST_SESSION"), "the shell of %s is not held" % user)
            t.line("exit %d" % status)
            equal(t.wait_exit(), status, "the status of ssh for " + user)


# How zsh's login shells read /etc/profile, and the hook for sh with it: in Fedora, and in Arch, Gentoo and Alpine.
ZPROFILES = ("_src_etc_profile()\n{\n    emulate -L ksh\n    if [ -f /etc/profile ]; then\n        source /etc/profile\n"
             "    fi\n}\n_src_etc_profile\nunset -f _src_etc_profile\n", "emulate sh -c 'source /etc/profile'\n")


def test_zsh_by_profile(host):
    try:
        host.ids("zoe")
    except KeyError:
        raise Skip("no zsh")
    for text in ZPROFILES:
        write("/etc/zsh/zprofile", text)
        t = host.login("zoe")
        check(t.ask("$HOLDFAST_SESSION"), "zsh that reads /etc/profile is not held by %r" % text)
        equal(t.ask("${options[kshglob]}${options[shwordsplit]}"), "offoff", "zsh's options")
        t.line("exit 7")
        equal(t.wait_exit(), 7, "the status of ssh")
        check("by way of /etc/profile" in host.ctl("zoe", "doctor").stdout, "doctor does not say how")


# How csh's login shells read /etc/profile.d in Fedora.
CSH_LOGIN = """if ( -d /etc/profile.d ) then
	set nonomatch
	foreach i ( /etc/profile.d/*.csh )
		if ( -r "$i" ) then
			if ($?prompt) then
				source "$i"
			else
				source "$i" >& /dev/null
			endif
		endif
	end
	unset i nonomatch
endif
"""


def test_csh_by_profile_d(host):
    try:
        host.ids("tom")
    except KeyError:
        raise Skip("no tcsh") from None
    shutil.copy("/usr/share/holdfast/hook.csh", "/etc/profile.d/00-holdfast.csh")
    write("/etc/csh.login", CSH_LOGIN)
    t = host.login("tom")
    check(t.ask("$HOLDFAST_SESSION"), "tcsh that reads /etc/profile.d is not held")
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh")
    check("/etc/profile.d/00-holdfast.csh" in host.ctl("tom", "doctor").stdout, "doctor does not find the hook")
