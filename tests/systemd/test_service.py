# SPDX-License-Identifier: MIT
"""What ssh.service is started with, held shells have as plain ones have it; a /proc that hides processes."""
import os
import shutil

from template import write
from term import check, equal, wait_until
from test_whose import OFF, surroundings

DROPIN = "/etc/systemd/system/ssh.service.d/test.conf"
SERVICE = """[Service]
LimitNOFILE=7777
LimitSTACK=16M
LimitMEMLOCK=5M
LimitCORE=4096
Nice=2
OOMScoreAdjust=50
UMask=0027
CPUAffinity=0
IOSchedulingClass=best-effort
IOSchedulingPriority=6
CoredumpFilter=0x31
TimerSlackNSec=70us
"""


def restart(m):
    m.run("systemctl", "daemon-reload")
    m.run("systemctl", "restart", "ssh.service")
    wait_until(m.listening, "sshd listens")


def test_ssh_service(m):
    m.use_ssh("ssh.service")
    ordinary = surroundings(m.login(options=OFF).shell_pid())
    write(DROPIN, SERVICE)
    try:
        restart(m)
        for user in ("alice", "root"):
            plain = surroundings(m.login(user, options=OFF).shell_pid())
            t = m.login(user)
            check(t.ask("$HOLDFAST_SESSION"), "%s is not held" % user)
            equal(surroundings(t.shell_pid()), plain, "what %s's held shell has inherited" % user)
        for name in ("nice", "oom", "umask", "limits", "io", "slack", "core filter"):
            check(plain[name] != ordinary[name], "the drop-in has no effect on " + name)
    finally:
        os.unlink(DROPIN)
        restart(m)


def test_hidepid(m, level):
    """Users see their own processes alone: logins are held and resumed all the same."""
    m.use_ssh("ssh.service")
    m.run("mount", "-o", "remount,hidepid=" + level, "/proc")
    try:
        t = m.login()
        check(t.ask("$HOLDFAST_SESSION"), "not held with hidepid=%s: %r" % (level, t.text()[-300:]))
        equal(t.ask("$(cat /proc/1/status 2>&1 | grep -c ^Uid)"), "0", "whether alice can read of init")
        marked = m.mark(t)
        m.drop(t)
        t = m.ssh()
        marked.same(t)
        t.run("kill $job")
        t.line("exit 3")
        equal(t.wait_exit(), 3, "the status of ssh")
        m.wait_none()
    finally:
        m.run("mount", "-o", "remount,hidepid=0", "/proc")


def test_metrics(m):
    """Nobody has enabled the timer; enabled, it writes what sessions, leaders and root's files say, from its sandbox."""
    m.use_ssh("ssh.service")
    equal(m.unit("holdfast-metrics.timer"), "inactive", "the timer, as installed")
    t = m.login()
    check(t.ask("$HOLDFAST_SESSION"), "not held")
    path = "/var/lib/prometheus/node-exporter"
    os.makedirs(path)
    try:
        m.run("systemctl", "enable", "--now", "holdfast-metrics.timer")
        wait_until(lambda: os.path.exists(path + "/holdfast.prom"), "the file")
        with open(path + "/holdfast.prom", encoding="ascii") as f:
            found = dict(line.rsplit(" ", 1) for line in f.read().splitlines() if not line.startswith("#"))
        equal({k: found.get(k) for k in ("holdfast_up", "holdfast_counters_readable",
                                         'holdfast_sessions{state="attached",kind="terminal"}')},
              {"holdfast_up": "1", "holdfast_counters_readable": "1",
               'holdfast_sessions{state="attached",kind="terminal"}': "1"}, "what is in the file")
        # The case before may have left a dropped session.
        sessions = sum(int(found[k]) for k in found if k.startswith("holdfast_sessions{"))
        equal(int(found['holdfast_processes{part="keeper"}']), sessions, "a keeper for each session")
        names = ["holdfast_held_bytes", "holdfast_sessions_created_total", 'holdfast_process_memory_bytes{part="leader"}']
        # Of cgroup v1, which may have this controller, the figures are not read.
        controllers = "/sys/fs/cgroup/cgroup.controllers"
        if os.path.exists(controllers) and "memory" in open(controllers, encoding="ascii").read().split():
            names.append("holdfast_session_cgroup_memory_bytes")
        for name in names:
            check(int(found[name]) > 0, "%s is %s" % (name, found[name]))
        wait_until(lambda: m.unit("holdfast-metrics.service") == "inactive", "the service has ended")
        equal(m.run("journalctl", "-q", "-o", "cat", "-u", "holdfast-metrics.service"), "", "the journal of the service")
    finally:
        m.run("systemctl", "disable", "--now", "holdfast-metrics.timer")
        shutil.rmtree("/var/lib/prometheus")
        t.line("exit")
        t.wait_exit()
        m.wait_none()


def cases():
    return [("service:ssh_service", "test_ssh_service", []), ("service:metrics", "test_metrics", [])] + \
        [("service:hidepid=" + level, "test_hidepid", [level]) for level in "12"]
