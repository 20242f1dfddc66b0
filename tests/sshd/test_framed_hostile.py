# SPDX-License-Identifier: MIT
"""Framed attachments: clients that do not keep to the protocol."""
import os
import random
import struct

import framed
from framed import Framed
from term import check, equal, wait_until


# What hostile clients send before ATTACH, or after it.  The session survives all of it.

BEFORE = {
    "magic that goes on otherwise": b"\0HLDFST\2" + bytes(16),
    "length 0": framed.MAGIC + bytes(16) + bytes(4),
    "too long": framed.MAGIC + bytes(16) + struct.pack(">IB", 65537, 1),
    "very long": framed.MAGIC + bytes(16) + b"\xff\xff\xff\xff\1",
    "not HELLO": framed.MAGIC + bytes(16) + framed.frame(framed.LIST),
    "INPUT": framed.MAGIC + bytes(16) + framed.frame(framed.INPUT, framed.u64(0) + b"id\r"),
    "short HELLO": framed.MAGIC + bytes(16) + framed.frame(framed.HELLO, bytes(3)),
    "versions turned round": framed.MAGIC + bytes(16) + framed.frame(framed.HELLO, struct.pack(">II", 3, 1) + bytes(8)),
    "string longer than its frame": framed.MAGIC + bytes(16) +
        framed.frame(framed.HELLO, struct.pack(">III", 1, 1, 0xffffffff)),
}

AFTER = {
    "garbage": bytes(range(256)) * 16,
    "length 0": bytes(4),
    "too long": struct.pack(">IB", 65537, 4),
    "very long": b"\xff\xff\xff\xff\4",
    "HELLO again": framed.frame(framed.HELLO, struct.pack(">II", 1, 1) + bytes(8)),
    "LIST": framed.frame(framed.LIST),
    "a server's frame": framed.frame(framed.OUTPUT, bytes(9)),
    "unknown": framed.frame(100),
    "hole in input": framed.frame(framed.INPUT, framed.u64(10**6) + b"x"),
    "input to the end of numbers": framed.frame(framed.INPUT, framed.u64(2**64 - 1) + b"xxxx"),
    "short input": framed.frame(framed.INPUT, b"xx"),
    "input end elsewhere": framed.frame(framed.INPUT_END, framed.u64(5000)),
    "ack of the future": framed.frame(framed.ACK, struct.pack(">BQ", 0, 10**9)),
    "huge ack": framed.frame(framed.ACK, struct.pack(">BQ", 0, 2**64 - 1)),
    "ack of another channel": framed.frame(framed.ACK, struct.pack(">BQ", 1, 0)),
    "ack of no channel": framed.frame(framed.ACK, struct.pack(">BQ", 9, 0)),
    "size too large": framed.frame(framed.SIZE, struct.pack(">IIII", 65536, 80, 0, 0)),
    "short size": framed.frame(framed.SIZE, bytes(8)),
    "EXIT_ACK before EXIT": framed.frame(framed.EXIT_ACK),
    "REDRAW of what": framed.frame(framed.REDRAW, b"\7"),
    "left over": framed.frame(framed.DETACH, b"x"),
    "long signal": framed.frame(framed.SIGNAL, framed.string("X" * 600)),
    "WATCH of what": framed.frame(framed.WATCH, b"\3"),
    "long WATCH": framed.frame(framed.WATCH, b"\1\1"),
    "NUL in a name": framed.frame(framed.NAME, framed.string("a\0b")),
}


def test_hostile_before(host):
    c = Framed(host)
    c.attach()
    for what, data in BEFORE.items():
        h = Framed(host, magic=False)
        h.write(data)
        check(h.wait_closed() != 0, "status 0 after " + what)
        equal(len(host.sessions()), 1, "sessions after " + what)
    equal(c.ask("$((6*7))"), "42", "the session")


def test_hostile_after(host):
    c = Framed(host)
    a = c.attach()
    pid = c.ask("$$")
    for what, data in AFTER.items():
        h = Framed(host)
        h.attach(framed.JOIN, want=str(a["id"]))
        h.write(data)
        e = h.wait_end()
        check(e and e[:2] == (framed.ERROR, framed.PROTOCOL), "%s: the end is %s" % (what, e))
        h.wait_closed()
    wait_until(lambda: host.session()["attachments"] == 1, "only the honest one is left")
    equal(c.ask("$$"), pid, "the shell")


def test_hostile_flood_of_pings(host):
    """Answers pile up for a client that does not read: it is not read either, and the session goes on."""
    c = Framed(host)
    a = c.attach()
    h = Framed(host)
    h.attach(framed.JOIN, want=str(a["id"]))
    os.set_blocking(h.p.stdin.fileno(), False)
    pings = framed.frame(framed.PING, framed.u64(1)) * 5000
    total = 0
    try:
        for _ in range(400):
            total += os.write(h.p.stdin.fileno(), pings)
    except BlockingIOError:
        pass
    check(total < 400 * len(pings), "all of it was taken")
    equal(c.ask("$((6*7))"), "42", "the session")
    with open("/proc/%d/statm" % host.session()["keeper_pid"]) as f:
        check(int(f.read().split()[1]) < 5000, "the keeper has grown")


def test_hostile_random(host):
    rng = random.Random(11)
    c = Framed(host)
    a = c.attach()
    pid = c.ask("$$")
    for _ in range(25):
        h = Framed(host)
        h.attach(framed.JOIN, want=str(a["id"]), flags=framed.READONLY)
        for _ in range(rng.randrange(1, 30)):
            h.send(rng.choice([4, 5, 6, 7, 9, 13, 14, rng.randrange(256)]), rng.randbytes(rng.choice([0, 1, 8, 9, 16, 500])))
        h.kill()
    wait_until(lambda: host.session()["attachments"] == 1, "only the honest one is left")
    equal(c.ask("$$"), pid, "the shell")
