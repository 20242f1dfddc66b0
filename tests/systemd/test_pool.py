# SPDX-License-Identifier: MIT
"""holdfast-pool's package beside an etcd on one host: its unit and sandbox, what it publishes, and what a purge leaves."""
import base64
import json
import os
import re
import shutil
import signal
import urllib.request

from machine import DEB
from template import write
from term import check, equal, wait_until
from test_package import changes_of, files, fresh, newer_package, said

POOL_DEB = "/deb/holdfast-pool.deb"
CONF, RUN = "/etc/holdfast/holdfast.conf", "/run/holdfast-pool"
POOL, ETCD = "holdfast-pool.service", "etcd.service"
STORE = "/var/lib/etcd/"
KEYS = "/holdfast/booted/"
LINES = "Pool booted\nPoolNode server\nPoolAddress server.example\nPoolDirectory etcd http://127.0.0.1:2379\n"
ACCOUNTS = ("/etc/group", "/etc/gshadow", "/etc/passwd", "/etc/shadow")


def with_etcd(case):
    """Decorator: etcd runs, and neither it nor holdfast-pool does afterwards, whatever happens."""
    def run(m):
        try:
            m.run("systemctl", "start", ETCD)
            case(m)
        finally:
            m.apt("purge", "holdfast-pool", ok=False)
            m.run("systemctl", "stop", ETCD, ok=False)
            shutil.rmtree(STORE + "default", ignore_errors=True)
            m.run("deluser", "--system", "holdfast", ok=False)
    run.__name__ = case.__name__
    return fresh(run)


def begin(m, more="PoolVouch no\n"):
    """Both packages, and a pool of one node."""
    equal(said(m.install(DEB, POOL_DEB)), "", "what installing complained of")
    with open(CONF, "a") as f:
        f.write(LINES + more)
    m.run("holdfastctl", "check-config")
    m.run("systemctl", "restart", POOL)


def pool(m):
    """What holdfastctl pool says; None: holdfast-pool does not answer."""
    r = m.ctl("alice", "pool", "--json")
    return json.loads(r.stdout) if r.returncode == 0 else None


def nodes_of(found):
    return found and [(n["node"], n["address"], n["here"]) for n in found["members"]]


def wait_directory(m, state):
    def probe():
        found = pool(m)
        return found and found["directory"] == state and found
    return wait_until(probe, "the directory is %s: %s" % (state, pool(m)), 90)


def published(user="alice"):
    """The states of the user's sessions in etcd; None: it does not answer."""
    first = KEYS + "sessions/server/%s/" % user
    body = {"key": encode(first), "range_end": encode(first[:-1] + "0")}
    try:
        with urllib.request.urlopen("http://127.0.0.1:2379/v3/kv/range", json.dumps(body).encode(), timeout=5) as answer:
            found = json.load(answer).get("kvs", [])
    except OSError:
        return None
    return [json.loads(base64.b64decode(e["value"]))["state"] for e in found]


def encode(text):
    return base64.b64encode(text.encode()).decode()


def wait_published(*states):
    wait_until(lambda: published() == list(states), "the states in etcd are %s: %s" % (states, published()), 30)


def pid_of(m):
    return int(m.unit(POOL, "MainPID"))


def status_of(pid):
    with open("/proc/%d/status" % pid) as f:
        return dict(re.findall(r"^(\w+):\s*(.*)$", f.read(), re.M))


def logs_in(m):
    """A login now, held as without a pool, in a session of its own that ends with it."""
    t = m.login(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    check(t.ask("$HOLDFAST_SESSION") != "", "the login is not held")
    t.line("exit 4")
    equal(t.wait_exit(), 4, "the status of a login")


@with_etcd
def test_no_pool(m):
    """Installed where holdfast.conf names no pool: it ends at once, nothing has failed, and nothing is there of it."""
    equal(said(m.install(DEB, POOL_DEB)), "", "what installing complained of")
    wait_until(lambda: m.unit(POOL) == "inactive", "holdfast-pool has ended")
    equal((m.unit(POOL, "UnitFileState"), m.unit(POOL, "Result")), ("enabled", "success"), "the unit")
    check(not os.path.exists(RUN), RUN + " is there")
    logs_in(m)


@with_etcd
def test_published(m):
    """A member, a directory that is well, and a session from its beginning to its end, through a restart of etcd."""
    begin(m)
    wait_directory(m, "ok")
    # The watch brings the node's own key as it brings the others'.
    wait_until(lambda: nodes_of(pool(m)) == [("server", "server.example", True)], "the node is a member: %s" % pool(m), 90)
    found = pool(m)
    equal((found["pool"], found["trouble"], found["skipped"]), ("booted", "", 0), "the pool")
    check("server" in m.ctl("alice", "pool").stdout, "the table of holdfastctl pool")
    doctor = {f["id"]: f["level"] for f in json.loads(m.run("holdfastctl", "doctor", "--json", "alice", ok=False))["findings"]}
    equal([doctor.get("pool." + n) for n in ("store", "daemon", "directory", "files")], ["ok", None, None, None], "doctor")
    t = m.login()
    marked = m.mark(t)
    wait_published("attached")
    m.drop(t)
    wait_published("dropped")
    pid = pid_of(m)
    m.run("systemctl", "restart", ETCD)
    t = m.ssh()
    marked.same(t)
    wait_directory(m, "ok")
    wait_published("attached")
    equal((pid_of(m), m.unit(POOL, "NRestarts")), (pid, "0"), "holdfast-pool's process")
    t.line("exit")
    t.wait_exit()
    wait_published()


@with_etcd
def test_sandbox(m):
    """The process has what the unit allows, and no more."""
    begin(m)
    wait_directory(m, "ok")
    pid = pid_of(m)
    s = status_of(pid)
    uid = m.run("id", "-u", "holdfast").strip()
    equal((s["Uid"].split(), s["Gid"].split()), ([uid] * 4, [m.run("id", "-g", "holdfast").strip()] * 4), "its ids")
    equal((m.shell_of("holdfast"), m.run("id", "-Gn", "holdfast").strip()), ("/usr/sbin/nologin", "holdfast"), "its account")
    equal([int(s[c], 16) for c in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb")], [0] * 5, "its capabilities")
    equal((s["NoNewPrivs"], s["Seccomp"]), ("1", "2"), "no_new_privs and seccomp")
    equal(os.stat(RUN).st_uid, int(uid), "the owner of " + RUN)
    # even root, in its mount namespace, can write nowhere but there
    into = ("nsenter", "-t", str(pid), "-m", "--", "sh", "-c")
    for path in ("/etc", "/usr", "/var/lib", "/run", "/run/holdfast", "/run/lock", "/dev/shm", "/boot"):
        answer = m.run(*into, "echo x >%s/x" % path, ok=False)
        check("Read-only file system" in answer, "%s can be written: %r" % (path, answer))
    equal(m.run(*into, "ls -A /home /root /tmp /var/tmp | grep -v : | tr -d '\\n'", ok=False), "", "what it sees of homes, and /tmp")
    devices = m.run(*into, "ls /dev").split()
    check("null" in devices and "console" not in devices, "its devices: %s" % devices)
    equal(m.run(*into, "echo x >%s/x && rm %s/x" % (RUN, RUN)), "", "writing in " + RUN)
    limit = "/sys/fs/cgroup%s/memory.max" % m.unit(POOL, "ControlGroup")
    if os.path.exists(limit):  # the container may have no such controller
        with open(limit) as f:
            equal(int(f.read()), 768 << 20, "the limit of its memory")
    equal(m.journal("holdfast-pool.*(denied|not permitted)|audit.*holdfast-pool"), [], "what it was not allowed to do")


@with_etcd
def test_etcd_is_away(m):
    """etcd is stopped: logins are as before; holdfast-pool waits for it, and tells what was missed."""
    begin(m)
    wait_directory(m, "ok")
    pid = pid_of(m)
    m.run("systemctl", "stop", ETCD)
    wait_directory(m, "away")
    logs_in(m)
    t = m.login()
    marked = m.mark(t)
    m.drop(t)
    marked.same(m.ssh())
    m.run("systemctl", "start", ETCD)
    wait_directory(m, "ok")
    wait_published("attached")
    equal(pid_of(m), pid, "holdfast-pool's process")


@with_etcd
def test_stopped_and_killed(m):
    """Killed, it is started again and tells of all sessions; stopped, upgraded and started, logins never wait for it."""
    begin(m)
    t = m.login()
    marked = m.mark(t)
    wait_published("attached")
    pid = pid_of(m)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pid_of(m) not in (0, pid), "systemd starts it again", 30)
    wait_directory(m, "ok")
    wait_published("attached")
    pid = pid_of(m)
    m.run("systemctl", "stop", POOL)
    check(not os.path.exists(RUN), RUN + " is left")
    equal([p for p in m.processes() if p["pid"] == pid or p["cmd"].endswith("/holdfast-pool")], [], "processes of it")
    check(pool(m) is None, "holdfastctl pool has an answer")
    logs_in(m)
    m.drop(t)
    t = m.ssh()
    marked.same(t)
    m.run("systemctl", "start", POOL)
    wait_directory(m, "ok")
    wait_published("attached")
    pid = pid_of(m)
    m.install(newer_package("0.1.0-2"), newer_package("0.1.0-2", source=POOL_DEB))
    check(pid_of(m) not in (0, pid), "an upgrade has not restarted it")
    marked.same(t)
    wait_directory(m, "ok")
    wait_published("attached")


@with_etcd
def test_purge(m):
    """A removal takes it out of etcd's keys and of the host; a purge leaves the account, as Debian does, and that alone."""
    shutil.rmtree("/run/holdfast", ignore_errors=True)
    before = files()
    begin(m)
    wait_directory(m, "ok")
    t = m.login()
    marked = m.mark(t)
    wait_published("attached")
    m.apt("remove", "holdfast-pool")
    check(not os.path.exists(RUN), RUN + " is left")
    marked.same(t)
    logs_in(m)
    t.run("kill $job")
    t.line("exit")
    t.wait_exit()
    m.apt("purge", "holdfast-pool")
    equal(m.run("systemctl", "list-unit-files", "--no-legend", POOL, ok=False), "", "the unit")
    m.clean()
    m.apt("purge", "holdfast")
    m.run("systemctl", "reset-failed")
    equal([p for p in changes_of(before) if p not in ACCOUNTS and not p.startswith(STORE)], [], "what a purge left changed")
    with open("/etc/passwd") as f:
        equal(len(re.findall(r"^holdfast:", f.read(), re.M)), 1, "accounts of it")


def cases():
    for name in [n for n in globals() if n.startswith("test_")]:
        yield "pool:" + name[5:], name, []
