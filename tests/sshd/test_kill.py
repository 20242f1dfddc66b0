# SPDX-License-Identifier: MIT
"""kill -9 of each part: it loses what the design allows, and the next login gets a shell."""
import os
import signal

from term import check, equal, wait_until


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def test_holdfastd(host):
    t = host.login()
    marked = host.mark(t)
    kill(host.holdfastd.pid)
    host.holdfastd.wait()
    marked.same(t)
    plain = host.login()
    equal(plain.run("true"), 0, "a command in a login without holdfastd")
    equal(plain.ask("$HOLDFAST_SESSION$HOLDFAST_TICKET"), "", "what a login without holdfastd has of ours")
    host.drop(t)
    host.start_holdfastd()
    t2 = host.ssh()
    marked.same(t2)
    host.drop(t2)
    marked.same(host.ssh())


def test_holdfastd_stays_dead(host):
    """Attaching by name goes on without it."""
    t = host.login()
    marked = host.mark(t)
    number = host.session()["id"]
    host.stop_holdfastd()
    host.drop(t)
    plain = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    plain.line("holdfastctl attach %d" % number)
    plain.wait_for("resumed session")
    marked.same(plain)
    host.drop(plain)
    # its leader vouches: even a plain login finds the way back
    marked.same(host.ssh())


def test_holdfastd_restarted(host):
    """Twice, by SIGTERM, with sessions attached and dropped."""
    a, b = host.login(), host.login()
    marked_a, marked_b = host.mark(a), host.mark(b)
    host.drop(b, 1)
    for _ in range(2):
        host.stop_holdfastd()
        host.start_holdfastd()
    marked_a.same(a)
    marked_b.same(host.ssh())
    equal(len(host.sessions()), 2, "sessions")


def test_holdfast_login(host):
    """The login that loses it goes on as a plain shell; the session is dropped and can be had again."""
    t = host.login()
    marked = host.mark(t)
    kill(host.named("holdfast-login")[0])
    t.wait_for("not held")
    t.prompt()
    pid = t.shell_pid()
    check(pid != marked.pid, "the same shell without holdfast-login")
    check("-echo " not in t.ask("$(stty -a | tr '\\n' ' ')"), "the terminal does not echo")
    equal(t.ask("$HOLDFAST_TICKET"), "", "the ticket of the plain shell")
    host.wait_sessions(1, "dropped")
    t2 = host.ssh()
    marked.same(t2)
    t.line("exit 6")
    equal(t.wait_exit(), 6, "the status of the plain shell's ssh")


def test_leader(host):
    """Without systemd it takes nothing with it."""
    t = host.login()
    marked = host.mark(t)
    leader = host.leader_of(host.session())
    kill(leader)
    host.wait_gone(leader)
    marked.same(t)
    wait_until(lambda: not host.session()["vouched"], "the session is no longer vouched for")
    host.drop(t)
    marked.same(host.ssh())


def test_leader_while_dropped(host):
    t = host.login()
    marked = host.mark(t)
    leader = host.leader_of(host.session())
    host.drop(t)
    kill(leader)
    host.wait_gone(leader)
    t2 = host.ssh()
    marked.same(t2)
    t2.line("exit 4")
    # The keeper reads the status from the kernel, unless PID 1 has waited for the shell before.
    status = t2.wait_exit()
    equal(status, 255 if "the exit status is not known" in t2.text() else 4, "the status of ssh")
    host.wait_none()


def test_keeper_without_its_leader(host):
    """Nobody replaces it: the session is lost, and the person is told; the next login is a new one."""
    t = host.login()
    pid = t.shell_pid()
    s = host.session()
    leader = host.leader_of(s)
    kill(leader)
    host.wait_gone(leader)
    kill(s["keeper_pid"])
    host.wait_gone(pid, "the shell got its hang-up")
    wait_until(lambda: not t.alive() or t.read(0.1) and "PROMPT$ " in t.text(t.mark), "a shell, or the end of ssh")
    host.wait_none()
    t2 = host.login()
    check(t2.ask("$HOLDFAST_SESSION"), "the next login is held")
    equal(len(host.sessions()), 1, "sessions")


def test_shell_and_job_survive_everything(host):
    """All parts but the keeper, one after the other."""
    t = host.login()
    marked = host.mark(t)
    s = host.session()
    leader = host.leader_of(s)
    for pid in [host.holdfastd.pid, leader] + host.named("holdfast-login"):
        kill(pid)
    host.holdfastd.wait()
    for pid in host.sshd_of("alice", "monitor") + host.sshd_of("alice", "user"):
        kill(pid)
    host.wait_sessions(1, "dropped")
    host.start_holdfastd()
    marked.same(host.ssh())


def test_stopped_holdfast_login(host):
    """SIGSTOP of it stops nothing but itself: bytes do not go through it."""
    t = host.login()
    pid = host.named("holdfast-login")[0]
    os.kill(pid, signal.SIGSTOP)
    equal(t.run("true"), 0, "a command")
    os.kill(pid, signal.SIGCONT)
    t.line("exit 8")
    equal(t.wait_exit(), 8, "the status of ssh")
