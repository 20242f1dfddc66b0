# SPDX-License-Identifier: MIT
"""Many logins at once, and users who make noise: nobody's login is less held for that."""
import contextlib
import os
import shutil
import signal
import socket
import time

import peer
from host import RUN, by_request, takes_long
from template import write
from term import check, equal, wait_until

SOCKET = RUN + "/holdfastd.sock"
NEW = ["-o", "SetEnv=LC_HOLDFAST=new"]


def connect_loop():
    """Connects and closes, as fast as it goes."""
    while True:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.setblocking(False)
        try:
            s.connect(SOCKET)
        except OSError:
            pass
        s.close()


def hold_loop(uids):
    """Keeps as many connections open as there can be, from process after process of another uid each."""
    held = []
    while True:
        for uid in uids:
            os.setresuid(uid, uid, 0)
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.setblocking(False)
            try:
                s.connect(SOCKET)
                s.send(peer.request(1, "00" * 16))
                held.append(s)
            except OSError:
                s.close()
            os.setresuid(0, 0, 0)
            while len(held) > 900:
                held.pop(0).close()


@contextlib.contextmanager
def noise(*loops):
    """LOOPS are (uid, function, arguments), each in a process of its own until the end."""
    pids = []
    for uid, function, *arguments in loops:
        pid = os.fork()
        if not pid:
            try:
                os.setgroups([])
                if uid:
                    os.setresuid(uid, uid, uid)
                function(*arguments)
            finally:
                os._exit(1)
        pids.append(pid)
    try:
        yield
        for pid in pids:
            equal(os.waitpid(pid, os.WNOHANG), (0, 0), "noise that has ended by itself")
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def logins(host, user, count, width):
    """COUNT new logins, WIDTH at once: how many are not held, and what those were told."""
    bad, slowest = [], 0
    for first in range(0, count, width):
        start = time.monotonic()
        terms = [host.ssh(user, options=NEW) for _ in range(min(width, count - first))]
        for t in terms:
            t.prompt(120)
            slowest = max(slowest, time.monotonic() - start)
        for t in terms:
            if not t.ask("$HOLDFAST_SESSION", 120):
                bad.append(t.text()[-300:])
        for t in terms:
            t.kill()
    print("%d logins of %s, %d at once: %d not held; %.1f s" % (count, user, width, len(bad), slowest))
    return bad


def under_noise(host, count, width):
    write("/etc/holdfast/holdfast.conf", "MaxSessions 1000\n")
    write("/etc/subuid", "bob:200000:65536\n")
    bob = host.ids("bob")[0]
    with noise((bob, connect_loop), (bob, connect_loop)):
        equal(logins(host, "alice", count, width), [], "logins beside two connect loops that are not held")
    with noise((0, hold_loop, range(200000, 200600))):
        wait_until(lambda: host.syslog.find(r"event=refuse .*uid=200"), "the subordinate uids are refused")
        equal(logins(host, "alice", count, width), [], "logins beside 600 uids of one user that are not held")
    check(host.syslog.find(r"event=refuse .*too many logins at once"), "who makes the noise waits in nobody's way")
    lines = len(host.syslog.find(r"event=refuse .*uid=200"))
    check(lines < 60, "%d lines about one user's refusals" % lines)


def test_noise(host):
    under_noise(host, 12, 4)


@by_request
def test_noise_100_logins(host):
    under_noise(host, 100, 10)


@takes_long
def test_120_logins_at_once(host):
    write("/etc/holdfast/holdfast.conf", "MaxSessions 1000\nLoginTimeout 1m\n")
    equal(logins(host, "alice", 120, 120), [], "logins that are not held")


def raw(path=SOCKET):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(30)
    s.connect(path)
    return s


def test_a_user_waits_for_his_own(host):
    """64 helpers, and the next connection waits; one that goes makes room for it."""
    os.seteuid(host.ids("bob")[0])
    try:
        silent = [raw() for _ in range(64)]
        for s in silent:
            equal(s.recv(100), b"\6", "the sign of life")
        s = raw()
        s.send(peer.request(1, "00" * 16))
        equal(s.recv(100), b"\6", "the sign of life of one too many")
        s.settimeout(0.2)
        try:
            check(False, "one too many is served: %r" % s.recv(100))
        except socket.timeout:
            pass
        silent.pop().close()
        s.settimeout(20)
        equal(s.recv(100)[:5], b"\2\0\0\0\1", "its turn: no such ticket")
        many = [raw() for _ in range(600)]
        equal(many[-1].recv(100)[:5], b"\2\0\0\0\5", "far too many: refused at once")
    finally:
        os.seteuid(0)
    check(host.login("alice").ask("$HOLDFAST_SESSION"), "another user's login")


def test_refusals_are_limited_in_the_log(host):
    """Of one user; each is answered, and another user's is written."""
    shutil.copy(os.path.join(host.src, "tests/sshd/peer.py"), "/usr/local/lib/peer.py")
    loop = "for i in $(seq 40); do /usr/bin/python3 /usr/local/lib/peer.py vouch %s; done" % ("0" * 31 + "1")
    r = host.ssh_run("alice", args=[loop])
    equal(r.stdout.count(b"said REFUSED"), 40, "answers")
    host.ssh_run("bob", args=[loop])
    for user in ("alice", "bob"):
        uid = host.ids(user)[0]
        lines = len(host.syslog.find(r"event=(refuse|aside) .*uid=%d " % uid))
        check(16 <= lines <= 25, "%d lines about 40 refusals of %s" % (lines, user))


@by_request
def test_what_is_left_out_is_counted(host):
    test_refusals_are_limited_in_the_log(host)
    uid = host.ids("alice")[0]
    wait_until(lambda: host.syslog.find(r"event=refuse uid=%d left_out=\d+" % uid), "the count of what was left out", 90)


def fill_loop(ready):
    """Fills the backlog, to the last place, and stays."""
    full = []
    while True:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.setblocking(False)
        if s.connect_ex(SOCKET):
            break
        full.append(s)
    os.write(ready, b"%d\n" % len(full))
    signal.pause()


def test_stopped_daemon(host):
    """Its backlog is full: a plain login, within a second or so, that says why."""
    os.kill(host.holdfastd.pid, signal.SIGSTOP)
    ready, at_end = os.pipe()
    with noise((0, fill_loop, at_end)):
        check(int(os.read(ready, 100)) > 1000, "the backlog is short")
        t = host.login()
        equal(t.ask("$HOLDFAST_SESSION"), "", "a plain shell")
        check("holdfastd does not accept connections" in t.text(), t.text())
    os.kill(host.holdfastd.pid, signal.SIGCONT)
    check(host.login().ask("$HOLDFAST_SESSION"), "held again")
