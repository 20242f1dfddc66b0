# SPDX-License-Identifier: MIT
"""The framed protocol of docs/PROTOCOL.md over real ssh: what a client gets, over cuts too."""
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
        c.limit = 2000  # no more than it takes to be attached
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
    c.send(framed.PING, framed.u64(1))
    c.wait_kind(framed.S_PONG)
    c.acks = True
    c.ack()
    c.wait_for("over\n")
    equal(len(c.renderings), 1, "renderings")
    check(b"".join(b"%d\n" % i for i in range(1, 30001)) in bytes(c.stream.data), "the output is not there whole")


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
