# SPDX-License-Identifier: MIT
"""A keeper that dies is replaced by its session's leader: the shell lives, and the screen is there."""
import os
import signal

from template import write
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


KEEPER = "/usr/libexec/holdfast/holdfast-keeper"


def test_parked(host):
    """A keeper that can't start: the shell runs on without one, and the login that comes when it can is back in it."""
    t = host.login()
    t.line("while sleep 0.1; do date >alive; done &")
    marked = host.mark(t)
    wait_until(lambda: os.path.exists("/home/alice/alive"), "the job runs")
    s = host.session()
    os.rename(KEEPER, KEEPER + ".away")
    with open(KEEPER, "w") as f:
        f.write("#!/bin/sh\nexit 1\n")
    os.chmod(KEEPER, 0o755)
    os.kill(s["keeper_pid"], signal.SIGKILL)
    wait_until(lambda: host.syslog.find("event=parked .*session=%d" % s["id"]), "the session is parked")
    equal(len(host.syslog.find("event=keeper-died ")), 5, "deaths")
    t.prompt()
    check("$HOLDFAST_SESSION" and t.ask("$HOLDFAST_SESSION") == "", "the login is not held any more")
    os.unlink("/home/alice/alive")
    wait_until(lambda: os.path.exists("/home/alice/alive"), "the session's job runs on")
    plain = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    plain.line("exit")
    plain.wait_exit()
    os.rename(KEEPER + ".away", KEEPER)
    t2 = host.ssh()
    marked.same(t2)
    equal(host.session()["shell_pid"], s["shell_pid"], "the shell")
    t2.line("exit 5")
    equal(t2.wait_exit(), 5, "the status of ssh")
    host.wait_none()


def test_five_deaths(host):
    """Keepers that are killed one after the other: the fifth death parks the session, and any question wakes it."""
    t = host.login()
    marked = host.mark(t)
    s = host.session()
    host.drop(t)
    for _ in range(4):
        replaced(host)
    os.kill(host.session()["keeper_pid"], signal.SIGKILL)
    wait_until(lambda: host.syslog.find("event=parked "), "the session is parked")
    equal(host.session(state="dropped")["id"], s["id"], "the session that ls shows")
    marked.same(host.ssh())


def test_keepers_that_all_crash(host):
    """One after the other ends as soon as it starts, at first with status 0, then by a signal: in the end one begins
    without the memory, and the shell lives on."""
    t = host.login()
    t.line("echo be''fore; x=kept-''$((40 + 2))")
    t.wait_for("before")
    s = host.session()
    os.rename(KEEPER, KEEPER + ".away")
    with open(KEEPER, "w") as f:
        f.write("#!/bin/sh\n[ ! -e /tmp/crash ] || kill -KILL $$\n")
    os.chmod(KEEPER, 0o755)
    os.kill(s["keeper_pid"], signal.SIGKILL)
    wait_until(lambda: host.syslog.find("event=parked "), "the session is parked")
    check(host.syslog.find("event=keeper-died .*status=0"), "a keeper that has ended without a word")
    write("/tmp/crash", "")

    def enough():
        host.ctl("alice", "ls")
        return len(host.syslog.find("event=keeper-died .*status=signal")) >= 8 + 1
    wait_until(enough, "more have died")
    os.rename(KEEPER + ".away", KEEPER)
    t2 = host.ssh()
    t2.line("echo $x")
    t2.wait_for("kept-42")
    check("before" not in t2.text(), "the screen begins anew")
    equal(host.session()["shell_pid"], s["shell_pid"], "the shell")
    t2.line("exit 5")
    equal(t2.wait_exit(), 5, "the status of ssh")
    host.wait_none()


def test_its_end_without_a_keeper(host):
    """The shell of a parked session ends: the session is over, and PAM is closed."""
    t = host.login()
    t.line("(while ! [ -e go ]; do sleep 0.1; done; kill -9 $$) &")
    s = host.session()
    leader = host.leader_of(s)
    os.rename(KEEPER, KEEPER + ".away")
    os.kill(s["keeper_pid"], signal.SIGKILL)
    wait_until(lambda: host.syslog.find("event=parked "), "the session is parked")
    with open("/home/alice/go", "w"):
        pass
    host.wait_gone(leader)
    check(host.syslog.find("event=(end|lost) .*session=%d .*status=" % s["id"]), "the audit has the shell's status")
    os.rename(KEEPER + ".away", KEEPER)
    host.wait_none()


def test_keys(host):
    """What is typed while keepers die reaches the program once, in its order."""
    keys = "".join("%05d." % i for i in range(4000))
    t = host.login()
    t.line("stty raw -echo; printf 'rea%%s' dy; head -c %d >keys; printf 'do%%s' ne; stty sane" % len(keys))
    t.wait_for("ready")
    step = len(keys) // 5
    for i in range(5):
        t.send(keys[i * step:(i + 1) * step])
        if i < 4:
            replaced(host)
    t.wait_for("done")
    with open("/home/alice/keys") as f:
        equal(f.read(), keys, "what the program read")


def test_ls_says_who_has_no_leader(host):
    host.login()
    check("no leader" not in host.ctl("alice", "ls", "-l").stderr, "a session with a leader")
    s = host.session()
    os.kill(host.leader_of(s), signal.SIGKILL)
    wait_until(lambda: not host.session()["vouched"], "the leader is lost")
    r = host.ctl("alice", "ls", "-l")
    check("1 session has no leader" in r.stderr, "what ls -l says: %r" % r.stderr)
