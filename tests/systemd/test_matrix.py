# SPDX-License-Identifier: MIT
"""The matrix: KillUserProcesses × how sshd is started × how the connection ends, with dtach and tmux as controls.

A cell holds when the next plain ssh is in the same shell, its job runs, and logind and /run/user have been right
all the while.  The controls are started by hand in a login of their own, which ends in the same way: they must die
where KillUserProcesses is yes, and live on where it is no, which shows that the test can tell.
"""
import os
import re
import signal

from machine import DEB, UNHELD
from template import write
from term import check, equal, wait_until

UNITS = ("ssh.service", "ssh.socket")


def kill_all(pids, what):
    check(pids, "no " + what)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def client_killed(m, user, t):
    t.kill()


def session_process_killed(m, user, t):
    kill_all(m.sshd_of(user, "user"), "user process of sshd")


def monitor_killed(m, user, t):
    kill_all(m.sshd_of(user, "monitor"), "monitor of sshd")
    t.kill()  # sshd's user process may live on for as long as the connection does


def tilde_dot(m, user, t):
    t.send("\r~.")
    equal(t.wait_exit(), 255, "the status of ssh after ~.")


ENDS = {f.__name__: f for f in (client_killed, session_process_killed, monitor_killed, tilde_dot)}


def restart_ssh(m):
    m.run("systemctl", "restart", "ssh.service")


def restart_holdfastd(m):
    before = m.unit("holdfastd.service", "MainPID")
    m.run("systemctl", "restart", "holdfastd.service")
    check(m.unit("holdfastd.service", "MainPID") != before, "holdfastd was not restarted")


def stop_holdfastd(m):
    m.run("systemctl", "stop", "holdfastd.socket", "holdfastd.service")
    leader = m.leader_of(m.session())
    # A helper that was at work when the daemon was stopped ends by itself.
    wait_until(lambda: m.named("holdfastd", "root") == [leader], "the leader alone is left of holdfastd")


def reinstall(m):
    m.install(DEB, "--reinstall")


# What happens while the login is attached; the connection outlives it, and is then ended by killing the client.
EVENTS = {f.__name__: f for f in (restart_ssh, restart_holdfastd, stop_holdfastd, reinstall)}


def control(m):
    """bob's login without holdfast, with a tmux and a dtach: the terminal and a pid of each."""
    t = m.login("bob")
    equal(t.ask("$HOLDFAST_SESSION"), "", "bob is not held")
    t.run("tmux -L control new-session -d 'exec sleep 76541'")
    t.run("rm -f ~/control.dtach; dtach -n ~/control.dtach sleep 76542")
    pids = []
    for seconds in ("76541", "76542"):
        pids += [p["pid"] for p in wait_until(
            lambda: [p for p in m.processes() if p["cmd"] == "sleep " + seconds], "the control sleep " + seconds)]
    equal(len(pids), 2, "controls")
    return t, pids


def logind_is_right(m, s, alone):
    """The held session S is one of logind's, with its tty where there is utmp; ALONE: it is the user's only one."""
    scope = m.scope_of(s["keeper_pid"])
    check(scope, "the keeper is in no session's scope")
    equal(m.scope_of(s["shell_pid"]), scope, "the scope of the shell")
    equal(m.scope_of(m.leader_of(s)), scope, "the scope of the leader")
    if alone:
        wait_until(lambda: m.logind_sessions("alice") == [scope], "logind has just the held session of alice", 30)
    p = m.logind(scope)
    tty = os.readlink("/proc/%d/fd/0" % s["shell_pid"])
    kind, tty = ("tty", tty.replace("/dev/", "")) if os.path.exists("/run/utmp") else ("unspecified", "")
    equal({k: p.get(k, "") for k in ("Name", "Class", "Type", "Service", "TTY", "Remote", "RemoteHost")},
          {"Name": "alice", "Class": "user", "Type": kind, "Service": "sshd", "TTY": tty,
           "Remote": "yes", "RemoteHost": "127.0.0.1"}, "what logind says of the session")
    with open("/proc/%d/loginuid" % s["shell_pid"]) as f:
        equal(int(f.read()), m.ids("alice")[0], "the audit login uid of the shell")
    check(os.path.isdir(m.runtime_dir("alice")), "there is no " + m.runtime_dir("alice"))


def cell(m, kill, unit, end):
    m.use_ssh(unit)
    bob, controls = control(m)
    t = m.login()
    s = m.session(state="attached")
    marked = m.mark(t)
    logind_is_right(m, s, alone=False)
    login = m.scope_of(m.sshd_of("alice", "user")[0])
    check(login and login != m.scope_of(s["keeper_pid"]), "the login is in a session of its own")
    if end in EVENTS:
        EVENTS[end](m)
        marked.same(t)
        equal(m.session()["state"], "attached", "state after " + end)
    drop = ENDS.get(end, client_killed)
    drop(m, "alice", t)
    drop(m, "bob", bob)
    s = m.wait_sessions(1, "dropped")[0]
    logind_is_right(m, s, alone=True)
    if kill == "yes":
        for pid in controls:
            m.wait_gone(pid, "the control %d (tmux or dtach) dies with its login" % pid, 30)
    else:
        wait_until(lambda: m.logind(login).get("State") in (None, "closing"), "the login's session is over", 30)
        check(all(map(m.exists, controls)), "a control (tmux or dtach) has died")
    t = m.ssh()
    marked.same(t)
    equal(m.session()["state"], "attached", "state after the resume")
    if end == "stop_holdfastd":
        m.run("systemctl", "start", "holdfastd.socket", "holdfastd.service")
    if kill == "no":
        t.run("kill $job")  # or it would live on, as after any exit
    t.line("exit 3")
    equal(t.wait_exit(), 3, "the status of ssh")
    m.wait_none()
    m.clean()


def test_terminate_session(m, kill):
    """loginctl terminate-session ends just that one."""
    m.use_ssh("ssh.service")
    first = m.login()
    one = m.session()
    marked = m.mark(first)
    second = m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    two = [s for s in m.sessions() if s["id"] != one["id"]][0]
    third = m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    m.drop(third)
    dropped = m.session(state="dropped")
    for s in (two, dropped):
        m.run("loginctl", "terminate-session", m.scope_of(s["keeper_pid"]))
        m.wait_gone(s["keeper_pid"])
        m.wait_gone(s["shell_pid"])
    marked.same(first)
    equal([s["id"] for s in m.sessions()], [one["id"]], "sessions that are left")
    # The shell has ended, by a hang-up, and so does the login that was in it.
    check(second.wait_exit() != 0, "the login whose session was terminated ended with status 0")
    first.run("kill $job")
    first.line("exit")
    equal(first.wait_exit(), 0, "the status of ssh")
    m.wait_none()
    m.clean()


def test_terminate_user(m, kill):
    """loginctl terminate-user ends all of them, and nothing is left."""
    m.use_ssh("ssh.service")
    a, b = m.login(), m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    m.drop(b)
    equal(len(m.sessions()), 2, "sessions")
    m.run("loginctl", "terminate-user", "alice")
    a.wait_exit()
    m.clean()


def test_many_sessions(m, kill):
    """Five dropped ones come back, each its own, and each was a session of logind's."""
    m.use_ssh("ssh.service")
    marks = {}
    for _ in range(5):
        t = m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
        mark = m.mark(t)
        marks[mark.pid] = mark
        t.kill()
    m.wait_sessions(5, "dropped")
    equal(len({m.scope_of(s["keeper_pid"]) for s in m.sessions()}), 5, "scopes")
    wait_until(lambda: len(m.logind_sessions("alice")) == 5, "five sessions of logind's", 30)
    terms = [m.login() for _ in range(5)]
    for t in terms:
        marks.pop(t.shell_pid()).same(t)
    equal(marks, {}, "shells that did not come back")


INETD = {
    "/etc/systemd/system/inetd-sshd.socket": "[Socket]\nListenStream=22\nAccept=yes\n",
    "/etc/systemd/system/inetd-sshd@.service":
        "[Service]\nExecStart=-/usr/sbin/sshd -i\nStandardInput=socket\nRuntimeDirectory=sshd\n"
        "RuntimeDirectoryPreserve=yes\n",
}


def test_inetd_without_logind(m, kill):
    """
    A unit a connection, and no pam_systemd: the unit's KillMode=control-group ends all but what is held.  By sshd's own
    rules nobody is, for the shell would be in no session of logind's; by a service of the site's that has pam_systemd.
    """
    m.use_ssh("ssh.service")
    m.run("systemctl", "stop", "ssh.service")
    for path, text in INETD.items():
        write(path, text)
    m.run("systemctl", "daemon-reload")
    m.run("pam-auth-update", "--disable", "systemd")
    with open("/etc/holdfast/holdfast.conf") as f:
        configuration = f.read()
    try:
        m.run("systemctl", "start", "inetd-sshd.socket")
        bob, controls = control(m)
        t = m.login()
        check(re.search(UNHELD, t.text()), "no line says that it is not held: %r" % t.text())
        equal((t.ask("$HOLDFAST_SESSION"), m.logind_sessions("alice")), ("", []), "by sshd's rules")
        check("no shell is held" in m.run("holdfastctl", "doctor", ok=False), "doctor does not say so")
        t.line("exit")
        t.wait_exit()
        write("/etc/pam.d/held", "@include sshd\nsession optional pam_systemd.so\n")
        write("/etc/holdfast/holdfast.conf", "PamService held\n" + configuration)
        t = m.login()
        marked = m.mark(t)
        equal(len(m.logind_sessions("alice")), 1, "sessions of logind's")
        t.kill()
        bob.kill()
        m.wait_sessions(1, "dropped")
        for pid in controls:
            m.wait_gone(pid, "the control %d (tmux or dtach) dies with its connection's unit" % pid, 30)
        restart_holdfastd(m)
        stop_holdfastd(m)
        m.run("systemctl", "start", "holdfastd.socket", "holdfastd.service")
        t = m.ssh()
        marked.same(t)
        t.run("kill $job")
        t.line("exit 3")
        equal(t.wait_exit(), 3, "the status of ssh")
        m.wait_none()
        wait_until(lambda: not m.user_processes("alice"), "no process of alice", 30)
        wait_until(lambda: len(m.named("holdfastd")) == 1, "no leader", 30)
    finally:
        write("/etc/holdfast/holdfast.conf", configuration)
        m.run("pam-auth-update", "--enable", "systemd")
        m.run("systemctl", "stop", "inetd-sshd.socket")
        for path in INETD:
            os.unlink(path)
        m.run("systemctl", "daemon-reload")
        m.run("systemctl", "start", "ssh.service")


def cases(kill):
    """The cells and other cases for KillUserProcesses=KILL: (full name, function, arguments)."""
    for unit in UNITS:
        for end in [*ENDS, *EVENTS]:
            yield "matrix:kill=%s/%s/%s" % (kill, unit, end), "cell", [kill, unit, end]
    for case in (test_terminate_session, test_terminate_user, test_many_sessions, test_inetd_without_logind):
        yield "matrix:kill=%s/%s" % (kill, case.__name__[5:]), case.__name__, [kill]
