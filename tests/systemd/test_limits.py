# SPDX-License-Identifier: MIT
"""maxlogins: sessions that are held never keep their user from logging in."""
import glob
import os

from machine import UNHELD
from template import write
from term import check, equal, wait_until

LIMITS = "/etc/security/limits.d/test.conf"
MODULE = "/usr/lib/*/security/pam_limits.so"
NEW = ["-o", "SetEnv=LC_HOLDFAST=new"]


def asks_logind():
    """Such a pam_limits begins to count at one, so that maxlogins N lets in N - 1; and 1 is no limit."""
    with open(glob.glob(MODULE)[0], "rb") as f:
        return b"sd_get_sessions" in f.read()


def limit(number):
    """That pam_limits lets in NUMBER logins."""
    write(LIMITS, "alice - maxlogins %d\n" % (number + asks_logind()))


def logins_are(m, count):
    """logind knows of COUNT logins besides the held sessions: one that has ended counts until its scope is empty."""
    wait_until(lambda: len(m.logind_sessions("alice")) == count + len(m.sessions()), "%d logins are left" % count, 30)


def plain(t):
    t.wait_for(UNHELD)
    t.prompt()
    equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION in a login that is not held")
    return t


def leave(m, t):
    t.line("exit")
    equal(t.wait_exit(), 0, "the status of ssh")


def held_with(m, number):
    """With maxlogins NUMBER there is a login and none is held; a second one is let in when NUMBER says so."""
    limit(number)
    first = plain(m.ssh())
    check("maxlogins" in first.text(), "the login does not say why it is not held: %r" % first.text())
    equal(m.sessions(), [], "sessions with maxlogins %d" % number)
    more = [plain(m.ssh()) for _ in range(number - 1)]
    equal(m.ssh_run(args=["true"]).returncode == 0, False, "one login more than maxlogins is let in")
    for t in [first, *more]:
        leave(m, t)


def test_maxlogins_one(m):
    held_with(m, 1)


def test_maxlogins_two(m):
    """A held one and its login would be two: a second window could not be opened."""
    held_with(m, 2)


def test_maxlogins_three(m):
    """A held one, its login, and one more."""
    limit(3)
    t = m.login()
    marked = m.mark(t)
    second = plain(m.ssh(options=NEW))
    m.drop(t)
    leave(m, second)
    t = m.ssh()
    marked.same(t)


def test_maxlogins_five_dropped(m):
    """Sessions are made as long as there is room for one more login; then nobody is locked out."""
    limit(8)
    for _ in range(5):
        t = m.login(options=NEW)
        check(t.ask("$HOLDFAST_SESSION"), "held below the limit")
        t.kill()
        logins_are(m, 0)
    m.wait_sessions(5, "dropped")
    sixth = m.login(options=NEW)
    check(sixth.ask("$HOLDFAST_SESSION"), "held: 1 login + 6 sessions + 1 is 8")
    last = plain(m.ssh(options=NEW))
    if asks_logind():
        leave(m, last)
        logins_are(m, 1)
    resumed = m.login()
    check(resumed.ask("$HOLDFAST_SESSION"), "a dropped one is resumed")
    equal(len(m.sessions()), 6, "sessions")


def test_maxlogins_lowered(m):
    """
    The limit is lowered to one when five are dropped: the user can log in still, and resumes.  A pam_limits that asks
    logind counts dropped ones, and refuses; once there is room the user is let in, and resumes.
    """
    limit(100)
    marks = {}
    for _ in range(5):
        t = m.login(options=NEW)
        mark = m.mark(t)
        marks[mark.pid] = mark
        t.kill()
    m.wait_sessions(5, "dropped")
    wait_until(lambda: not m.sshd_of("alice", "monitor"), "no login is left")
    limit(1)
    if asks_logind():
        check(m.ssh_run(args=["true"]).returncode != 0, "more sessions than the limit, and a login is let in")
        limit(7)
    t = m.login()
    marks[t.shell_pid()].same(t)


def test_others_apply(m):
    """Limits that have nothing to do with logins are those of the held shell, as of any."""
    write(LIMITS, "alice - nofile 777\nalice hard nproc 1234\n")
    t = m.login()
    check(t.ask("$HOLDFAST_SESSION"), "held")
    equal(t.ask("$(ulimit -n)/$(ulimit -Hu)"), "777/1234", "limits of the held shell")


def forgetting(case):
    def run(m):
        try:
            case(m)
        finally:
            if os.path.exists(LIMITS):
                os.unlink(LIMITS)
    return run


for _name, _case in list(globals().items()):
    if _name.startswith("test_"):
        globals()[_name] = forgetting(_case)


def cases():
    for name in globals():
        if name.startswith("test_"):
            yield "limits:" + name[5:], name, []


def test_crash_loop(m):
    """However often holdfastd has died, and while it can't even start: once it can, it runs, and logins are held."""
    for n in range(12):
        wait_until(lambda: m.unit("holdfastd.service") == "active", "holdfastd runs for the %dth time" % n)
        m.run("systemctl", "kill", "--signal=KILL", "holdfastd.service")
    binary = "/usr/sbin/holdfastd"
    os.rename(binary, binary + ".away")
    try:
        write(binary, "#!/bin/sh\nexit 1\n", 0o755)
        m.run("systemctl", "kill", "--signal=KILL", "holdfastd.service", ok=False)
        restarts = int(m.unit("holdfastd.service", "NRestarts"))
        # more than the limits of the service and of its socket, as systemd has them by default
        wait_until(lambda: plain(m.ssh()) and int(m.unit("holdfastd.service", "NRestarts")) > restarts + 6, "it is tried again")
    finally:
        os.rename(binary + ".away", binary)
    wait_until(lambda: m.unit("holdfastd.service") == "active", "holdfastd runs")
    equal(m.unit("holdfastd.socket"), "active", "the socket")
    check(m.login().ask("$HOLDFAST_SESSION"), "a login afterwards")
