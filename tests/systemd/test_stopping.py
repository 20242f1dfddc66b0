# SPDX-License-Identifier: MIT
"""What ends a user's sessions as a whole ends held ones soon, and not after systemd's 90 seconds; who is attached is told."""
import pwd
import time

from term import check, equal, wait_until

SOON = 45  # seconds: far from 90, whatever else the machine does
TOLD = r"\[holdfast: the system ends this session\]"
STUBBORN = "trap '' HUP TERM INT; (trap '' HUP TERM INT; sleep 1000)"

def held(m, name, command):
    t = m.login(options=["-o", "SetEnv=LC_HOLDFAST=" + name])
    t.line(command)
    t.quiet(0.3)
    return t

def sessions(m):
    """One that ends at once, one that takes no notice, both attached; a dropped one with a stopped job."""
    out = [held(m, "obedient", "sleep 1000"), held(m, "stubborn", STUBBORN)]
    stopped = held(m, "stopped", "sleep 1000")
    stopped.send("\x1a")
    stopped.wait_for("topped")
    m.drop(stopped)
    equal(len(m.sessions()), 3, "sessions")
    return out

def gone(m, start):
    wait_until(lambda: not m.user_processes("alice") and not m.sessions() and not m.logind_sessions("alice"),
               "nothing of alice's is left: %s" % m.user_processes("alice"), 2 * SOON)
    took = time.monotonic() - start
    check(took < SOON, "that has taken %.0f s" % took)

def test_terminate_session(m):
    """The login that is attached has a session of its own, and lives to tell."""
    t = held(m, "it", "sleep 1000")
    s = m.session()
    m.run("loginctl", "terminate-session", m.scope_of(s["shell_pid"]))
    t.wait_for(TOLD)
    m.wait_gone(s["shell_pid"])
    t.wait_exit()
    m.wait_none()

def test_terminate_user(m):
    sessions(m)
    start = time.monotonic()
    m.run("loginctl", "terminate-user", "alice")
    gone(m, start)

def test_stop_slice(m):
    """As at a shutdown."""
    sessions(m)
    start = time.monotonic()
    m.run("systemctl", "stop", "user-%d.slice" % pwd.getpwnam("alice").pw_uid)
    gone(m, start)

def test_stop_manager(m):
    """The user's service manager has no part in a held session: what runs there goes on."""
    t = m.login()
    marked = m.mark(t)
    start = time.monotonic()
    m.run("systemctl", "stop", "user@%d.service" % pwd.getpwnam("alice").pw_uid)
    check(time.monotonic() - start < SOON, "that has taken %.0f s" % (time.monotonic() - start))
    marked.same(t)
    m.drop(t)
    marked.same(m.ssh())

def cases():
    for name in ("terminate_session", "terminate_user", "stop_slice", "stop_manager"):
        yield "stopping:" + name, "test_" + name, []
