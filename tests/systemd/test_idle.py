# SPDX-License-Identifier: MIT
"""logind ends sessions whose terminal has an old atime (StopIdleSessionSec): it ends no held one."""
import contextlib
import os
import signal
import time

from template import write
from term import check, equal, wait_until

IDLE = "/etc/systemd/logind.conf.d/70-idle.conf"
DETACHED = r"detached from session \d+: no input for [0-9]+s; the next login resumes it"
FAR = 300 * 86400


@contextlib.contextmanager
def logind(m, settings, utmp=False):
    """logind has SETTINGS; UTMP: it knows the terminals of held sessions also on a host that has no utmp otherwise."""
    made = utmp and not os.path.exists("/run/utmp")
    if made:
        write("/run/utmp", "")
    write(IDLE, "[Login]\n" + settings)
    m.run("systemctl", "restart", "systemd-logind")
    try:
        yield
    finally:
        os.unlink(IDLE)
        if made:
            os.unlink("/run/utmp")
        m.run("systemctl", "restart", "systemd-logind")


def ahead(tty):
    return os.stat(tty).st_atime - time.time()


def held(m, name):
    """A login in a session of its own, the session and its terminal."""
    t = m.login(options=["-o", "SetEnv=LC_HOLDFAST=" + name])
    return t, m.session(name=name), t.ask("$(tty)")


def set_back(s, tty):
    """The session's keeper can do nothing about what logind sees: it is stopped."""
    os.kill(s["keeper_pid"], signal.SIGSTOP)
    os.utime(tty, (time.time(), os.stat(tty).st_mtime))


def test_stop(m):
    """Attached, nobody types: detached.  Dropped, with a job: left alone, also when what was typed ahead is read."""
    with logind(m, "StopIdleSessionSec=8\n", utmp=True):
        job, js, jtty = held(m, "job")
        job.line("sleep 2; read line; touch ~/has-read; sleep 1000")
        job.quiet(0.2)
        job.line("typed ahead")
        job.wait_for("typed ahead\r\n")
        m.drop(job)
        wait_until(lambda: ahead(jtty) > FAR, "the atime of the dropped session is far ahead")
        shown = m.logind(m.scope_of(js["shell_pid"]))
        equal((shown["TTY"], shown["IdleHint"]), (jtty[5:], "no"), "what loginctl shows")
        check(int(shown["IdleSinceHint"]) / 1e6 - time.time() > FAR, "IdleSinceHint is %s" % shown["IdleSinceHint"])
        wait_until(lambda: os.path.exists("/home/alice/has-read"), "what was typed ahead is read")
        wait_until(lambda: ahead(jtty) > FAR, "it is far ahead again")
        # so does the keeper that takes a dead one's place
        set_back(js, jtty)
        os.kill(js["keeper_pid"], signal.SIGKILL)
        wait_until(lambda: ahead(jtty) > FAR, "the next keeper sets it ahead")
        # without the keeper's care logind ends such a session: the rule is in force
        other, stopped, otty = held(m, "other")
        m.drop(other, 2)
        wait_until(lambda: ahead(otty) > FAR, "the atime of the other one is far ahead")
        set_back(stopped, otty)
        idle, s, tty = held(m, "idle")
        start = time.monotonic()
        check(abs(ahead(tty)) < 10, "the atime of an attached session is not the person's")
        idle.wait_for(DETACHED)
        equal(idle.wait_exit(), 0, "the status of ssh")
        m.wait_gone(stopped["shell_pid"], "logind ends the session of the stopped keeper", 40)
        # by then logind has looked at all of them; the last one's time is over half a second after that
        wait_until(lambda: time.monotonic() - start > 9, "logind has looked at the last one", 20)
        for who in (js, s):
            check(m.exists(who["shell_pid"]), "session %s has been ended" % who["name"])
        for name in ("job", "idle"):
            t = m.ssh(options=["-o", "SetEnv=LC_HOLDFAST=" + name])
            t.wait_for("resumed session")
            equal(m.session(name=name)["shell_pid"], {"job": js, "idle": s}[name]["shell_pid"], "the shell")


def test_action(m):
    """logind compares with IdleActionSec, if that is shorter; and a dropped session is not idle."""
    with logind(m, "StopIdleSessionSec=10\nIdleAction=lock\nIdleActionSec=4\n", utmp=True):
        t, s, tty = held(m, "act")
        start = time.monotonic()
        while time.monotonic() - start < 6:
            t.ask("$$")
            t.quiet(0.3)
        # logind looks for the first time ten seconds after the session began
        t.wait_for(DETACHED)
        check(time.monotonic() - start < 9.5, "detached %.1f s after the login" % (time.monotonic() - start))
        m.wait_sessions(1, "dropped")
        wait_until(lambda: ahead(tty) > FAR, "the atime is far ahead")
        scope = m.scope_of(s["shell_pid"])
        wait_until(lambda: time.monotonic() - start > 16, "logind has looked", 20)
        check(m.exists(s["shell_pid"]), "the session has been ended")
        equal(m.logind(scope)["IdleHint"], "no", "IdleHint of the dropped session")
        idle = m.run("busctl", "get-property", "org.freedesktop.login1", "/org/freedesktop/login1",
                     "org.freedesktop.login1.Manager", "IdleHint").strip()
        equal(idle, "b false", "IdleHint of the host")


def cases():
    yield "idle:stop", "test_stop", []
    yield "idle:action", "test_action", []
