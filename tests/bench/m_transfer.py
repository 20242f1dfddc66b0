# SPDX-License-Identifier: MIT
"""How long a file takes to the host and from it, over lines of several lengths: whole commands, the login included.

The line is a proxy (delay.c) that delays all bytes and carries as many as the ends let be on the way; and then one of
packets that come late (tests/predict/wire.c), over which TCP begins slowly.  A transfer on a terminal goes through a pty
at the other end, set raw.  What arrives is compared with what was sent.
"""
import hashlib
import os
import random
import select
import signal
import subprocess
import sys
import time

from m_bulk import log_line
from template import PORT
from term import Failed
from ways import CLIENT, OFF, PLAIN
import world

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "predict"))
from wire import Far  # noqa: E402

TOOLS = "/usr/libexec/holdfast/bench-"
KEY = "/home/laptop/.ssh/key1"
FIRST_PORT = 2471
FIRST_FAR = 20
DATA = "/var/tmp/bench-transfer"
OVER_SSH = "client over ssh"
BARE = "libssh"
RAW = "stty raw -echo; "
LIMIT = 120


class Line:
    """RTT: milliseconds; 0: sshd itself."""
    said = ""

    def __init__(self, rtt):
        self.rtt, self.port, self.host, self.address, self.net = rtt, PORT, "server", "127.0.0.1", None
        self.p = None
        if rtt:
            self.port = FIRST_PORT + rtt
            self.p = subprocess.Popen([TOOLS + "delay", str(self.port), str(PORT), str(rtt / 2)],
                                      stdout=subprocess.PIPE, text=True)
            if self.p.stdout.readline() != "ok\n":
                raise Failed("the delaying proxy does not listen")

    def end(self):
        if self.p:
            self.p.kill()
            self.p.wait()
            self.p.stdout.close()


class Packets(Line):
    """The same with packets that come late, between two networks."""
    said = ", packets"

    def __init__(self, rtt):
        far = Far(FIRST_FAR + rtt, rtt / 1000)
        self.rtt, self.port, self.host, self.address, self.net = rtt, PORT, far.host, far.address, far.net
        self.p = far.wire

    def end(self):
        super().end()
        os.close(self.net)


def lines(plan):
    """Each line in its turn."""
    for rtt in plan.transfer_rtts:
        for kind in (Line, Packets)[:2 if rtt else 1]:
            line = kind(rtt)
            try:
                yield line
            finally:
                line.end()


def argv_of(way, line, tty, direction, command):
    port = ["-p", str(line.port)]
    # a file may contain what looks like an escape
    flag = ["-tt", "-o", "EscapeChar=none"] if tty else []
    if way == PLAIN:
        return ["ssh", *port, *flag, *OFF, "-l", "alice", line.host, command]
    if way == CLIENT:
        return ["holdfast", *port, *flag, "alice@" + line.host, command]
    if way == OVER_SSH:
        return ["holdfast", *port, *flag, "--transport", "ssh", "alice@" + line.host, command]
    return [TOOLS + "bare", line.address, str(line.port), "alice", KEY, direction, command]


def start(host, line, argv, **kw):
    uid, gid, groups = host.ids("laptop")
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/home/laptop", "LANG": "C.UTF-8", "TERM": "xterm-256color"}

    def become():
        if line.net is not None:
            world.setns(line.net)
        os.setgroups(groups)
        os.setgid(gid)
        os.setuid(uid)
    return subprocess.Popen(argv, env=env, cwd="/home/laptop", preexec_fn=become, **kw)


def finish(p, name):
    """Its status.  Popen.wait() with a limit would look only every 50 ms."""
    pidfd = os.pidfd_open(p.pid)
    over = select.poll()
    over.register(pidfd, select.POLLIN)
    if not over.poll(LIMIT * 1000):
        p.kill()
    os.close(pidfd)
    status = p.wait()
    if status == -signal.SIGKILL:
        raise Failed("%s: not over after %d s" % (name, LIMIT))
    return status


def down(host, way, line, tty, size):
    """The sum of what came, the status, and what was said."""
    command = (RAW if tty else "") + "head -c %d %s" % (size, DATA)
    with open("/tmp/bench-got", "w+b") as f, open("/tmp/bench-said", "w+") as said:
        p = start(host, line, argv_of(way, line, tty, "down", command), stdin=subprocess.DEVNULL, stdout=f, stderr=said)
        status = finish(p, way)
        took = time.monotonic()
        f.seek(0)
        said.seek(0)
        return took, hashlib.sha256(f.read()).hexdigest(), status, said.read()


def up(host, way, line, tty, size):
    """A terminal is sent nothing before it is raw."""
    command = RAW + "echo READY; head -c %d | sha256sum" % size if tty else "sha256sum"
    with open("/tmp/bench-said", "w+") as said:
        p = start(host, line, argv_of(way, line, tty, "up", command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                  stderr=said)
        if tty and b"READY" not in p.stdout.readline():
            raise Failed("%s: the terminal is not ready" % way)
        feeder = subprocess.Popen(["head", "-c", str(size), DATA], stdout=p.stdin)
        p.stdin.close()
        out = p.stdout.read().decode(errors="replace").split()
        status = finish(p, way)
        took = time.monotonic()
        feeder.wait()
        said.seek(0)
        return took, out[0] if out else "", status, said.read()


def transfer(host, figures, plan):
    biggest = max(plan.transfer_bytes.values())
    # lines: random bytes would be a test of the terminal's model (m_bulk.py)
    rnd = random.Random(7)
    chunk = "".join(log_line(i, rnd) for i in range(20000)).encode()
    with open(DATA, "wb") as f:
        for i in range(biggest // len(chunk) + 1):
            f.write(b"%d\n" % i + chunk)
    os.chmod(DATA, 0o644)
    for line in lines(plan):
        size = plan.transfer_bytes[line.rtt]
        with open(DATA, "rb") as f:
            want = hashlib.sha256(f.read(size)).hexdigest()
        nothing(host, figures, plan, line)
        for tty, where in ((False, "pipes"), (True, "terminal")):
            for move in (up, down):
                for _ in range(plan.transfer_rounds):
                    for way in (PLAIN, BARE, CLIENT, OVER_SSH):
                        if (way == BARE and tty) or (plan.only and way not in plan.only):
                            continue
                        one(host, figures, plan, (move, way, line, tty, size, want, where))


def nothing(host, figures, plan, line):
    """What a command costs that does nothing: it is a part of every transfer."""
    for way in (PLAIN, BARE, CLIENT, OVER_SSH):
        if plan.only and way not in plan.only:
            continue
        for _ in range(plan.transfer_rounds):
            began = time.monotonic()
            p = start(host, line, argv_of(way, line, False, "down", "true"), stdin=subprocess.DEVNULL)
            if finish(p, way):
                raise Failed("%s: true has failed" % way)
            took = time.monotonic() - began
            if plan.verbose:
                print("true, %d ms%s" % (line.rtt, line.said), way, "%.3f s" % took, flush=True)
            figures.add("transfer: a command that does nothing, %d ms%s" % (line.rtt, line.said), way, took, "s")


def idle():
    """Seconds in which a processor had nothing to do, of all processors together, since the machine started."""
    with open("/proc/stat", encoding="ascii") as f:
        return int(f.readline().split()[4]) / os.sysconf("SC_CLK_TCK")


def one(host, figures, plan, what):
    move, way, line, tty, size, want, where = what
    if tty and move is up:
        size //= 8
        with open(DATA, "rb") as f:
            want = hashlib.sha256(f.read(size)).hexdigest()
    name = "transfer %s, %s, %d ms%s" % (move.__name__, where, line.rtt, line.said)
    if plan.verbose:
        print(name, way, flush=True)
    began, rested = time.monotonic(), idle()
    ended, got, status, said = move(host, way, line, tty, size)
    took = ended - began
    rested = 100 * (idle() - rested) / took / os.cpu_count()
    if status or got != want:
        figures.fail(name, way, "status %d, %r" % (status, (got[:80], said[-300:])))
        return
    if plan.verbose:
        print("    %.2f s  %.2f MB/s, processors idle for %.0f %%" % (took, size / took / 1e6, rested), flush=True)
    figures.add(name, way, size / took / 1e6, "MB/s")
