# SPDX-License-Identifier: MIT
"""Bad tickets, garbage, floods and silence on holdfastd's and a keeper's socket: nothing is lost, nothing grows."""
import os
import random
import resource
import signal
import socket
import subprocess
import time

import peer
from host import RUN
from term import check, equal, wait_until
from test_hostile import PEER, install_peer, sessions_dir

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]


def size_of(pid):
    """Private memory in KB and the number of descriptors."""
    with open("/proc/%d/smaps_rollup" % pid) as f:
        kb = sum(int(line.split()[1]) for line in f if line.startswith(("Private_Dirty", "Private_Clean")))
    return kb, len(os.listdir("/proc/%d/fd" % pid))


def not_grown(pid, before, what):
    wait_until(lambda: size_of(pid)[1] <= before[1], "descriptors of %s are what they were (%d)" % (what, before[1]), 30)
    kb = size_of(pid)[0]
    check(kb <= before[0] + 400, "%s has grown from %d KB to %d KB" % (what, before[0], kb))


def said_by(t, command):
    t.line(command)
    return t.wait_for(r"said ([^\r]*)").group(1)


def test_bad_tickets(host):
    install_peer(host)
    t = host.login(options=OFF)
    good = t.ask("$HOLDFAST_TICKET")
    equal(said_by(t, PEER + "vouch"), "FACTS", "the good ticket")
    forged = "%032x" % (int(good, 16) ^ 1)
    for what, ticket in (("a forged ticket", forged), ("no ticket", "0" * 32), ("all ones", "f" * 32)):
        check(said_by(t, PEER + "start " + ticket).startswith("REFUSED"), what)
    # stale: the login it was for has ended
    t2 = host.login(options=OFF)
    stale = t2.ask("$HOLDFAST_TICKET")
    t2.line("exit")
    t2.wait_exit()
    equal(said_by(t, PEER + "start " + stale), "REFUSED 1", "a stale ticket")
    # of a dead login: its sshd was killed and could not clean up
    t3 = host.login("bob", options=OFF)
    dead = t3.ask("$HOLDFAST_TICKET")
    monitor = host.sshd_of("bob", "monitor")[0]
    os.kill(monitor, signal.SIGKILL)
    host.wait_gone(monitor)
    t4 = host.login("bob", options=OFF)
    equal(said_by(t4, PEER + "start " + dead), "REFUSED 1", "a dead login's ticket")
    # another user's
    equal(said_by(t4, PEER + "start " + good), "REFUSED 2", "another user's ticket")
    equal(host.sessions() + host.sessions("bob"), [], "sessions")


def test_bad_ticket_in_the_environment(host):
    """A login whose HOLDFAST_TICKET is nonsense is a plain shell."""
    for value in ("x", "../../../etc/passwd", "0" * 32, "0" * 5000):
        t = host.ssh(options=["-t", *OFF])
        t.prompt()
        t.line("HOLDFAST_TICKET=%s LC_HOLDFAST= /usr/libexec/holdfast/holdfast-login --hook 3>~/result; "
               "printf 'ov%%s\\n' er" % value)
        t.wait_for("over\r\n")
        with open("/home/alice/result") as f:
            check(f.read().strip() in ("normal", "keep"), "holdfast-login with a bad ticket")
        t.kill()
    equal(host.sessions(), [], "sessions")


def messages():
    """Garbage, and every way to cut a good request."""
    good = peer.request(1, "ab" * 16)
    rng = random.Random(4711)
    for n in range(len(good)):
        yield good[:n] if n else b"\0"
    yield good + b"\0"
    yield good[:8] + b"\xff" * 56
    for n in (1, 2, 5, 63, 64, 65, 1000, 65536):
        for _ in range(5):
            yield bytes(rng.getrandbits(8) for _ in range(n))
    for kind in list(range(12)) + [64, 65, 66, 67, 68, 69, 70, 71, 72, 255]:
        yield bytes([kind])
        if kind != 5:  # that would be a good DETACH
            yield bytes([kind]) + b"\xff" * 4
        yield bytes([kind]) + b"\0\0\0\1" + b"\xff\xff\xff\xff" + b"a" * 100
        yield bytes([kind]) + b"\0" * 3000


def throw(path, uid):
    """Sends every message on a connection of its own, and all of them on one, as UID; in a child."""
    pid = os.fork()
    if pid:
        equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, "the thrower's status")
        return
    try:
        os.setgroups([])
        os.setresuid(uid, uid, uid)
        for m in messages():
            for _ in range(50):
                try:
                    s = peer.connect(path, 20)
                    break
                except (BlockingIOError, ConnectionRefusedError):
                    time.sleep(0.02)
            else:
                os._exit(3)
            try:
                s.send(m)
                s.settimeout(0.02)
                s.recv(65536)
            except (OSError, socket.timeout):
                pass
            s.close()
        s = peer.connect(path, 20)
        try:
            for m in messages():
                s.send(m, socket.MSG_DONTWAIT)
        except OSError:
            pass
        s.close()
        # descriptors passed where none are wanted
        s = peer.connect(path, 20)
        try:
            socket.send_fds(s, [peer.request(1, "ab" * 16)], [0, 1, 2] * 10)
            socket.send_fds(s, [b"\2"], [0] * 200)
        except OSError:
            pass
        s.close()
    except BaseException as e:
        os.write(2, ("throw: %r\n" % e).encode())
        os._exit(2)
    os._exit(0)


def test_garbage_to_holdfastd(host):
    host.login().line("exit")
    host.wait_none()
    before = size_of(host.holdfastd.pid)
    for user in ("alice", "bob"):
        throw(RUN + "/holdfastd.sock", host.ids(user)[0])
    wait_until(lambda: len(host.named("holdfastd")) == 1, "no helper is left over", 30)
    not_grown(host.holdfastd.pid, before, "holdfastd")
    check(host.login().ask("$HOLDFAST_SESSION"), "the next login is held")


def test_garbage_to_a_keeper(host):
    t = host.login()
    marked = host.mark(t)
    s = host.session()
    before = size_of(s["keeper_pid"])
    throw("%s/%d/sock" % (sessions_dir(host), s["id"]), host.ids("alice")[0])
    marked.same(t)
    equal(host.session()["attachments"], 1, "attachments")
    not_grown(s["keeper_pid"], before, "the keeper")
    host.drop(t)
    throw("%s/%d/sock" % (sessions_dir(host), s["id"]), host.ids("alice")[0])
    marked.same(host.ssh())


FLOOD = """
import socket, sys, resource, time
path, total, keep = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
held, made, failed = [], 0, 0
while made < total and failed < total:
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.setblocking(False)
    try:
        s.connect(path)
        made += 1
        held.append(s)
    except OSError:
        failed += 1
        s.close()
        time.sleep(0.0005)
    if len(held) > keep:
        held.pop(0).close()
print("made", made, flush=True)
time.sleep(float(sys.argv[4]))
"""


def flood(host, user, path, total=10000, keep=400, linger=0.0):
    """TOTAL connections that say nothing, up to KEEP open at a time."""
    uid, gid, groups = host.ids(user)
    return subprocess.Popen(["/usr/bin/python3", "-c", FLOOD, path, str(total), str(keep), str(linger)], user=uid,
                            group=gid, extra_groups=groups, stdout=subprocess.PIPE, text=True)


def test_flood_of_holdfastd(host):
    """While bob floods it alice logs in and resumes."""
    t = host.login()
    marked = host.mark(t)
    before = size_of(host.holdfastd.pid)
    p = flood(host, "bob", RUN + "/holdfastd.sock", linger=4)
    t.kill()
    host.wait_sessions(1, "dropped")
    equal(host.ssh().prompt().run("true"), 0, "alice's login meanwhile")
    count = len(host.named("holdfastd"))
    check(count < 300, "%d processes of holdfastd" % count)
    line = p.stdout.readline()
    check(line.startswith("made "), "the flood ended early")
    p.wait()
    wait_until(lambda: len(host.named("holdfastd")) <= 3, "the helpers are gone", 60)
    not_grown(host.holdfastd.pid, before, "holdfastd")
    for t in host.terms:
        t.kill()
    wait_until(lambda: any(s["shell_pid"] == marked.pid and s["state"] == "dropped" for s in host.sessions()), "dropped")
    host.wait_sessions(len(host.sessions()), "dropped")
    pids = [host.ssh().shell_pid() for _ in host.sessions()]
    check(marked.pid in pids, "the session that was there before the flood is not to be had")


def test_flood_of_a_keeper(host):
    t = host.login()
    marked = host.mark(t)
    s = host.session()
    before = size_of(s["keeper_pid"])
    p = flood(host, "alice", "%s/%d/sock" % (sessions_dir(host), s["id"]), linger=1)
    equal(t.run("seq 1 1000 | tail -n 1"), 0, "a command meanwhile")
    check(p.stdout.readline().startswith("made "), "the flood ended early")
    p.wait()
    marked.same(t)
    not_grown(s["keeper_pid"], before, "the keeper")
    host.drop(t)
    marked.same(host.ssh())


def test_silent_connection_to_holdfastd(host):
    """It is ended by the other side, and meanwhile it is in nobody's way."""
    s = peer.connect(RUN + "/holdfastd.sock", 30)
    check(host.login().ask("$HOLDFAST_SESSION"), "a login meanwhile")
    equal(s.recv(100), b"\6", "the sign of life")
    equal(s.recv(100), b"", "the end of a silent connection")


def test_silent_connections_to_a_keeper(host):
    """A few that say nothing: listing, dropping and resuming go on."""
    t = host.login()
    marked = host.mark(t)
    path = "%s/%d/sock" % (sessions_dir(host), host.session()["id"])
    uid = host.ids("alice")[0]
    os.seteuid(uid)
    try:
        mute = [peer.connect(path, 30) for _ in range(5)]
    finally:
        os.seteuid(0)
    marked.same(t)
    host.drop(t)
    t = host.ssh()
    marked.same(t)
    check(mute, "silent connections")


def test_claims_that_stop_half_way(host):
    """A claimer that claims and never confirms does not keep the session for ever."""
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    # holdfast-login stopped right after its start: the next login must get a shell, and in the end this one
    t2 = host.ssh()

    def stopped():
        t2.read(0)
        for pid in host.named("holdfast-login"):
            os.kill(pid, signal.SIGSTOP)
            return pid
    pid = wait_until(stopped, "holdfast-login runs", 30, 0.001)
    t3 = host.login()
    equal(t3.run("true"), 0, "a command in another login")
    os.kill(pid, signal.SIGKILL)
    t3.kill()
    t2.kill()
    wait_until(lambda: host.sessions() and all(s["state"] == "dropped" for s in host.sessions()), "all are dropped")
    pids = [host.ssh().shell_pid() for _ in host.sessions()]
    check(marked.pid in pids, "the session is not to be had any more")


def test_no_descriptors_left_for_holdfastd(host):
    """With its limit nearly reached it neither spins nor ends, and serves again afterwards."""
    pid = host.holdfastd.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (len(os.listdir("/proc/%d/fd" % pid)), hard))
    t = host.login()
    equal(t.run("true"), 0, "a command in a login meanwhile")

    def ticks():
        with open("/proc/%d/stat" % pid) as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    mute = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(5)]
    for s in mute:
        s.setblocking(False)
        s.connect_ex(RUN + "/holdfastd.sock")
    before = ticks()
    time.sleep(1.0)
    check(ticks() - before < 30, "holdfastd spins: %d ticks in a second" % (ticks() - before))
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
    for s in mute:
        s.close()
    wait_until(lambda: host.login().ask("$HOLDFAST_SESSION"), "a login is held again", 30, 0.5)
