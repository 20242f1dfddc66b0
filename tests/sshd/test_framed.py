# SPDX-License-Identifier: MIT
"""The framed protocol of docs/PROTOCOL.md over real ssh: what a client gets, over cuts too, and what a hostile one."""
import copy
import os
import random
import struct

import framed
from framed import Framed
from host import by_hand
from template import write
from term import check, equal, wait_until


def test_attach_echo_exit(host):
    c = Framed(host)
    a = c.attach()
    equal((a["version"], a["kind"], a["new"], a["input"], a["output"]), (1, 1, True, 0, 0), "ATTACHED of a new session")
    equal((a["rows"], a["cols"]), (24, 80), "its size")
    equal(c.ask("$TERM $(stty size)"), "xterm-256color 24 80", "TERM and the size")
    s = host.session()
    equal((s["state"], s["attachments"]), ("attached", 1), "what holdfastctl says")
    equal(c.exit(7), 7, "the status in EXIT")
    equal(c.p.returncode, 7, "the status of ssh")
    host.wait_none()


def test_goes_on_at_the_byte(host):
    """The line is cut at any byte of what the server sends: every byte of output once, in order."""
    rng = random.Random(5)
    c = Framed(host)
    c.attach()
    s = c.stream
    c.line("stty -onlcr; for i in $(seq 1 300); do seq $i $((i + 300)); sleep 0.005; done; printf 'ov%s\\n' er")
    want = b"".join(b"%d\n" % j for i in range(1, 301) for j in range(i, i + 301)) + b"over\n"
    cuts = 0
    while b"over\n" not in s.data:
        c.limit = c.got + rng.randrange(1, 30000)
        while not c.closed and b"over\n" not in s.data and c.got < c.limit:
            c.read(0.5)
        if b"over\n" in s.data:
            break
        c.kill()
        cuts += 1
        c = Framed(host, s)
        a = c.resume()
        check(a["known"], "the stream is not known any more")
    check(cuts > 8, "only %d cuts" % cuts)
    check(want in bytes(s.data), "the output is not there whole, after %d cuts" % cuts)
    c.limit = None
    equal(c.exit(3), 3, "the status")
    host.wait_none()


def test_input_exactly_once(host):
    """The line is cut at any byte of what the client sends: every byte of input once, in order."""
    rng = random.Random(7)
    c = Framed(host)
    c.attach()
    s = c.stream
    c.line("stty raw -echo; printf 'rea%s\\n' dy; head -c 200000 >got; stty sane; printf 'ov%s\\n' er")
    c.wait_for("ready\r?\n")
    data = bytes(rng.randrange(33, 127) for _ in range(200000))
    at = cuts = 0
    while at < len(data):
        n = min(rng.randrange(1, 9000), len(data) - at)
        c.wait(lambda: s.sent - s.acked + n <= s.window, "the window opens")
        if rng.random() < 0.2:
            # a part of the frame, and then no more
            whole = framed.frame(framed.INPUT, struct.pack(">Q", s.sent) + data[at:at + n])
            s.pending += data[at:at + n]
            s.sent += n
            c.write(whole[:rng.randrange(0, len(whole) + 1)])
            c.kill()
            cuts += 1
            c = Framed(host, s)
            c.resume()
        else:
            c.input(data[at:at + n])
        at += n
    c.wait_for("over")
    check(cuts > 3, "only %d cuts" % cuts)
    with open("/home/alice/got", "rb") as f:
        check(f.read() == data, "what the program has read is not what was sent, after %d cuts" % cuts)
    equal(c.exit(), 0, "the status")


def test_acknowledged_input_arrives(host):
    """What has been acknowledged reaches the program although the line is cut at once, and the program reads later."""
    c = Framed(host)
    c.attach()
    c.line("stty raw -echo; printf 'rea%s\\n' dy; sleep 2; head -c 30000 >got; stty sane; printf 'ov%s\\n' er")
    c.wait_for("ready")
    c.input(b"x" * 30000)
    c.wait_input()
    c.kill()
    wait_until(lambda: os.path.exists("/home/alice/got") and os.path.getsize("/home/alice/got") == 30000,
               "the program has all that was acknowledged")
    c = Framed(host, c.stream)
    c.resume()
    c.wait_for("over")


def test_gap(host):
    """The ring has not what the client wants: it is told so, and gets the screen."""
    write("/etc/holdfast/holdfast.conf", "RingSize 64K\n")
    c = Framed(host)
    c.attach()
    c.ask("$$")
    c.line("sleep 1; seq 1 50000; printf 'ov%s\\n' er")
    c.wait_for("seq")
    c.kill()
    at = c.stream.output
    host.wait_sessions(1)
    wait_until(lambda: host.session()["away_bytes"] > 300000, "the output is there")
    c = Framed(host, c.stream)
    c.resume()
    c.wait(lambda: c.renderings, "a rendering")
    gaps = [f for k, f in c.log if k == framed.GAP]
    equal(len(gaps), 1, "gaps")
    equal(gaps[0][0], at, "the begin of the gap")
    flags, offset, data = c.renderings[0]
    check(offset == gaps[0][1] and b"49995\r\n" in data and b"over" in data, "the rendering at %d: %r" % (offset, data))
    check(b"not shown" in data, "the line says nothing of what was not shown")
    equal(c.ask("$((6*7))"), "42", "what the shell says")
    equal(c.exit(1), 1, "the status")


def test_fresh_attach_gets_the_screen(host):
    c = Framed(host)
    c.attach()
    pid = c.ask("$$")
    c.line("seq 1 100")
    c.wait_for("\r\n100\r\n")
    c.kill()
    host.wait_sessions(1)
    c = Framed(host)
    a = c.attach()
    check(not a["new"] and a["output"] > 0, "it is a new session: %s" % a)
    c.wait(lambda: c.renderings, "a rendering")
    check(b"\r\n42\r\n" in c.renderings[0][2] and b"resumed session" in c.renderings[0][2], "the rendering")
    equal(c.ask("$$"), pid, "the shell")


def test_list_join_take_readonly(host):
    one = Framed(host)
    one.hello()
    equal(one.sessions(), [], "sessions before the first")
    one.send(framed.ATTACH, one.attach_body(framed.NEW, name="work"))
    a = one.attached(framed.NEW)
    equal(a["name"], "work", "the name")
    two = Framed(host)
    two.hello()
    (s,) = two.sessions()
    equal((s["name"], s["state"], s["kind"], s["attachments"], s["rows"], s["same"]), ("work", 3, 1, 1, 24, True), "LIST_IS")
    two.send(framed.ATTACH, two.attach_body(framed.JOIN, want="work", size=(20, 70)))
    two.attached(framed.JOIN)
    wait_until(lambda: host.session()["attachments"] == 2, "two attachments")
    one.wait(lambda: one.size_is == (20, 70), "SIZE_IS for the larger one")
    equal(two.ask("$(stty size)"), "20 70", "the common size")
    one.line("printf 'bo%s\\n' th")
    for c in (one, two):
        c.wait_for("both")
    watcher = Framed(host)
    watcher.attach(framed.JOIN, want="work", flags=framed.READONLY, size=(10, 10))
    watcher.line("touch /home/alice/typed")
    watcher.wait_input()
    one.line("printf 'aga%s\\n' in")
    watcher.wait_for("again")
    check(not os.path.exists("/home/alice/typed"), "a read-only client has typed")
    taker = Framed(host)
    taker.attach(framed.TAKE, want="work")
    for c in (one, two, watcher):
        e = c.wait_end()
        equal(e[:2], (framed.DETACHED, 2), "what the others are told")
        c.wait_closed()
    equal(taker.ask("$(stty size)"), "24 80", "the size after all others have gone")
    # the one that was put out does not come back by itself
    again = Framed(host, one.stream)
    again.hello()
    again.send(framed.ATTACH, again.attach_body(framed.STREAM, want=str(one.stream.id)))
    equal(again.wait_end()[:2], (framed.ERROR, framed.BUSY), "the answer to who was put out")
    # a name that is not there starts a session, unless that is forbidden
    c = Framed(host)
    c.hello()
    c.send(framed.ATTACH, c.attach_body(framed.TAKE, want="other", flags=framed.MUST_EXIST))
    equal(c.wait_end()[:2], (framed.ERROR, framed.NO_SESSION), "a session that must exist")
    c = Framed(host)
    equal(c.attach(framed.TAKE, want="other")["name"], "other", "a new session of that name")


def test_with_a_terminal_beside(host):
    """A stock ssh and a framed client in one session."""
    t = host.login()
    pid = t.shell_pid()
    c = Framed(host)
    a = c.attach(framed.JOIN, want=str(host.session()["id"]))
    c.wait(lambda: c.renderings, "a rendering")
    equal(c.ask("$$"), str(pid), "the shell")
    t.line("printf 'bo%s\\n' th")
    t.wait_for("both")
    c.wait_for("both")
    check(not a["new"], "it is new")
    equal(c.exit(4), 4, "the status in EXIT")
    equal(t.wait_exit(), 4, "the status of ssh")


def test_bashrc_prints(host):
    with open("/home/alice/.bashrc", "r+") as f:
        old = f.read()
        f.seek(0)
        f.write("head -c 3000 /dev/urandom; echo; echo 'Welcome, Alice'\n" + old)
    c = Framed(host)
    c.attach()
    check(b"Welcome, Alice" in c.garbage, "nothing was printed: the test tests nothing")
    equal(c.ask("$((6*7))"), "42", "what the shell says")


def test_versions(host):
    c = Framed(host)
    c.hello(1, 9)
    c = Framed(host)
    c.send(framed.HELLO, struct.pack(">II", 2, 3) + framed.string("test") + framed.string(""))
    equal(c.wait_end()[:2], (framed.ERROR, framed.UNSUPPORTED), "the answer to a client that is too new")
    c.wait_closed()
    equal(host.sessions(), [], "sessions")


def test_frames(host):
    """SIZE, SIGNAL, NAME, PING, REDRAW, extensions."""
    c = Framed(host)
    boot = c.hello()
    check(boot != bytes(16), "no boot id")
    c.send(framed.PING, struct.pack(">Q", 1))
    equal(c.wait_kind(framed.S_PONG).take("Q"), 1, "PONG before ATTACH")
    c.send(framed.ATTACH, c.attach_body(env=["LC_TIME=C", "COLORTERM=truecolor", "EVIL=1", "LD_PRELOAD=x"]))
    c.attached(framed.AUTO)
    equal(c.ask("$LC_TIME-$COLORTERM-$EVIL-$LD_PRELOAD"), "C-truecolor--", "the environment")
    c.send(framed.PING, struct.pack(">Q", 2**64 - 1))
    equal(c.wait_kind(framed.S_PONG).take("Q"), 2**64 - 1, "PONG")
    c.send(framed.SIZE, struct.pack(">IIII", 30, 100, 0, 0))
    equal(c.ask("$(stty size)"), "30 100", "the size")
    c.send(framed.NAME, framed.string("bench"))
    wait_until(lambda: host.session()["name"] == "bench", "the name")
    c.send(framed.NAME, framed.string("7"))
    check("not a valid session name" in c.wait_kind(framed.NOTICE).text(), "NOTICE for a name that is none")
    c.send(200, b"whatever")
    c.line("sleep 1000")
    wait_until(lambda: host.session()["program"] == "sleep", "sleep is in front")
    c.send(framed.SIGNAL, framed.string("INT"))
    wait_until(lambda: host.session()["program"] == "bash", "sleep has ended")
    c.line("clear; seq 1 500; printf 'las%s\\n' t")
    c.wait_for("last\r\n")
    c.ask("$$")
    before = bytes(c.stream.data)
    c.send(framed.REDRAW, b"\1")
    c.wait(lambda: c.renderings, "a rendering")
    flags, offset, data = c.renderings[-1]
    equal(flags, 3, "its flags")
    equal(offset, c.stream.start + len(before), "its offset: nothing of the output is left out")
    check(b"\r\n499\r\n500\r\n" in data and b"\r\n100\r\n" not in data, "the visible screen: %r" % data)
    c.send(framed.REDRAW, b"\2")
    c.wait(lambda: len(c.renderings) == 2, "another rendering")
    check(b"\r\n100\r\n" in c.renderings[-1][2], "the scrollback is not in it")
    c.send(framed.DETACH)
    equal(c.wait_end()[:2], (framed.DETACHED, 1), "the answer to DETACH")
    equal(c.wait_closed(), 0, "the status of ssh")
    equal(host.session()["state"], "dropped", "the session")


def test_redraw_leaves_nothing_out(host):
    """A rendering that is asked for behind a flood comes at its place in the output, which stays whole."""
    c = Framed(host)
    c.attach()
    c.ask("$$")
    c.acks = False
    c.line("stty -onlcr; seq 1 30000; printf 'ov%s\\n' er")
    while c.read(0.5):
        pass
    c.send(framed.REDRAW, b"\1")
    c.send(framed.PING, u64(1))
    c.wait_kind(framed.S_PONG)
    c.acks = True
    c.ack()
    c.wait_for("over\n")
    equal(len(c.renderings), 1, "renderings")
    check(b"".join(b"%d\n" % i for i in range(1, 30001)) in bytes(c.stream.data), "the output is not there whole")


def test_detached_from_elsewhere(host):
    c = Framed(host)
    a = c.attach()
    equal(host.ctl("alice", "detach", str(a["id"])).returncode, 0, "holdfastctl detach")
    equal(c.wait_end()[:2], (framed.DETACHED, 1), "what the client is told")
    c = Framed(host)
    equal(c.attach(framed.JOIN, want=str(a["id"]))["id"], a["id"], "by name it is there")


def test_same_stream_twice(host):
    """The line is dead, but the server does not know: the client comes over another one, and the old one is put out."""
    c = Framed(host)
    c.attach()
    pid = c.ask("$$")
    c.input(b"printf 'on")
    old = copy.deepcopy(c.stream)
    c.wait_input()
    # of which the new one has not heard: it sends that once more, and what was typed since
    old.pending += b"%s"
    old.sent += 2
    d = Framed(host, old)
    d.resume()
    d.input(b"\\n' ce\r")
    d.wait_for("once")
    equal(d.ask("$$"), pid, "the shell")
    check(c.wait_end() is None, "the old one was told %s" % (c.ended,))
    equal(host.session()["attachments"], 1, "attachments")


def test_other_session(host):
    """Mode 5 with the key of a session that is no more."""
    c = Framed(host)
    a = c.attach()
    c.exit()
    host.wait_none()
    other = Framed(host)
    equal(other.attach()["id"], a["id"], "the id is used again")
    for want in (str(a["id"]), "77", "x"):
        d = Framed(host, c.stream)
        d.hello()
        d.send(framed.ATTACH, d.attach_body(framed.STREAM, want=want))
        equal(d.wait_end()[:2], (framed.ERROR, framed.NO_SESSION), "the answer to " + want)
    equal(other.ask("$((6*7))"), "42", "the other session")


def test_end_while_away(host):
    """The shell ends while the client is away: it gets the last output and the status."""
    c = Framed(host)
    c.attach()
    c.line("sleep 1; printf 'la%s\\n' st; exit 9")
    c.wait_for("exit 9")
    c.kill()
    wait_until(lambda: [s["state"] for s in host.sessions()] == ["ending"], "the session ends")
    c = Framed(host, c.stream)
    c.resume()
    e = c.wait_end()
    equal(e, (framed.EXIT, False, 9, ""), "the end")
    check(b"last\r\n" in c.stream.data, "the last output: %r" % bytes(c.stream.data[-200:]))
    # and is cut again, before it has said so
    c.kill()
    c = Framed(host, c.stream)
    c.resume()
    equal(c.wait_end(), (framed.EXIT, False, 9, ""), "the end once more")
    c.send(framed.EXIT_ACK)
    c.wait_closed()
    host.wait_none()


def test_end_by_signal(host):
    c = Framed(host)
    c.attach()
    c.line("kill -9 $$")
    equal(c.wait_end(), (framed.EXIT, True, 9, "KILL"), "the end")


def test_kill_does_not_linger(host):
    """holdfastctl kill of a session that waits for a client that never comes."""
    c = Framed(host)
    a = c.attach()
    c.line("sleep 1; exit")
    c.wait_input()
    c.kill()
    wait_until(lambda: [s["state"] for s in host.sessions()] == ["ending"], "the session ends")
    host.ctl("alice", "kill", str(a["id"]))
    host.wait_none(timeout=10)


# Hostile clients: what they send after ATTACH, or before.  The session survives all of it.

def u64(*values):
    return struct.pack(">%dQ" % len(values), *values)


BEFORE = {
    "magic that goes on otherwise": b"\0HLDFST\2" + bytes(16),
    "length 0": framed.MAGIC + bytes(16) + bytes(4),
    "too long": framed.MAGIC + bytes(16) + struct.pack(">IB", 65537, 1),
    "very long": framed.MAGIC + bytes(16) + b"\xff\xff\xff\xff\1",
    "not HELLO": framed.MAGIC + bytes(16) + framed.frame(framed.LIST),
    "INPUT": framed.MAGIC + bytes(16) + framed.frame(framed.INPUT, u64(0) + b"id\r"),
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
    "hole in input": framed.frame(framed.INPUT, u64(10**6) + b"x"),
    "input to the end of numbers": framed.frame(framed.INPUT, u64(2**64 - 1) + b"xxxx"),
    "short input": framed.frame(framed.INPUT, b"xx"),
    "input end elsewhere": framed.frame(framed.INPUT_END, u64(5000)),
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
    pings = framed.frame(framed.PING, u64(1)) * 5000
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


def test_stalled_goes_on_in_the_ring(host):
    """Set aside, it misses less than the ring holds: it gets the bytes."""
    write("/etc/holdfast/holdfast.conf", "StallTimeout 1s\n")
    c = Framed(host)
    c.attach()
    c.ask("$$")
    c.acks = False
    c.line("stty -onlcr; seq 1 30000; echo >done; printf 'ov%s\\n' er")
    while c.read(1.5):
        pass
    wait_until(lambda: os.path.exists("/home/alice/done"), "the program ends")
    c.acks = True
    c.ack()
    c.wait_for("over\n")
    check(b"".join(b"%d\n" % i for i in range(1, 30001)) in bytes(c.stream.data), "the output is not there whole")
    equal(c.renderings, [], "renderings")


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
    c.send(framed.INPUT_END, u64(c.stream.sent))
    equal(c.wait_end(), (framed.EXIT, False, 5, ""), "the end")
    equal((bytes(c.stream.data), bytes(c.stream.error_data)), (b"hello\nagain\n", b"er\n"), "its output")
    c.send(framed.EXIT_ACK)
    equal(c.wait_closed(), 5, "the status of ssh")
    host.wait_none()


@by_hand
def test_as_a_command(host):
    """A user alone: no subsystem, no holdfastd; the client runs holdfastctl resume."""
    with open("/etc/pam.d/sshd") as f:
        lines = [line for line in f if "pam_holdfast" not in line]
    write("/etc/pam.d/sshd", "".join(lines))
    host.start_sshd()
    argv = host.ssh_argv(options=["-T"], args=["exec holdfastctl resume"])
    c = Framed(host, argv=argv)
    a = c.attach()
    check(a["new"] and a["id"] > 10000, "ATTACHED: %s" % a)
    pid = c.ask("$$")
    c.kill()
    host.wait_sessions(1)
    c = Framed(host, c.stream, argv=argv)
    c.resume()
    equal(c.ask("$$"), pid, "the shell")
    (s,) = list_of(host, argv)
    equal((s["id"], s["same"]), (a["id"], True), "LIST_IS")
    equal(c.exit(3), 3, "the status")
    r = host.ssh_run(args=["holdfastctl resume"], input=b"printf 'pi%s\\n' pe; exit 4\n")
    equal(r.returncode, 4, "the status of a script")
    check(b"pipe\r\n" in r.stdout, "its output: %r" % r.stdout)


def list_of(host, argv):
    c = Framed(host, argv=argv)
    c.hello()
    return c.sessions()


def test_switched_off(host):
    write("/etc/holdfast/disabled", "")
    c = Framed(host)
    c.hello()
    c.send(framed.ATTACH, c.attach_body())
    equal(c.wait_end()[:2], (framed.ERROR, framed.DISABLED), "the answer")
    c.wait_closed()
    r = host.ssh_run(options=["-s"], args=["resume"], input=b"id\n")
    check(b"switched off" in r.stdout, "what a person is told: %r" % r.stdout)


def test_without_holdfastd(host):
    """Sessions that are there can be gone on with, and attached by name."""
    c = Framed(host)
    a = c.attach()
    pid = c.ask("$$")
    host.stop_holdfastd()
    c.kill()
    host.wait_sessions(1)
    c = Framed(host, c.stream)
    c.resume()
    equal(c.ask("$$"), pid, "the shell")
    d = Framed(host)
    d.attach(framed.JOIN, want=str(a["id"]))
    equal(d.ask("$$"), pid, "the shell by name")


def test_two_on_a_command(host):
    """A second client of a command gets what the first has not acknowledged, and neither gets a wrong byte."""
    c = Framed(host)
    a = c.attach(framed.NEW, flags=framed.PIPES, command="seq 1 200000; cat")
    d = Framed(host)
    d.attach(framed.JOIN, want=str(a["id"]))
    want = b"".join(b"%d\n" % i for i in range(1, 200001))
    while c.stream.output < len(want) or d.stream.output < len(want):
        check(c.read(30 if c.stream.output < len(want) else 0) or d.read(30), "nothing comes")
        d.read(0)
    check(bytes(c.stream.data) == want, "the first has another output")
    check(bytes(d.stream.data) == want[d.stream.start:], "the second has another output, from %d on" % d.stream.start)
    c.kill()
    d.send(framed.INPUT_END, u64(0))
    equal(d.wait_end(), (framed.EXIT, False, 0, ""), "the end")


def test_queries_are_answered_once(host):
    """What was asked while the client was away has been answered: its terminal's answers are not typed into the shell."""
    c = Framed(host)
    c.attach()
    c.ask("$$")
    c.line("sleep 1; printf '\\033[c\\033[6n'; printf 'ask%s\\n' ed")
    c.wait_for("sleep 1")
    c.kill()
    host.wait_sessions(1)
    wait_until(lambda: host.session()["away_bytes"] > 10, "the queries are there")
    c = Framed(host, c.stream)
    c.resume()
    c.wait_for(r"\033\[c\033\[6n")
    c.input(b"\033[?64;1;2c\033[5;1Recho di\033[?1;2cd it\r")
    c.wait_for("did it\r\n")
    check(b"64;1" not in c.stream.data and b"5;1R" not in c.stream.data, "%r" % bytes(c.stream.data[-200:]))
    c.wait_input()


def test_set_aside_still_answers(host):
    """A client that acknowledges nothing is set aside: pings and input are still answered, and nothing spins."""
    write("/etc/holdfast/holdfast.conf", "StallTimeout 1s\n")
    c = Framed(host)
    c.attach()
    c.ask("$$")
    pid = host.session()["keeper_pid"]
    c.acks = False
    c.line("seq 1 200000; echo >done")
    wait_until(lambda: os.path.exists("/home/alice/done"), "the program ends")
    while c.read(0.5):
        pass
    c.send(framed.PING, u64(5))
    equal(c.wait_kind(framed.S_PONG).take("Q"), 5, "PONG")
    c.input(b"x")
    c.wait_input()

    def turns():
        with open("/proc/%d/stat" % pid) as f:
            return sum(int(x) for x in f.read().rsplit(")", 1)[1].split()[11:13])
    before = turns()
    equal(c.read(2), False, "something comes")
    check(turns() - before < 50, "the keeper spins")
