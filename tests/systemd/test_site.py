# SPDX-License-Identifier: MIT
"""What hosts have and do beside holdfast: restarts of what sessions hang on, sudo, mosh, GNU screen, a full /run."""
import contextlib
import os
import re
import signal
import subprocess

from template import write
from term import Term, check, equal, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
RESTARTS = ("restart systemd-logind.service", "restart dbus.service", "daemon-reload", "daemon-reexec")


def end(t):
    t.line("exit")
    t.wait_exit()


def into(t, command):
    """A shell in a shell: what is typed before it is there would be thrown away."""
    t.ask("there")
    t.prompt()
    t.line(command)
    t.prompt()


def out_of(t):
    t.ask("there")
    t.prompt()
    t.line("exit")
    t.wait_for(r"exit\r\n.*?(?:logout|exit)\r\n.*?PROMPT\$ ")


def logind_answers(m):
    """Debian 13's logind does not come back to a bus that was restarted, and every login waits for it, held or not."""
    return subprocess.run(["timeout", "5", "loginctl", "list-sessions"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def test_restarts(m):
    """An attached session lives on, a dropped one is resumed, a new login is held, and logind has no session too many."""
    for what in RESTARTS:
        t = m.held(m.login())
        marked = m.mark(t)
        m.run("systemctl", *what.split())
        wait_until(lambda: m.unit("systemd-logind.service") == "active", "logind runs after " + what)
        if what == "restart dbus.service" and not logind_answers(m):
            m.run("systemctl", "restart", "systemd-logind.service")
        marked.same(t)
        m.drop(t)
        t = m.ssh()
        marked.same(t)
        new = m.held(m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"]))
        scope = m.scope_of(new.shell_pid())
        check(scope, "the new session has no scope after " + what)
        equal(m.logind(scope).get("Remote"), "yes", "Remote of the new session")
        check(os.path.isdir(m.runtime_dir("alice")), "no /run/user of alice's after " + what)
        t.line("kill %1")
        for x in (new, t):
            end(x)
        m.wait_none()
        m.clean()


def test_last_login(m):
    """Last login, MOTD, mail and last(1): once a login, plain, held or resumed."""
    hush = "/home/alice/.hushlogin"
    if os.path.exists(hush):
        os.unlink(hush)
    write("/etc/motd", "MOTD-OF-THE-SITE\n")
    write("/var/mail/alice", "x\n", 0o600, m.ids("alice")[:2])
    end(m.held(m.login()))
    m.wait_none()
    m.wait_manager_ended()
    seen = {}
    for what, options in (("plain", OFF), ("new", []), ("resumed", [])):
        before = m.wtmp_records()
        t = m.login(options=options)
        who = m.run("who").count("alice ")
        seen[what] = [t.text().count(x) for x in ("Last login", "MOTD-OF-THE-SITE", "have mail", "have new mail")] + \
            [m.wtmp_records() - before, who]
        if what == "plain":
            end(t)
            m.wait_manager_ended()
        elif what == "new":
            m.drop(m.held(t))
        else:
            end(m.held(t))
    equal(seen["new"], seen["plain"], "Last login, MOTD, mail, new mail, records in wtmp, lines of who of a held login")
    equal(seen["resumed"][:2] + seen["resumed"][4:], seen["plain"][:2] + seen["plain"][4:], "those of a resumed one")


def test_sudo_inside(m):
    """A root shell that was left by a drop is there again; what is held is not told to another user's shell."""
    write("/etc/sudoers.d/alice", "alice ALL=(ALL) NOPASSWD: ALL\n", 0o440)
    for user in ("root", "bob"):
        path = "/root/.bashrc" if user == "root" else "/home/bob/.bashrc"
        check(os.path.exists(path), "no %s" % path)
    t = m.held(m.login())
    into(t, "sudo -i")
    equal(t.ask("$(id -un)$HOLDFAST_SESSION"), "root", "the user in front, and what it has of the session")
    m.drop(t)
    t = m.ssh()
    equal(t.ask("$(id -un)"), "root", "the user in front after the resume")
    out_of(t)
    for command in ("sudo -u bob -i", "sudo su bob", "sudo su - bob"):
        into(t, command)
        equal(t.ask("$(id -un)"), "bob", "the user in front of " + command)
        equal(t.ask("$HOLDFAST_SESSION$HOLDFAST_TICKET"), "", "what bob's shell has of the session: " + command)
        equal(m.sessions("bob"), [], "sessions of bob")
        out_of(t)
    into(t, "newgrp")
    session = t.ask("$HOLDFAST_SESSION")
    m.drop(t)
    t = m.ssh()
    equal(t.ask("$HOLDFAST_SESSION"), session, "the session behind newgrp")
    out_of(t)
    t.line("exit 9")
    equal(t.wait_exit(), 9, "the status of ssh")


def test_mosh(m):
    """A shell under mosh-server is a plain one, and works."""
    r = m.ssh_run(options=["-tt"], args=["mosh-server new -s -c 256 -l LANG=C.UTF-8"])
    found = re.search(rb"MOSH CONNECT (\d+) (\S+)", r.stdout)
    check(found, "mosh-server said %r" % r.stdout)
    t = Term(["mosh-client", "127.0.0.1", found.group(1).decode()],
             env={"MOSH_KEY": found.group(2).decode(), "LANG": "C.UTF-8"}, ids=m.ids("laptop"), log=m.log)
    m.terms.append(t)
    t.wait_for(r"PROMPT\$ ")
    t.line("echo \"<$HOLDFAST_SESSION$HOLDFAST_TICKET$(ps -o comm= -p $PPID)>\"")
    t.wait_for("<mosh-server>")
    check("holdfast:" not in t.text(), "something is said of it: %r" % t.text())
    equal(m.sessions(), [], "sessions")
    t.line("exit")
    t.wait_exit()


def test_inside_of_screen(m):
    """ssh from within GNU screen and a pane of tmux: a resume leaves nothing on the screen that they do not understand."""
    t = m.held(m.login())
    t.line("clear; printf 'LINE-''ONE\\n\\033[4:3mcurly\\033[m plain\\n'")
    t.wait_for("LINE-ONE")
    m.drop(t)
    inner = "ssh -tt alice@server"
    uid, gid, groups = m.ids("laptop")
    as_laptop = {"user": uid, "group": gid, "extra_groups": groups, "cwd": "/home/laptop", "stdin": subprocess.DEVNULL,
                 "env": {"HOME": "/home/laptop", "PATH": os.environ["PATH"], "TERM": "vt100", "LANG": "C.UTF-8"}}

    def shot_of(*argv, file=None):
        r = subprocess.run(argv, capture_output=True, text=True, **{k: v for k, v in as_laptop.items() if k != "stdin"})
        if file is None:
            return r.stdout
        return open(file, errors="replace").read() if os.path.exists(file) else ""
    ways = (("screen", ["screen", "-U", "-dmS", "outer", *inner.split()],
             lambda: shot_of("screen", "-S", "outer", "-X", "hardcopy", "/tmp/outer.txt", file="/tmp/outer.txt"),
             ["screen", "-S", "outer", "-X", "quit"]),
            ("tmux", ["tmux", "-L", "outer", "-f", "/dev/null", "new", "-d", "-x", "80", "-y", "24", inner],
             lambda: shot_of("tmux", "-L", "outer", "capture-pane", "-p"), ["tmux", "-L", "outer", "kill-server"]))
    for what, start, look, stop in ways:
        subprocess.run(start, check=True, **as_laptop)
        wait_until(lambda: "LINE-ONE" in look() and "PROMPT$" in look(), "the screen is restored in " + what)
        shown = look()
        check(not re.search(r"99u|>m|!p|\b0 q|\]8;|2031|4:3", shown), "%s shows %r" % (what, shown))
        subprocess.run(stop, check=True, **as_laptop)
        m.wait_sessions(1, "dropped")


@contextlib.contextmanager
def full(path):
    st = os.statvfs(path)
    used = (st.f_blocks - st.f_bfree) * st.f_frsize
    size = st.f_blocks * st.f_frsize
    subprocess.run(["mount", "-o", "remount,size=%d" % (used + 4096), path], check=True)
    try:
        with contextlib.suppress(OSError), open(path + "/filler", "wb", buffering=0) as f:
            while True:
                f.write(b"x" * 1024)
        yield
    finally:
        os.unlink(path + "/filler")
        subprocess.run(["mount", "-o", "remount,size=%d" % size, path], check=True)


def test_run_full(m):
    """
    With /run full a login is plain, or in its dropped session if its record found room, and no shell is in holdfastd's
    cgroup; afterwards the session is there.
    """
    t = m.held(m.login())
    marked = m.mark(t)
    m.drop(t)
    with full("/run"):
        t = m.ssh()
        equal(t.ask("there"), "there", "a shell's answer")
        t.kill()
        t = m.login(options=["-o", "SetEnv=LC_HOLDFAST=other"])
        pid = t.shell_pid()
        with open("/proc/%d/cgroup" % pid) as f:
            check("holdfastd.service" not in f.read(), "a shell in holdfastd's cgroup")
        equal(t.run("true"), 0, "the status of a command")
        end(t)
        m.wait_sessions(1, "dropped")
    t = m.ssh()
    marked.same(t)
    end(t)
    m.wait_manager_ended()
    m.held(m.login())


def test_dead_leader(m):
    """Root ends all of a session whose leader is dead: also what has left its terminal session, and its parent."""
    t = m.held(m.login())
    t.line("(setsid sh -c 'sleep 5417 & echo left=$!' &)")
    left = int(t.wait_for(r"left=(\d+)").group(1))
    wait_until(lambda: m.parents(left)[1:2] and m.parents(left)[1]["pid"] == 1, "nobody is its parent any more")
    s = m.session()
    os.kill(m.leader_of(s), signal.SIGKILL)
    wait_until(lambda: not m.session()["vouched"], "the keeper has seen that its leader is dead")
    os.kill(s["keeper_pid"], signal.SIGSTOP)
    m.run("holdfastctl", "kill", "-u", "alice", "-s", "KILL", str(s["id"]))
    wait_until(lambda: not m.exists(s["keeper_pid"]) and not m.exists(left), "all of it is gone")
    m.wait_none()


ALONE = ("test_mosh", "test_dead_leader")


def cases(kill):
    """KillUserProcesses=yes ends what these are about: mosh-server with what started it, a session with its leader."""
    for name, case in globals().items():
        if name.startswith("test_") and (name in ALONE) == (kill == "no"):
            yield "site:" + name[5:], name, []
