# SPDX-License-Identifier: MIT
"""The client's package beside the server's: what it starts is a logind session of its own, and outlives the login."""
import json
import os
import signal
import subprocess

from machine import Machine
from term import Term, check, equal, wait_until

DEB = "/deb/holdfast-client.deb"
CLIENT = "/usr/bin/holdfast"


def client(m, *args):
    """The client without a terminal, as a process of laptop's; its output goes to a file of the case."""
    out = open(os.path.join(m.log, "client"), "ab")
    uid, gid, groups = m.ids("laptop")
    return subprocess.Popen(["setsid", CLIENT, "-l", "alice", *args], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                            user=uid, group=gid, extra_groups=groups, cwd="/home/laptop",
                            env={"HOME": "/home/laptop", "PATH": "/usr/bin:/bin"})


def one(m, **want):
    def probe():
        found = [s for s in m.sessions() if all(s.get(k) == v for k, v in want.items())]
        return found[0] if found else None
    return wait_until(probe, "a session with %s" % want)


def test_held_command(m: Machine):
    """A held command has a scope and no terminal, goes on without its client and sshd; it uses what its scope uses."""
    m.use_ssh("ssh.service")
    m.install(DEB)
    p = client(m, "server", "sleep 1000 & sleep 2000; exit 5")
    s = one(m, kind="command", state="attached")
    scope = m.scope_of(s["shell_pid"])
    check(scope, "the command is in no session's scope")
    seen = m.logind(scope)
    equal((seen.get("Service"), seen.get("Class"), seen.get("TTY", "")), ("sshd", "user", ""), "logind's session")
    equal(m.scope_of(s["keeper_pid"]), scope, "the keeper's scope")
    # keeper, shell and both sleeps; where the scope has controllers it counts, with the leader in it
    usage = wait_until(lambda: [u for u in json.loads(m.ctl("alice", "ls", "--long", "--json").stdout)["sessions"]
                                if u["processes"] == (5 if u["cgroup"] else 4)], "all processes of the session")
    check(not usage[0]["cgroup"] or usage[0]["cgroup"].endswith("/session-%s.scope" % scope), usage)
    p.send_signal(signal.SIGKILL)
    p.wait()
    m.run("systemctl", "restart", "ssh")
    s = one(m, id=s["id"], state="dropped")
    m.run("systemctl", "restart", "holdfastd.service")
    equal(m.scope_of(s["shell_pid"]), scope, "the scope, after the login has gone")
    # somebody else of the same user's takes it, and hears how it ended
    p = client(m, "--session", str(s["id"]), "server")
    one(m, id=s["id"], state="attached")
    for process in m.user_processes("alice"):
        if process["cmd"].startswith("sleep"):
            os.kill(process["pid"], signal.SIGTERM)
    equal(p.wait(60), 5, "the status")
    m.clean()


def test_shell(m: Machine):
    """A terminal by the client: the same session after logind has ended the ssh login."""
    m.install(DEB)
    t = Term([CLIENT, "-l", "alice", "server"], env={"HOME": "/home/laptop"}, ids=m.ids("laptop"), cwd="/home/laptop",
             log=m.log).prompt()
    m.terms.append(t)
    marked = m.mark(t)
    for pid in m.sshd_of("alice", "user"):
        os.kill(pid, signal.SIGKILL)
    one(m, state="attached")
    marked.same(t)
    t.line("exit 3")
    equal(t.wait_exit(), 3, "the status")
    m.clean()


def cases():
    return [("client:held_command", "test_held_command", []), ("client:shell", "test_shell", [])]
