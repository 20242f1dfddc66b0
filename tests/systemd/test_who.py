# SPDX-License-Identifier: MIT
"""Who is logged in, according to who(1), which reads utmp or asks logind; and what logind takes for idle."""
import json
import os
import re
import time

from term import check, equal, wait_until
from template import write

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
NEW = ["-o", "SetEnv=LC_HOLDFAST=new"]
IDLE = "/etc/systemd/logind.conf.d/70-idle.conf"


def from_host(last, *options):
    return ["-o", "BindAddress=127.0.0.%d" % last, *options]


def who(m, user="alice"):
    """(terminal or "", host) of each line about USER."""
    out = m.run("who").splitlines()
    found = [re.match(r"%s +(?:sshd ?)?(pts/\d+)? .*\((.*)\)$" % user, line) for line in out if line.split()[0] == user]
    check(all(found), "who prints %r" % out)
    return sorted((f.group(1) or "", f.group(2)) for f in found)


def entry(t, last):
    return (t.ask("$(tty)").replace("/dev/", ""), "127.0.0.%d" % last)


def am_i(t):
    found = re.match(r"alice +(?:sshd )?(pts/\d+) .*\((.*)\)$", t.ask("$(who am i)"))
    return found and found.groups()


def shows(m, t, entries, own, when):
    """Waits until who shows ENTRIES, and who am i in T shows OWN: the leader hears of an attachment a moment later."""
    wait_until(lambda: who(m) == entries, "who shows %s, %s" % (entries, when))
    equal(am_i(t), own, "who am i, " + when)


def titles(m):
    """systemd-cgls shows which session's the processes in a scope are, and ls its number for loginctl."""
    (s,) = json.loads(m.ctl("alice", "ls", "-l", "--json").stdout)["sessions"]
    equal(s["login_session"], m.scope_of(s["keeper_pid"]), "logind's session")
    wait_until(lambda: {"holdfast: alice %d (bash)" % s["id"], "holdfast: alice %d [leader]" % s["id"]} <=
               set(re.findall(r"\d+ (holdfast: .*)", m.run("systemd-cgls", "--no-pager", "-l", "-u",
                                                          "session-%s.scope" % s["login_session"]))), "the titles")


def test_one_entry_a_person(m):
    """With the session's terminal and the host that the person comes from now; none for a dropped session."""
    t = m.login(options=from_host(1, *OFF))
    plain = entry(t, 1)
    shows(m, t, [plain], plain, "in a plain login")
    t.line("exit")
    t.wait_exit()
    t = m.login(options=from_host(2))
    held = entry(t, 2)
    shows(m, t, [held], held, "in a held shell")
    titles(m)
    m.drop(t)
    wait_until(lambda: who(m) == [], "who shows nobody when the session is dropped")
    t = m.ssh(options=from_host(3))
    moved = entry(t, 3)
    equal(moved[0], held[0], "the resumed session's terminal")
    shows(m, t, [moved], moved, "after a resume from another host")
    t2 = m.login(options=from_host(4, *NEW))
    second = entry(t2, 4)
    shows(m, t2, sorted([moved, second]), second, "with two sessions")
    t2.line("exit")
    t2.wait_exit()
    wait_until(lambda: who(m) == [moved], "who shows the first alone")
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: who(m) == [], "who shows nobody")


def test_attached_for_a_while(m):
    """A login that is not held, attached and detached again: each time it is where it is."""
    m.drop(m.login(options=from_host(5)))
    t = m.login(options=from_host(6, *OFF))
    own = entry(t, 6)
    shows(m, t, [own], own, "before it is attached")
    t.line("holdfastctl attach 1")
    t.wait_for("resumed session")
    held = entry(t, 6)
    check(own != held, "the login's own terminal is the session's")
    shows(m, t, [held], held, "attached")
    t.line("holdfastctl detach")
    t.wait_for(r"detached from session[^P]*PROMPT")
    shows(m, t, [own], own, "detached")
    m.run("holdfastctl", "kill", "-u", "alice", "-a")


def test_idle(m):
    """StopIdleSessionSec ends a plain login where there is utmp, and no held session (test_idle.py has more of it)."""
    write(IDLE, "[Login]\nStopIdleSessionSec=8\n")
    m.run("systemctl", "restart", "systemd-logind")
    try:
        plain = m.login(options=OFF)
        held = m.login(options=NEW)
        pid = held.shell_pid()
        start = time.monotonic()
        # a session is looked at again when it could have been idle for long enough
        while plain.alive() and time.monotonic() - start < 25:
            plain.read(0.5)
        ended = not plain.alive()
        equal(ended, os.path.exists("/run/utmp"), "logind has ended an idle plain login")
        if ended:
            held.wait_for("no input for 4s; the next login resumes it")
        else:
            check(held.alive(), "the held shell has been detached, and the plain login has not been ended")
        check(m.exists(pid), "the held shell has been ended")
    finally:
        os.unlink(IDLE)
        m.run("systemctl", "restart", "systemd-logind")


def cases():
    yield "who:one_entry_a_person", "test_one_entry_a_person", []
    yield "who:attached_for_a_while", "test_attached_for_a_while", []
    yield "who:idle", "test_idle", []
