# SPDX-License-Identifier: MIT
"""Much input on its way: a wide window, its bounds, and that not a byte of what was acknowledged is lost."""
import hashlib
import os
import signal
import subprocess

import framed
from framed import PIPES, Framed
from template import write
from term import check, equal, wait_until
from test_client import CLIENT, run
from test_command import finish, resumed, send_all
from test_kex import BOTH

MANY = 3 << 20
WIDE = "input-window"
# reads nothing before it may
LATER = "while [ ! -e ~/go ]; do sleep 0.05; done; sha256sum"


def command(host, line, features=WIDE, user="alice"):
    c = Framed(host, user=user)
    c.features = features
    return c, c.attach(framed.NEW, flags=PIPES, command=line)


def may_go():
    write("/home/alice/go", "")


def send_wide(c, data):
    """All of DATA, and until all is acknowledged."""
    send_all(c, data, end=False)
    c.wait(lambda: c.stream.acked == len(data), "all input is acknowledged")


def end_input(c):
    c.send(framed.INPUT_END, framed.u64(c.stream.sent))


def test_windows(host):
    """As wide as the client knows, and as the user's sessions may have together."""
    c, a = command(host, "sleep 1000")
    equal(a["window"], 4 << 20, "the window of one session")
    old, a = command(host, "sleep 1000", "")
    equal(a["window"], 65536, "the window of a client that does not know more")
    resume = Framed(host, old.stream)
    resume.features = WIDE
    equal(resume.resume()["window"], 4 << 20, "when another program resumes its stream")
    # another user's sessions count apart
    write("/etc/holdfast/holdfast.conf", "InputMemory 150K\n")
    for number, want in ((1, 150 << 10), (2, 75 << 10), (3, 65536)):
        c, a = command(host, "sleep 1000", user="bob")
        equal(a["window"], want, "the window of session %d of InputMemory 150K" % number)


def test_keeper_dies_with_megabytes(host):
    """Acknowledged input that the program has not read outlives its keepers, and the client."""
    data = os.urandom(MANY)
    c, a = command(host, LATER)
    send_wide(c, data[:MANY // 2])
    for _ in range(2):
        old = host.session()["keeper_pid"]
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: host.session()["keeper_pid"] not in (0, old), "another keeper is there")
    if c.closed:
        c = resumed(host, c.stream)
    send_wide(c, data)
    end_input(c)
    c.kill()
    host.wait_sessions(1, "dropped")
    os.kill(host.session()["keeper_pid"], signal.SIGKILL)
    may_go()
    c = resumed(host, c.stream)
    end_input(c)
    equal(finish(c), (False, 0, ""), "the end")
    equal(bytes(c.stream.data).split()[0].decode(), hashlib.sha256(data).hexdigest(), "what the program has read")


def test_upgrade_with_megabytes(host):
    data = os.urandom(MANY)
    c, a = command(host, LATER)
    send_wide(c, data)
    r = host.ctl("alice", "upgrade", "-f", str(host.session()["id"]))
    equal(r.returncode, 0, "upgrade: %s" % r.stderr)
    may_go()
    send_all(c, data + b"more", end=False)
    end_input(c)
    equal(finish(c), (False, 0, ""), "the end")
    equal(bytes(c.stream.data).split()[0].decode(), hashlib.sha256(data + b"more").hexdigest(), "what was read")


def test_memory_comes_back(host):
    """Of four megabytes that were kept little is left when the program has read them."""
    c, a = command(host, LATER + "; exec sleep 1000")
    send_wide(c, bytes(MANY))
    pid = host.session()["keeper_pid"]
    check(memory(pid) > MANY, "the session's memory does not hold the input: %d bytes" % memory(pid))
    may_go()
    end_input(c)
    c.wait(lambda: len(c.stream.data) > 64, "the sum")
    wait_until(lambda: memory(pid) < 600 << 10, "the session's memory is given back")


def memory(pid):
    """Bytes that the session's memfd takes."""
    for fd in os.listdir("/proc/%d/fd" % pid):
        try:
            if "holdfast-session" in os.readlink("/proc/%d/fd/%s" % (pid, fd)):
                return os.stat("/proc/%d/fd/%s" % (pid, fd)).st_blocks * 512
        except FileNotFoundError:
            pass
    return 0


def test_interrupt_overtakes_input(host):
    """The program reads nothing, and more input is there than anybody takes: Ctrl-C is heard."""
    uid, gid, groups = host.ids("laptop")
    zero = subprocess.Popen(["cat", "/dev/zero"], stdout=subprocess.PIPE)
    command = "trap 'echo heard; exit 7' INT; echo begun; sleep 1000 >/dev/null 2>&1 & wait"
    p = subprocess.Popen([CLIENT, "-l", "alice", "server", command],
                         stdin=zero.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, user=uid, group=gid,
                         extra_groups=groups, cwd="/home/laptop", env={"PATH": "/usr/bin:/bin", "HOME": "/home/laptop"},
                         start_new_session=True)
    zero.stdout.close()
    try:
        equal(p.stdout.readline(), b"begun\n", "the command's first line")
        pid = host.session()["keeper_pid"]
        wait_until(lambda: memory(pid) > MANY, "the session's memory is full of input")
        p.send_signal(signal.SIGINT)
        equal((p.stdout.read(), p.wait(60)), (b"heard\n", 7), "what the command says, and its status")
    finally:
        zero.kill()
        zero.wait()
        p.kill()
        p.wait()


def test_nothing_stays_behind(host):
    """The client does not wait for the end of the connection, and the session is gone nevertheless; so is ssh, where that
    carries the bytes, alone or with a connection that could be shared."""
    for way in ([], ["--transport", "ssh"], BOTH):
        for n in range(6):
            r = run(host, *way, "server", "cat; echo %d; exit %d" % (n, n), input=b"in\n")
            equal((r.returncode, r.stdout), (n, b"in\n%d\n" % n), "a command; %s" % way)
        wait_until(lambda: not host.sessions(), "no session is left; %s" % way, 10)
        wait_until(lambda: not host.named("ssh"), "no ssh is left; %s" % way)
