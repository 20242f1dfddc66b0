# SPDX-License-Identifier: MIT
"""Hosts that say something wrong, or refuse."""
import concurrent.futures
import random
import subprocess

from cases import begun_first
from fake import (ATTACHED, ERROR, EXIT, GAP, INPUT_ACK, LIST_IS, NOTICE, OUTPUT, PING, RENDERING, S_HELLO, S_PING,
                  S_PONG, Plan, Session, frame, string, u32, u64)
from person import LIMIT, check, command, equal, new_host, popen, run, wait_until


def test_garbage_before_the_preamble():
    h = new_host(Session(output=b"fine\n"), [Plan(before=b"Welcome \0HLDFST\1 to\r\nthis host\n" * 100)])
    equal(run(h, "x").stdout, b"fine\n", "output")


def test_nothing_but_garbage():
    def script(c):
        c.send(b"x" * 70000 + b"\nThis account is currently not available.\n")
    p = run(new_host(Session(), [Plan(script=script)]), "x")
    equal(p.returncode, 255, "status")
    h = new_host(Session(), [Plan(script=lambda c: c.send(b"\nThis account is currently \033[1mnot available.\n"))])
    p = run(h, "x")
    check(b"This account is currently [1mnot available." in p.stderr, p.stderr)
    equal(p.returncode, 255, "status")
    equal(h.count, 1, "connections")


def test_version():
    plan = Plan(hello=frame(S_HELLO, u32(2) + string("new") + string("") + b"b" * 16))
    p = run(new_host(Session(), [plan]), "x")
    equal(p.returncode, 255, "status")
    check(b"version 2" in p.stderr, p.stderr)
    plan = Plan(hello=frame(ERROR, u32(2) + string("too old for you")))
    p = run(new_host(Session(), [plan]), "x")
    check(b"too old for you" in p.stderr, p.stderr)


def test_extensions_are_passed_over():
    plan = Plan(hello=frame(200, b"what is this") +
                frame(S_HELLO, u32(1) + string("next") + string("a,b@c") + b"b" * 16) + frame(128))
    equal(run(new_host(Session(output=b"ok"), [plan]), "x").stdout, b"ok", "output")


def after_attach(evil):
    """A host that is in order until it has attached, then sends EVIL, on every connection."""
    def script(c):
        c.plan = Plan()
        c.evil = evil
        push = c.push

        def bad():
            if c.attached and c.evil:
                data, c.evil = c.evil, None
                c.sock.sendall(data)
                return True
            return push()
        c.push = bad
        c.run()
    return script


HOSTILE = {
    "length 0": u32(0),
    "length over the limit": u32(65537) + b"\1",
    "an unknown type": frame(99, b"x"),
    "a client's type": frame(PING, u64(1)),
    "a second HELLO": frame(S_HELLO, u32(1) + string("x") + string("") + b"b" * 16),
    "a second ATTACHED": frame(ATTACHED, b"x" * 90),
    "LIST_IS unasked": frame(LIST_IS, u32(0)),
    "OUTPUT too short": frame(OUTPUT, b"\0\0"),
    "OUTPUT of channel 2": frame(OUTPUT, b"\2" + u64(0) + b"x"),
    "OUTPUT with a hole": frame(OUTPUT, b"\0" + u64(5000) + b"x"),
    "OUTPUT at the end of numbers": frame(OUTPUT, b"\0" + u64(2 ** 64 - 1) + b"xx"),
    "INPUT_ACK of more than was sent": frame(INPUT_ACK, u64(10 ** 12) + u32(1)),
    "INPUT_ACK with a window too large": frame(INPUT_ACK, u64(0) + u32(2 ** 31)),
    "GAP backwards": frame(GAP, b"\0" + u64(9) + u64(3)),
    "RENDERING for a command": frame(RENDERING, b"\1" + u64(0) + b"x"),
    "EXIT with leftovers": frame(EXIT, b"\0" + u32(0) + string("") + b"x"),
    "NOTICE that is too long": frame(NOTICE, string("x" * 600)),
    "ERROR cut short": frame(ERROR, u32(1)),
    "PONG too long": frame(S_PONG, u64(1) + b"x"),
    "PING without a token": frame(S_PING),
}


def hostile(item):
    name, evil = item
    h = new_host(Session(after_input=True), [Plan(script=after_attach(evil)), Plan()])
    p = popen(command(h, "x"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: h.count > 1, "a second connection after " + name)
        out, err = p.communicate(b"", timeout=LIMIT)
        equal((p.returncode, out), (0, b""), name + ": status, output; %r" % err)
        equal(h.troubles, [], name)
    finally:
        p.kill()
        h.close()


def test_hostile_frames():
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(hostile, HOSTILE.items()))


def test_hostile_for_ever():
    h = new_host(Session(), [Plan(script=after_attach(u32(0)))])
    p = subprocess.run(command(h, "x", options=["-n"]), capture_output=True, timeout=LIMIT)
    equal(p.returncode, 255, "status")
    check(b"protocol" in p.stderr, p.stderr)
    check(3 <= h.count <= 8, "%d connections" % h.count)


@begun_first
def test_random_frames():
    """Frames of random bytes: the client goes on, or ends with 255, and never by a signal."""
    def one(seed):
        rng = random.Random(seed)
        evil = b"".join(frame(rng.randrange(60, 82), rng.randbytes(rng.randrange(0, 60))) for _ in range(8))
        h = new_host(Session(after_input=False), [Plan(script=after_attach(evil)), Plan()])
        try:
            p = subprocess.run(command(h, "x", options=["-n"]), capture_output=True, timeout=LIMIT)
            check(0 <= p.returncode <= 255, "seed %d: %s %r" % (seed, p.returncode, p.stderr))
        finally:
            h.close()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(60)))


def test_errors_of_the_host():
    for code, said in ((4, b"not for you"), (5, b"somebody is there")):
        h = new_host(Session(), [Plan(script=lambda c, e=frame(ERROR, u32(code) + string(said)): (
            c.send(c.sock.recv(24)), c.send(e), c.sock.recv(100)))])
        p = run(h, options=["--session", "work"])
        equal(p.returncode, 255, "status")
        check(said in p.stderr, p.stderr)
