# SPDX-License-Identifier: MIT
"""The last version (tests/last-version) beside this one: its sessions, programs and client with ours, and ours with its."""
import json
import os
import shutil
import signal
import stat
import subprocess

import framed
import test_client
import test_command
from framed import Framed
from host import by_request
from template import write
from term import Skip, check, equal, wait_until
from test_doctor import doctor
from versions import KEEPER, put

DIRECTORIES = ("usr/bin", "usr/sbin", "usr/libexec/holdfast", "usr/lib", "etc/profile.d")


class Versions:
    """The files of both, and which of them are installed."""

    def __init__(self, host):
        self.host = host
        stage = os.path.join(host.src, "build-last/stage")
        if not os.path.isdir(stage):
            raise Skip("the last version was not built: ./check versions")
        self.last = self.read(stage)
        self.ours = self.read("/", self.last)
        check(self.last[KEEPER] != self.ours[KEEPER], "both have the same keeper")

    @staticmethod
    def read(top, paths=None):
        """The programs below TOP: their bytes by their paths; with PATHS, those of them that are there."""
        found = {}
        for path in paths or [os.path.join(at, n)[len(top):] for d in DIRECTORIES
                              for at, _, names in os.walk(os.path.join(top, d)) for n in names]:
            full = os.path.join(top, path.lstrip("/"))
            if os.path.isfile(full) and not os.path.islink(full) and not full.endswith((".la", ".pc")):
                with open(full, "rb") as f:
                    found["/" + path.lstrip("/")] = f.read()
        return found

    def install(self, files):
        """As a package does: the files, and then holdfastd anew."""
        for path, data in files.items():
            if not os.path.exists(path):
                shutil.copy("/dev/null", path)
                os.chmod(path, 0o755)
            if stat.S_ISREG(os.lstat(path).st_mode):
                put(path, data)
        self.host.stop_holdfastd()
        self.host.start_holdfastd()


def ls(host, *args):
    return json.loads(host.ctl("alice", "ls", "--json", *args).stdout)["sessions"]


@by_request
def test_its_sessions(host):
    """Sessions of the last version after an upgrade: logins reach them, and it is said that they stay what they are."""
    v = Versions(host)
    v.install(v.last)
    dropped = host.login()
    m1 = host.mark(dropped)
    host.drop(dropped)
    attached = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    attached.prompt()
    m2 = host.mark(attached)
    command = test_command.command(host, "read a; echo got $a; exit 3")
    v.install(v.ours)
    m2.same(attached)
    s = ls(host, "-l")
    equal([(x["version"], x["old"], x["leader_old"]) for x in s], [("", True, True)] * 3, "what ls says")
    check("versions" in doctor(host) and "3 of 3 held sessions run an older" in doctor(host)["versions"][1], doctor(host))
    r = host.ctl("alice", "upgrade", "--all")
    equal(r.returncode, 1, "the status of upgrade")
    check("session 1: runs a version that cannot be upgraded, and stays on it until it ends" in r.stderr, r.stderr)
    r = host.ctl("alice", "upgrade", "--all", "--automatic")
    check(r.stderr.startswith("holdfastctl: 3 sessions stay on the program that they run"), r.stderr)
    m1.same(host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=1"]))
    command.input(b"x\n")
    equal(test_command.finish(command), (False, 3, ""), "the end of a command")
    # both are resumed, renamed, written to and ended
    host.drop(attached)
    equal(host.ctl("alice", "rename", "2", "second").returncode, 0, "rename")
    t = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=second"])
    m2.same(t)
    equal(host.ctl("alice", "message", "-t", "second", "hello there").returncode, 0, "message")
    t.wait_for("hello there")
    t.line("exit 5")
    equal(t.wait_exit(), 5, "the status of a session")
    equal(host.ctl("alice", "kill", "1").returncode, 0, "kill")
    host.wait_none()


@by_request
def test_its_programs(host):
    """A downgrade: our sessions stay on our program, and the last version's logins reach them."""
    v = Versions(host)
    dropped = host.login()
    m1 = host.mark(dropped)
    host.drop(dropped)
    attached = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    attached.prompt()
    m2 = host.mark(attached)
    build = ls(host)[0]["build"]
    v.install(v.last)
    m2.same(attached)
    equal(sorted(s["state"] for s in ls(host)), ["attached", "dropped"], "what the last version's ls says")
    m1.same(host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=1"]))
    host.drop(attached)
    t = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=2"])
    m2.same(t)
    # our holdfastctl, as one that an administrator kept, asks for the older program: it cannot take over
    write("/tmp/holdfastctl", "")
    put("/tmp/holdfastctl", v.ours["/usr/bin/holdfastctl"])
    os.chmod("/tmp/holdfastctl", 0o755)
    r = host.as_user("alice", ["/tmp/holdfastctl", "upgrade", "--force", "2"], text=True)
    equal((r.returncode, "of a version that cannot take it over; it stays on its own" in r.stderr), (1, True), r.stderr)
    m2.same(t)
    # a session of the older version beside them; and then up again
    old = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=new"])
    old.prompt()
    m3 = host.mark(old)
    v.install(v.ours)
    equal([(s["build"], s["old"]) for s in ls(host)], [(build, False)] * 2 + [("", True)], "all three")
    host.drop(old)
    m3.same(host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=3"]))
    m2.same(t)
    r = subprocess.run(["/usr/bin/holdfastctl", "kill", "--all", "--json"], capture_output=True, text=True)
    equal(json.loads(r.stdout)["ended"], 3, "kill --all")
    host.wait_none()


@by_request
def test_its_keeper_after_ours(host):
    """Our leader starts a keeper of the last version when the package has been downgraded: it cannot take over."""
    v = Versions(host)
    t = host.login()
    m = host.mark(t)
    s = ls(host)[0]
    v.install(v.last)
    os.kill(s["keeper_pid"], 9)
    wait_until(lambda: host.syslog.find("session 1 .* is parked"), "the session is parked")
    check(host.exists(s["shell_pid"]), "its shell is gone")
    v.install(v.ours)
    m.same(host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=1"]))


def client_cases(host):
    t = test_client.client(host).prompt()
    m = host.mark(t)
    for _ in range(2):
        test_client.cut(host)
        test_client.attached(host)
        m.same(t)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "status")
    r = test_client.run(host, "server", "echo to-$((1+1))-me; exit 4")
    equal((r.returncode, r.stdout), (4, b"to-2-me\n"), "a command")


def a_reader_that_goes(host, status):
    """holdfast server yes | head -1: the client's STATUS, and nothing is left."""
    line = test_client.CLIENT + " -l alice server yes | head -1; echo ${PIPESTATUS[*]}"
    r = host.ssh_run(argv=["setsid", "bash", "-c", line])
    equal(r.stdout, b"y\n%d 0\n" % status, "head -1; %s" % r.stderr)
    host.wait_none()


@by_request
def test_its_client(host):
    """The last version's client with our host."""
    v = Versions(host)
    if test_client.CLIENT not in v.last:
        raise Skip("its client was not built")
    put(test_client.CLIENT, v.last[test_client.CLIENT])
    client_cases(host)
    # it has no other word than a signal for that
    a_reader_that_goes(host, 128 + signal.SIGPIPE)


def terminated(host):
    """A keeper of the last version cannot be told that our client goes for good: the command goes on."""
    r = host.ssh_run(argv=["setsid", "timeout", "2", test_client.CLIENT, "-l", "alice", "server", "exec sleep 1000"])
    check(b"terminated; session" in r.stderr and b"goes on" in r.stderr, r.stderr)
    host.wait_sessions(1)
    host.ctl("alice", "kill", str(ls(host)[0]["id"]))
    host.wait_none()


@by_request
def test_its_host(host):
    """Our client with the last version's host; and one session over the upgrade of that host."""
    v = Versions(host)
    ours = v.ours.get(test_client.CLIENT)
    if not ours:
        raise Skip("the client was not built")
    v.install(v.last)
    put(test_client.CLIENT, ours)
    client_cases(host)
    a_reader_that_goes(host, 255)
    terminated(host)
    c = Framed(host)
    c.attach()
    c.ask("$$")
    v.install(v.ours)
    equal(c.ask("$((6*7))"), "42", "a framed client over the upgrade")
    c.p.kill()
    c2 = Framed(host, c.stream)
    equal(c2.resume()["known"], True, "the stream")
    equal(c2.ask("$((6*8))"), "48", "the session")
    c2.send(framed.DETACH)
