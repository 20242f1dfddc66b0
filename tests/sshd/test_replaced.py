# SPDX-License-Identifier: MIT
"""A keeper that dies is replaced by its session's leader: the shell lives, and the screen is there."""
import os
import signal

from term import check, equal, wait_until


def replaced(host, sig=signal.SIGKILL):
    """Kills the keeper of the only session; waits for the next one.  Its pid."""
    before = host.session()["keeper_pid"]
    os.kill(before, sig)
    host.wait_gone(before)

    def another():
        found = [s for s in host.sessions() if s.get("keeper_pid") not in (None, before)]
        return found[0]["keeper_pid"] if found else None
    return wait_until(another, "another keeper")


def test_while_dropped(host):
    t = host.login()
    marked = host.mark(t)
    t.line("printf 'li%s\\n' ne-one")
    t.wait_for("line-one")
    before = host.session()
    host.drop(t)
    for sig in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
        replaced(host, sig)
        s = host.session(state="dropped")
        equal((s["id"], s["shell_pid"]), (before["id"], before["shell_pid"]), "id and shell")
        t = host.ssh()
        marked.same(t)
        check("line-one" in t.text(), "the screen lacks an old line: %r" % t.text())
        host.drop(t)
    t = host.ssh()
    marked.same(t)
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of ssh")
    host.wait_none()


def test_while_attached(host):
    t = host.login()
    marked = host.mark(t)
    for sig in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
        replaced(host, sig)
        host.wait_sessions(1, "attached")
        marked.same(t)
    t.line("exit 6")
    equal(t.wait_exit(), 6, "the status of ssh")
    host.wait_none()
