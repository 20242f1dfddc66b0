# SPDX-License-Identifier: MIT
"""Much input on its way: a wide window, its bounds, input ahead of the answer, and that not a byte is lost."""
import base64
import contextlib
import fcntl
import hashlib
import os
import signal
import struct
import subprocess
import threading
import types

import framed
from framed import PIPES, Framed
from relay import Relay
from template import PORT, write
from term import check, equal, wait_until
from test_client import CLIENT, run
from test_command import finish, resumed, send_all
from test_kex import BOTH, HOSTS

MANY = 3 << 20
WIDE = "input-window"
WAYS = ([], ["--transport", "ssh"], BOTH)
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


def kill_keeper(host):
    """The session's keeper dies: the pid of the next one."""
    old = host.session()["keeper_pid"]
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: host.session()["keeper_pid"] not in (0, old), "another keeper is there")
    return host.session()["keeper_pid"]


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
        kill_keeper(host)
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


def start(host, *args, stdin=subprocess.PIPE):
    uid, gid, groups = host.ids("laptop")
    return subprocess.Popen([CLIENT, "-l", "alice", *args], stdin=stdin, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, user=uid, group=gid, extra_groups=groups, cwd="/home/laptop",
                            env={"PATH": "/usr/bin:/bin", "HOME": "/home/laptop"}, start_new_session=True)


def widths(pid):
    """Bytes that the pipes of a process hold."""
    found = []
    for fd in os.listdir("/proc/%d/fd" % pid):
        path = "/proc/%d/fd/%s" % (pid, fd)
        with contextlib.suppress(OSError):
            if os.readlink(path).startswith("pipe:"):
                own = os.open(path, os.O_NONBLOCK | (os.O_WRONLY if os.lstat(path).st_mode & 0o200 else os.O_RDONLY))
                found.append(fcntl.fcntl(own, fcntl.F_GETPIPE_SZ))
                os.close(own)
    return found


def test_wide_pipe(host):
    """sshd's pipe to the keeper holds more while much comes through it, also when that keeper dies meanwhile."""
    p = start(host, "server", "echo begun; sha256sum")
    data = os.urandom(MANY)
    try:
        equal(p.stdout.readline(), b"begun\n", "the command's first line")
        pid = host.session()["keeper_pid"]
        equal(set(widths(pid)), {65536}, "what its pipes hold before")
        for killed in (False, True):
            p.stdin.write(data)
            p.stdin.flush()
            wait_until(lambda: max(widths(pid)) == 1 << 20, "a pipe is wide")
            if killed:
                pid = kill_keeper(host)
            wait_until(lambda: set(widths(pid)) == {65536}, "it is as before")
        p.stdin.close()
        equal(p.stdout.read().split()[0].decode(), hashlib.sha256(2 * data).hexdigest(), "what the command has read")
        equal(p.wait(60), 0, "status")
    finally:
        p.kill()
        p.wait()


def test_interrupt_overtakes_input(host):
    """The program reads nothing, and more input is there than anybody takes: Ctrl-C is heard."""
    zero = subprocess.Popen(["cat", "/dev/zero"], stdout=subprocess.PIPE)
    command = "trap 'echo heard; exit 7' INT; echo begun; sleep 1000 >/dev/null 2>&1 & wait"
    p = start(host, "server", command, stdin=zero.stdout)
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
    """The client does not wait for the end of the connection, and the session is gone nevertheless; so is ssh, where
    that carries the bytes, alone or with a connection that could be shared."""
    for way in WAYS:
        for n in range(6):
            r = run(host, *way, "server", "cat; echo %d; exit %d" % (n, n), input=b"in\n")
            equal((r.returncode, r.stdout), (n, b"in\n%d\n" % n), "a command; %s" % way)
        wait_until(lambda: not host.sessions(), "no session is left; %s" % way, 10)
        wait_until(lambda: not host.named("ssh"), "no ssh is left; %s" % way)


GATE = """#!/bin/sh
: >/run/gate-asked
until [ -e /run/gate-open ]; do sleep 0.02; done
"""


def feed(p, data):
    """Writes all of DATA to the client, which a thread does; closes it then."""
    def write_all():
        with contextlib.suppress(BrokenPipeError):
            p.stdin.write(data)
            p.stdin.close()
    t = threading.Thread(target=write_all, daemon=True)
    t.start()
    return t


def known(host, yes):
    """As if the account had, or had not, taken input ahead in the last day."""
    if yes:
        equal(run(host, "server", "true").returncode, 0, "a command")
        check("input-ahead " in open(HOSTS).read(), "it is not remembered")
    elif os.path.exists(HOSTS):
        os.unlink(HOSTS)


def test_input_ahead(host):
    """Input goes before the session is there, to an account that is known to take it; to another when it is there."""
    data = os.urandom(1 << 20)
    write("/usr/local/bin/gate", GATE, 0o755)
    host.held_stack("session optional pam_exec.so quiet /usr/local/bin/gate\n")
    with open("/etc/holdfast/holdfast.conf", "a") as f:
        f.write("LoginTimeout 60s\n")
    for way in WAYS:
        for yes in (False, True):
            write("/run/gate-open", "")
            known(host, yes)
            os.unlink("/run/gate-open")
            os.unlink("/run/gate-asked") if os.path.exists("/run/gate-asked") else None
            p = start(host, *way, "server", "sha256sum; exit 5")
            t = feed(p, data)
            wait_until(lambda: os.path.exists("/run/gate-asked"), "the session is being started")
            if yes:
                wait_until(lambda: not t.is_alive(), "the client has read all of its input; %s" % way)
            check(yes or t.is_alive(), "input is read for an account of which nothing is known; %s" % way)
            write("/run/gate-open", "")
            out = p.stdout.read().split()
            equal((out[:1], p.wait(60)), ([hashlib.sha256(data).hexdigest().encode()], 5), "what was read; %s" % way)


def test_plain_gets_the_input(host):
    """A plain ssh takes over after input has gone ahead: it gets all of that, and the rest."""
    data = os.urandom(1 << 20)
    known(host, True)
    write("/run/holdfast/drain", "")
    relay = Relay(2300, ("127.0.0.1", PORT), delay=0.04)
    write(HOSTS, open(HOSTS).read().replace(":%d\n" % PORT, ":%d\n" % relay.port), owner=host.ids("laptop")[:2])
    for way in WAYS:
        p = start(host, *way, "-p", str(relay.port), "server", "sha256sum; exit 5")
        feed(p, data)
        out, status, said = p.stdout.read().split(), p.wait(60), p.stderr.read()
        equal((out[:1], status), ([hashlib.sha256(data).hexdigest().encode()], 5),
              "what was read; %s; %s" % (way, said))
        check(b"starting a plain ssh" in said, "it was held: %s" % said)
    # a command that ends without reading all: nothing goes on feeding it
    p = start(host, "-p", str(relay.port), "server", "head -c 3; exit 6")
    p.stdin.write(b"abc")
    p.stdin.flush()
    equal((p.stdout.read(), p.wait(60)), (b"abc", 6), "a command that reads three bytes")
    wait_until(lambda: not host.named("holdfast"), "no process of the client is left")
    p.stdin.close()


def first_bytes(c, command, tail=b"", mode=framed.NEW):
    """What the client C says first, for a command."""
    hello = framed.frame(framed.HELLO, struct.pack(">II", 1, 1) + framed.string("test") + framed.string(WIDE))
    body = c.attach_body(mode, framed.PIPES, command=command)
    masked = bytes(b ^ (c.nonce[i % 16] | 0x80) for i, b in enumerate(body))
    return framed.MAGIC + c.nonce + hello + framed.frame(128, masked) + tail


def with_variable(host, command, value=None, **kw):
    """A client whose first bytes are in the environment, and have not been sent yet."""
    stream, plan = framed.Stream(), types.SimpleNamespace(nonce=os.urandom(16))
    plan.stream = stream
    plan.attach_body = lambda *a, **k: Framed.attach_body(plan, *a, **k)
    first = first_bytes(plan, command, **kw)
    text = value or base64.b64encode(first).decode()
    c = Framed(host, stream, options=["-o", "SetEnv=LC_HOLDFAST_ATTACH=" + text], magic=False)
    c.nonce, c.mode = plan.nonce, framed.NEW
    return c, first


def test_attach_in_the_environment(host):
    """The session starts before the channel brings a byte, and the bytes that come once more start no other."""
    c, first = with_variable(host, "echo x >>~/runs; env | grep -c ATTACH; cat")
    c.acks = False
    equal(c.attached(framed.NEW)["new"], True, "a new session")
    c.wait(lambda: c.stream.data == b"0\n", "the output, without the variable")
    c.write(first)
    c.acks = True
    c.input(b"input\n")
    end_input(c)
    equal((finish(c), bytes(c.stream.data)), ((False, 0, ""), b"0\ninput\n"), "the end, and all output")
    equal(open("/home/alice/runs").read(), "x\n", "how often it ran")
    # in pieces, the last one with input
    c, first = with_variable(host, "cat")
    c.attached(framed.NEW)
    for at in range(0, len(first), 50):
        c.write(first[at:at + 50])
    c.input(b"input\n")
    end_input(c)
    equal((finish(c), bytes(c.stream.data)), ((False, 0, ""), b"input\n"), "the end, and all output")


def test_bad_variable(host):
    """What is not exactly that is an error, or no variable of ours."""
    for kw in ({"tail": b"x"}, {"tail": framed.frame(framed.PING, bytes(8))}, {"mode": framed.TAKE}):
        c, _ = with_variable(host, "cat", **kw)
        equal((c.wait_end() or (None, None))[:2], (framed.ERROR, 1), "the end with %s" % kw)
    for value in ("off", "AAAA", base64.b64encode(os.urandom(60)).decode(), "A" * 9000):
        c, first = with_variable(host, "echo out", value)
        c.write(first)
        equal((finish(c), bytes(c.stream.data)), ((False, 0, ""), b"out\n"), "with the variable %s" % value[:20])


def test_variable_by_the_client(host):
    """The client's own, where sshd has accepted the variable and where it has not: one run each, and the input once."""
    data = os.urandom(200000)
    known(host, True)
    for n, options in enumerate(([], ["-o", "SendEnv=-LC_HOLDFAST*"], BOTH)):
        r = run(host, "--transport", "ssh", *options, "server", "echo x >>~/count; sha256sum; exit 5", input=data)
        equal((r.returncode, r.stdout.split()[:1]), (5, [hashlib.sha256(data).hexdigest().encode()]), "the end")
        equal(open("/home/alice/count").read(), "x\n" * (n + 1), "how often it ran with %s" % options)
