# SPDX-License-Identifier: MIT
"""Shells that are not for us: they are plain, and they work."""
import os
import shutil

from template import write
from term import Skip, check, equal, wait_until


def plain(host, t):
    t.prompt()
    equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION")
    equal(host.sessions(), [], "sessions")
    equal(host.named("holdfast-keeper"), [], "keepers")
    return t


def leave(t, status=5):
    t.line("exit %d" % status)
    equal(t.wait_exit(), status, "the status of ssh")


def test_tmux(host):
    if not shutil.which("tmux"):
        raise Skip("no tmux")
    t = plain(host, host.ssh(options=["-t"], args=["tmux"]))
    t.line("exit")
    equal(t.wait_exit(), 0, "the status of ssh")


def test_tmux_inside_a_held_shell(host):
    """Its panes are login shells of its own, not ours."""
    if not shutil.which("tmux"):
        raise Skip("no tmux")
    t = host.login()
    pid = t.shell_pid()
    t.line("tmux")
    t.prompt()
    check(int(t.ask("$$")) != pid, "a shell of tmux")
    equal(len(host.sessions()), 1, "sessions")
    t.kill()
    host.wait_sessions(1, "dropped")
    t2 = host.ssh()
    t2.wait_for(r"PROMPT\$ ", what="tmux drawn again")
    t2.line("exit")
    t2.wait_for(r"\[exited\]")
    t2.prompt()
    equal(t2.shell_pid(), pid, "the held shell below tmux")


def test_exec_login_shell(host):
    leave(plain(host, host.ssh(options=["-t"], args=["exec $SHELL -l"])))


def test_bash_il(host):
    leave(plain(host, host.ssh(options=["-t"], args=["bash -il"])))


def test_script_into_a_terminal(host):
    r = host.ssh_run(options=["-tt"], input=b"stty -echo; echo out-$((1+1))\nexit 5\n")
    equal(r.returncode, 5, "the status of ssh")
    check(b"out-2\r\n" in r.stdout, "output %r" % r.stdout)
    equal(host.sessions(), [], "sessions")


def test_no_terminal(host):
    r = host.ssh_run(options=["-T"], input=b"echo out-$((1+1))[$HOLDFAST_SESSION]\nexit 5\n")
    equal((r.returncode, r.stdout), (5, b"out-2[]\n"), "status and output of ssh -T with a script")
    equal(host.sessions(), [], "sessions")


def test_size_zero(host):
    leave(plain(host, host.ssh(size=(0, 0))))


def test_term_dumb(host):
    leave(plain(host, host.ssh(term="dumb")))


def test_term_dumb_with_a_name(host):
    """The person has asked for a session, and is told why there is none; each hook comes that far."""
    for user in "alice", "dan", "zoe", "finn", "tom":
        t = host.ssh(user, term="dumb", options=["-o", "SetEnv=LC_HOLDFAST=work"])
        t.wait_for("holdfast: cannot enter session work: TERM is dumb, and a session needs a terminal with a cursor "
                   r"\(such as TERM=vt100\): this shell is not held")
        leave(t.prompt())
        equal(host.sessions(user), [], "sessions")
    t = host.ssh(term="dumb", options=["-o", "SetEnv=LC_HOLDFAST=off"])
    leave(plain(host, t))
    check(b"holdfast:" not in t.data, "a person who has opted out reads nothing")


def test_term_unset(host):
    leave(plain(host, host.ssh(term=None)))


def test_parent_is_not_sshd(host):
    t = plain(host, host.ssh(options=["-t"], args=["(exec -a -bash bash); exit $?"]))
    leave(t)


def test_login_shell_in_a_held_shell(host):
    t = host.login()
    pid = t.shell_pid()
    t.line("bash -l")
    t.prompt()
    t.line("(exec -a -bash bash)")
    t.prompt()
    check(t.shell_pid() != pid, "an inner shell")
    equal(len(host.sessions()), 1, "sessions")
    t.run("true")
    t.line("exit")
    t.prompt()
    t.line("exit")
    equal(t.shell_pid(), pid, "the held shell")


def test_su_in_a_plain_shell(host):
    t = plain(host, host.ssh("root", options=["-o", "SetEnv=LC_HOLDFAST=off"]))
    t.line("su - alice")
    t.prompt()
    equal(t.ask("$USER"), "alice", "the user")
    equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION")
    equal(host.sessions("alice"), [], "alice's sessions")


def test_lc_holdfast_off(host):
    leave(plain(host, host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=off"])))


def test_holdfast_off(host):
    """In the environment, here by ~/.ssh/environment."""
    write("/home/alice/.ssh/environment", "HOLDFAST=off\n", 0o600, host.ids("alice")[:2])
    host.configure_sshd("PermitUserEnvironment yes\n")
    leave(plain(host, host.ssh()))


def test_file_off(host):
    write("/home/alice/.config/holdfast/off", "")
    leave(plain(host, host.ssh()))
    check(host.login("bob").ask("$HOLDFAST_SESSION"), "bob's shell is held")


def test_kill_switch(host):
    t = host.login()
    marked = host.mark(t)
    write("/etc/holdfast/disabled", "")
    t2 = host.login()
    equal(t2.ask("$HOLDFAST_SESSION$HOLDFAST_TICKET"), "", "what a login has of ours")
    marked.same(t)
    os.unlink("/etc/holdfast/disabled")
    host.drop(t)
    marked.same(host.ssh())


def test_enable_no(host):
    write("/etc/holdfast/holdfast.conf", "Match User alice\n\tEnable no\n")
    leave(plain(host, host.ssh()))
    check(host.login("bob").ask("$HOLDFAST_SESSION"), "bob's shell is held")


def test_removed_programs(host):
    """The package is half gone: the hook is there, what it calls is not."""
    for name in ("holdfast-login", "holdfast-keeper"):
        path = "/usr/libexec/holdfast/" + name
        os.rename(path, path + ".away")
        t = host.login()
        equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION without " + name)
        leave(t)
        os.rename(path + ".away", path)
    host.wait_none()
    wait_until(lambda: len(host.named("holdfastd")) == 1, "no leader is left")
