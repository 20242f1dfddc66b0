# SPDX-License-Identifier: MIT
"""Login shells other than bash."""
from term import Skip, check, equal
from host import by_hand
import template


def user_with(name):
    try:
        template.ids(name)
    except KeyError:
        raise Skip("that shell is not installed") from None


def story(host, user, pid="$$", var="$HOLDFAST_SESSION", status=7):
    user_with(user)
    t = host.login(user)
    first = t.ask(pid)
    s = host.session(user=user)
    equal(t.ask(var), str(s["id"]), "HOLDFAST_SESSION")
    equal(int(first), s["shell_pid"], "the shell's pid")
    host.drop(t, user=user)
    t2 = host.ssh(user)
    equal(t2.ask(pid), first, "the shell's pid after the resume")
    t2.line("exit %d" % status)
    equal(t2.wait_exit(), status, "the status of ssh")
    host.wait_none(user)
    # and plain, when it is off
    t3 = host.login(user, options=["-o", "SetEnv=LC_HOLDFAST=off"])
    check(t3.ask(pid) != first, "a new shell")
    equal(host.sessions(user), [], "sessions")
    t3.line("exit %d" % status)
    equal(t3.wait_exit(), status, "the status of ssh")
    # commands are commands
    r = host.ssh_run(user, args=["echo hello"])
    equal((r.returncode, r.stdout), (0, b"hello\n"), "ssh host cmd")


def test_dash(host):
    story(host, "dan")


def test_zsh(host):
    story(host, "zoe")


def test_fish(host):
    story(host, "finn", "$fish_pid")


def test_tcsh(host):
    story(host, "tom")


def test_csh(host):
    """That of BSD."""
    story(host, "cleo")


@by_hand
def test_all_without_holdfastd(host):
    host.start_sshd()
    for user, pid in (("dan", "$$"), ("zoe", "$$"), ("finn", "$fish_pid"), ("tom", "$$"), ("cleo", "$$")):
        try:
            user_with(user)
        except Skip:
            continue
        t = host.login(user)
        check(int(t.ask(pid)) > 1, "a shell for " + user)
        t.line("exit 7")
        equal(t.wait_exit(), 7, "the status of ssh for " + user)
