# SPDX-License-Identifier: MIT
"""Framed attachments: much output, slow readers, and the output of commands."""
import os
import time

import framed
from framed import Framed
from template import write
from term import check, equal, wait_until


def test_window_is_bounded(host):
    """Who never acknowledges gets a window and no more; the program is not held up for longer than StallTimeout."""
    write("/etc/holdfast/holdfast.conf", "StallTimeout 2s\n")
    c = Framed(host)
    c.attach()
    c.ask("$$")
    acked = c.stream.output
    c.acks = False
    c.line("seq 1 200000; echo >done; printf 'ov%s\\n' er")
    while c.read(1):
        pass
    check(c.stream.output - acked <= 65536, "%d bytes on the way" % (c.stream.output - acked))
    wait_until(lambda: os.path.exists("/home/alice/done"), "the program ends though nobody acknowledges")
    c.acks = True
    c.ack()
    c.wait_for("over")
    check(c.renderings, "no rendering after more than the ring was missed")
    equal(c.ask("$((6*7))"), "42", "the session")


def set_aside(host, line):
    """A client that takes nothing of what LINE writes, which makes the file done in the end."""
    write("/etc/holdfast/holdfast.conf", "StallTimeout 1s\n")
    c = Framed(host)
    c.attach()
    c.ask("$$")
    c.acks = False
    c.line(line)
    while c.read(1.5):
        pass
    wait_until(lambda: os.path.exists("/home/alice/done"), "the program ends")
    return c


def test_stalled_goes_on_in_the_ring(host):
    """Set aside, it misses less than the ring holds: it gets the bytes."""
    c = set_aside(host, "stty -onlcr; seq 1 30000; echo >done; printf 'ov%s\\n' er")
    c.acks = True
    c.ack()
    c.wait_for("over\n")
    check(b"".join(b"%d\n" % i for i in range(1, 30001)) in bytes(c.stream.data), "the output is not there whole")
    equal(c.renderings, [], "renderings")


def test_redraw_while_set_aside(host):
    """It has asked for the screen, and gets it when it acknowledges, though the ring still holds all bytes."""
    c = set_aside(host, "stty -onlcr; seq 1 30000; echo >done")
    c.send(framed.REDRAW, b"\1")
    c.acks = True
    c.ack()
    c.wait(lambda: c.renderings, "a rendering")
    check(b"29999" in c.renderings[0][2], "the end of the output is not in the rendering")
    equal(c.ask("$((6*7))"), "42", "the session")


def test_ctrl_c_behind_a_flood(host):
    """A client that takes 100 KB/s: little is on the way, so Ctrl-C is soon seen."""
    import time
    c = Framed(host)
    c.attach()
    c.ask("$$")
    c.line("seq 1 100000000")
    end = time.monotonic() + 5
    while time.monotonic() < end:
        at = c.got
        c.limit = c.got + 2000
        c.read(1)
        time.sleep((c.got - at) / 100000)
    c.limit = None
    at, start = c.stream.output, time.monotonic()
    c.input(b"\3")
    while b"PROMPT" not in c.stream.data[-300:] and b"$ " not in c.stream.data[-10:]:
        before = c.got
        c.limit = c.got + 2000
        check(c.read(10), "nothing comes any more")
        time.sleep((c.got - before) / 100000)
    n = c.stream.output - at
    print("Ctrl-C: %d bytes, %.0f ms" % (n, 1000 * (time.monotonic() - start)))
    check(n < 80000, "%d bytes between Ctrl-C and the prompt" % n)


def test_bulk_is_whole(host):
    c = Framed(host)
    c.attach()
    c.line("stty -onlcr; seq 1 1000000; printf 'ov%s\\n' er")
    c.wait_for("over\n")
    want = b"".join(b"%d\n" % i for i in range(1, 1000001))
    check(want in bytes(c.stream.data), "the output is not there whole")


def test_command_on_pipes(host):
    c = Framed(host)
    a = c.attach(framed.NEW, flags=framed.PIPES, command="cat; echo er >&2; exit 5")
    equal(a["kind"], 2, "the kind")
    c.input(b"hello\n")
    c.wait(lambda: bytes(c.stream.data) == b"hello\n", "the echo of cat")
    c.kill()
    host.wait_sessions(1)
    c = Framed(host, c.stream)
    c.resume()
    c.input(b"again\n")
    c.send(framed.INPUT_END, framed.u64(c.stream.sent))
    equal(c.wait_end(), (framed.EXIT, False, 5, ""), "the end")
    equal((bytes(c.stream.data), bytes(c.stream.error_data)), (b"hello\nagain\n", b"er\n"), "its output")
    c.send(framed.EXIT_ACK)
    equal(c.wait_closed(), 5, "the status of ssh")
    host.wait_none()
