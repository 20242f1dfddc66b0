# SPDX-License-Identifier: MIT
"""The client with pipes: commands, signals, slow readers; and what it does before there is a session."""
import json
import os
import signal
import socket
import subprocess
import time

import person
from cases import needs_linux
from fake import (ATTACH, ATTACH_AHEAD, ERROR, EXIT, OUTPUT_CLOSED, S_HELLO, S_PING, Plan, Session, frame, string, u32,
                  u64)
from person import LIMIT, check, command, equal, in_order, new_host, popen, run, wait_until


def test_command():
    h = new_host(Session(output=b"out\n" * 5000, errors=b"err\n", status=7))
    p = run(h, "some", "words", stdin=b"in" * 50000)
    equal((p.returncode, p.stdout, p.stderr), (7, b"out\n" * 5000, b"err\n"), "status and output")
    equal(h.session.input, b"in" * 50000, "input")
    check(h.session.exit_acked, "EXIT_ACK")
    a = h.session.attaches[0]
    equal((a["command"], a["mode"], a["flags"]), (b"some words", 2, 2), "ATTACH")
    # ACKs come now and then, or not at all; EXIT_ACK is for the rest
    check(h.session.acked[0] <= 20000, "acknowledged %d of 20000" % h.session.acked[0])
    in_order(h)


def test_signaled():
    h = new_host(Session(after_input=False))
    h.session.exit = frame(EXIT, b"\1" + u32(15) + string("TERM"))
    equal(run(h, "x").returncode, 255, "status, as ssh's")


def test_no_command_no_terminal():
    h = new_host(Session(after_input=True))
    equal(run(h, stdin=b"date\n").returncode, 0, "status")
    a = h.session.attaches[0]
    equal((a["command"], a["mode"], a["flags"], a["term"]), (b"", 2, 2, b""), "ATTACH")


def yes(features):
    """A command that writes on and on until it is told that nothing reads that any more."""
    s = Session(output=b"y\n" * 1_000_000, after_input=False)
    s.ended, s.features = False, features
    s.exit = frame(EXIT, b"\1" + u32(13) + string("PIPE"))
    return s


def ends_without_a_reader(p, told):
    """Closes the client's standard output, and lets the command end when TOLD says that it knows."""
    p.stdout.read(10)
    p.stdout.close()
    wait_until(told, "the command is told")
    equal(p.wait(LIMIT), 255, "status")
    equal(p.stderr.read(), b"", "errors")
    p.stderr.close()


def test_stdout_that_is_closed():
    h = new_host(yes("a,output-closed"))
    p = popen(command(h, "yes"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def told():
        h.session.ended = bool(h.session.closed)
        return h.session.ended
    ends_without_a_reader(p, told)
    equal((h.session.closed, h.session.signals, h.session.detached), ([0], [], False), "what the host was told")


def test_stdout_that_is_closed_and_an_older_host():
    h = new_host(yes(""))
    p = popen(command(h, "yes"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def told():
        h.session.ended = bool(h.session.signals)
        return h.session.ended
    ends_without_a_reader(p, told)
    equal((h.session.closed, h.session.signals), ([], ["PIPE"]), "what the host was told")


def test_stdout_that_is_closed_while_away():
    """A cut does not end the command; the host is told over the next connection, and once over each."""
    h = new_host(yes("output-closed"))
    p = popen(command(h, "yes"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def told():
        if h.session.closed == [0] and h.count == 1:
            h.cut()
        h.session.ended = h.session.closed == [0, 0]
        return h.session.ended
    ends_without_a_reader(p, told)
    equal((h.session.closed, h.count), ([0, 0], 2), "told twice, over two connections")


def test_reader_that_goes_while_away():
    h = new_host(yes("output-closed"))
    p = popen(command(h, "yes"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def told():
        h.session.ended = bool(h.session.closed)
        return h.session.ended
    p.stdout.read(10)
    p.send_signal(signal.SIGSTOP)
    h.cut()
    p.stdout.close()
    p.send_signal(signal.SIGCONT)
    wait_until(told, "the command is told after the cut")
    equal((p.wait(LIMIT), p.stderr.read()), (255, b""), "status and errors")
    equal((h.session.closed[0], h.count), (0, 2), "told over the second connection")
    p.stderr.close()


def test_terminated():
    """A command's client goes for good, as ssh does: both outputs, the input, and the attachment."""
    for sig in (signal.SIGTERM, signal.SIGHUP):
        h = new_host(Session(output=b"started\n"))
        h.session.features = "output-closed"
        p = popen(command(h, "cmd"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdout.read(8)
        p.send_signal(sig)
        _, err = p.communicate(timeout=LIMIT)
        equal((p.returncode, err), (255, b""), "status and errors")
        s = h.session
        equal((s.closed, s.input_ended, s.detached, s.signals), ([0, 1], True, True, []), "what the host was told")


def test_terminated_before_attached():
    """ATTACH is on its way and may start the command: what ends it is sent behind."""
    h = new_host(Session())
    h.session.features = "output-closed"
    h.session.slow = True
    p = popen(command(h, "cmd"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: h.session.attaches, "ATTACH")
    p.send_signal(signal.SIGTERM)
    _, err = p.communicate(timeout=LIMIT)
    equal((p.returncode, err), (255, b""), "status and errors")
    equal((h.session.closed, h.session.detached), ([0, 1], True), "what the host was told")


def reads_until(c, buf, wanted):
    """Reads frames until one is WANTED or the client has gone: their types."""
    seen = []
    while not set(seen) & set(wanted):
        while len(buf) < 5 or len(buf) < 4 + int.from_bytes(buf[:4], "big"):
            data = c.sock.recv(65536)
            if not data:
                return seen
            buf += data
        seen.append(buf[4])
        del buf[:4 + int.from_bytes(buf[:4], "big")]
    return seen


def refuses_after_the_signal(code, clients, hello):
    """A host that answers when the client has been told to end: HELLO "before" that, "after" that, or no HELLO."""
    greeting = frame(S_HELLO, u32(1) + string("fake 1") + string("output-closed") + b"b" * 16)

    def script(c):
        buf = bytearray()
        c.sock.sendall(c.sock.recv(24, socket.MSG_WAITALL) + (greeting if hello == "before" else b""))
        assert reads_until(c, buf, [ATTACH, ATTACH_AHEAD]), "no ATTACH"
        wait_until(lambda: clients, "the client's process is known")
        clients[0].send_signal(signal.SIGTERM)
        assert OUTPUT_CLOSED in reads_until(c, buf, [OUTPUT_CLOSED]), "no OUTPUT_CLOSED"
        if hello == "after":
            c.sock.sendall(greeting)
            assert ATTACH not in reads_until(c, buf, [ATTACH]), "the command is asked for behind DETACH"
        else:
            c.sock.sendall(frame(ERROR, u32(code) + string("refused")))
    return script


def test_terminated_and_refused():
    """A client that has been told to end starts nothing more: not by a plain ssh, and not at the same host."""
    ssh, log = os.path.join(person.WORK, "ssh"), os.path.join(person.WORK, "plain.log")
    for code, hello in ((1, ""), (1, "before"), (7, "before"), (0, "after")):
        clients = []
        h = new_host(Session(), [Plan(script=refuses_after_the_signal(code, clients, hello))])
        with open(ssh, "w") as f:
            f.write(REFUSED_SSH % (person.CARRY, h.path, log))
        os.chmod(ssh, 0o755)
        p = popen([person.HOLDFAST, "-F", "none", "--transport", ssh, "host", "cat >f"], stdin=subprocess.PIPE,
                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        clients.append(p)
        equal(p.wait(LIMIT), 255, "status")
        p.stdin.close()
        equal(p.stderr.read(), b"", "errors")
        check(not os.path.exists(log), "a plain ssh ran")
        wait_until(lambda: h.live[-1].sock.fileno() < 0, "the host's end")
        in_order(h)


def test_terminated_by_name():
    """A session that was asked for by name goes on, and so does one on a host that can't be told."""
    for options, features in ((["--session", "x"], "output-closed"), ([], "")):
        h = new_host(Session(output=b"started\n"))
        h.session.features = features
        p = popen(command(h, "cmd", options=options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                  stderr=subprocess.PIPE)
        p.stdout.read(8)
        p.send_signal(signal.SIGTERM)
        _, err = p.communicate(timeout=LIMIT)
        equal(p.returncode, 255, "status")
        check(b"terminated; session 3 on host goes on" in err, err)
        equal((h.session.closed, h.session.detached), ([], False), "what the host was told")


def test_interrupt_that_is_ignored():
    """The command gets SIGINT first; one that goes on all the same is ended a second later."""
    h = new_host(Session(output=b"started\n"))
    h.session.features = "output-closed"
    p = popen(command(h, "cmd"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.read(8)
    p.send_signal(signal.SIGINT)
    equal(p.wait(LIMIT), 255, "status")
    equal(p.communicate()[1], b"", "errors")
    equal((h.session.signals, h.session.closed, h.session.detached), (["INT"], [0, 1], True), "what the host was told")


def test_both_outputs_closed_before_the_end():
    """The command's own status counts, where it has one."""
    h = new_host(yes("output-closed"))
    h.session.exit = frame(EXIT, b"\0" + u32(4) + string(""))
    p = popen(command(h, "yes"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.read(10)
    p.stdout.close()
    wait_until(lambda: h.session.closed, "OUTPUT_CLOSED")
    h.session.ended = True
    equal(p.wait(LIMIT), 4, "status")
    p.stderr.close()


def test_interrupt():
    h = new_host(Session(output=b"started\n"))
    p = popen(command(h, "cmd"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.read(8)
    p.send_signal(signal.SIGINT)
    wait_until(lambda: h.session.signals == ["INT"], "SIGNAL INT")
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=LIMIT)
    equal(p.returncode, 255, "status")
    check(b"session 3 on host goes on" in err, err)


def test_slow_reader():
    """What waits is bounded, and acknowledged only when it has been taken; pings are answered all the time."""
    h = new_host(Session(output=b"z" * 3_000_000, after_input=False))
    p = popen(command(h, "cmd"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    wait_until(lambda: h.connections_attached, "attached")
    c = h.connections_attached[0]
    wait_until(lambda: c.next[0] - h.session.acked[0] >= 65536, "a full window")
    check(h.session.acked[0] <= 65536 + 4096, "acknowledged %d, a pipe takes 65536" % h.session.acked[0])
    with h.lock:
        c.sock.sendall(frame(S_PING, u64(77)))
    wait_until(lambda: h.pongs == [77], "PONG")
    check(len(p.stdout.read()) == 3_000_000, "output")
    equal(p.wait(LIMIT), 0, "status")
    in_order(h)


TELLING_SSH = """#!/bin/sh
env >>%s
case "$*" in *-G*) exec ssh "$@" ;; esac
echo holdfast:logged-in
exec %s %s
"""


def test_of_an_outer_client():
    """What an outer client says first to its host is not passed on to another: by no ssh, and not with ATTACH."""
    ssh, log = os.path.join(person.WORK, "ssh"), os.path.join(person.WORK, "env.log")
    h = new_host(Session())
    with open(ssh, "w") as f:
        f.write(TELLING_SSH % (log, person.CARRY, h.path))
    os.chmod(ssh, 0o755)
    p = subprocess.run([person.HOLDFAST, "-F", "none", "-o", "SendEnv=LC_*", "--transport", ssh, "host", "true"],
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT,
                       env={**os.environ, "LC_HOLDFAST_ATTACH": "outer", "LC_OTHER": "passed"})
    equal(p.returncode, 0, "status: %s" % p.stderr)
    check(b"LC_OTHER=passed" in h.session.attaches[0]["env"], "what goes: %s" % h.session.attaches[0]["env"])
    got = [line for line in open(log).read().splitlines() if line.startswith("LC_")]
    check("LC_OTHER=passed" in got and not any("HOLDFAST" in x for x in got), "what ssh gets: %s" % got)
    check(not any(b"HOLDFAST" in e for e in h.session.attaches[0]["env"]), "ATTACH: %s" % h.session.attaches[0]["env"])
    in_order(h)


SEEN_SSH = """#!/bin/sh
case "$*" in *-G*) exec ssh "$@" ;; esac
sed -n 's/^SigIgn:.//p' /proc/$$/status >%s.tmp
cut -d' ' -f5 /proc/$$/stat >>%s.tmp
mv %s.tmp %s
echo holdfast:logged-in
exec %s %s
"""


def inherited(terminal, *options):
    """(what an ssh that carries the bytes has ignored, whether it is in the client's process group)."""
    ssh, log = os.path.join(person.WORK, "ssh"), os.path.join(person.WORK, "seen")
    h = new_host(person.terminal_session() if terminal else Session())
    with open(ssh, "w") as f:
        f.write(SEEN_SSH % (log, log, log, log, person.CARRY, h.path))
    os.chmod(ssh, 0o755)
    options = ["--transport", ssh, *options]
    if terminal:
        t = person.open_terminal(h, options=options)
        group = os.getpgid(t.pid)
        person.finish(h, t)
    else:
        p = popen(command(h, "x", options=options), stdin=subprocess.DEVNULL)
        group = os.getpgid(p.pid)
        equal(p.wait(LIMIT), 0, "status")
    ignored, its = open(log).read().split()
    os.unlink(log)
    # the real-time ones that the C library keeps to itself aside
    return int(ignored, 16) & 0x7fffffff, int(its) == group


@needs_linux
def test_signals_of_ssh():
    """What ssh starts has no signal ignored; ssh has, or is in a group that gets none."""
    ignored = sum(1 << n - 1 for n in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM))
    programs = (["-o", "ProxyCommand=true"], ["-o", "PermitLocalCommand=yes", "-o", "LocalCommand=true"],
                ["-o", "ControlPath=/nowhere/x"])
    for options in ([], *programs):
        equal(inherited(False, *options), (0, False), "without a terminal, %s" % options)
    for options in programs:
        equal(inherited(True, *options), (0, True), "with a terminal, %s" % options)
    equal(inherited(True, "-o", "BatchMode=yes"), (0, False), "with a terminal at which nothing is asked")
    equal(inherited(True), (ignored, True), "with a terminal")


REFUSED_SSH = """#!/bin/sh
case "$*" in *-G*) exec ssh "$@" ;; esac
case "$*" in
*" -s "* | *" -s") echo holdfast:logged-in; exec %s %s ;;
*) echo "plain: $*" >>%s; exit 5 ;;
esac
"""

FAKE_SSH = """#!/bin/sh
case "$*" in *-G*) exec ssh "$@" ;; esac
echo "$*" >>%s
case "$*" in
*" -s "* | *" -s") echo 'subsystem request failed on channel 0' >&2; exit 255 ;;
*"holdfastctl resume"*) echo 'sh: 1: exec: holdfastctl: not found' >&2; exit 127 ;;
*) echo "plain: $*"; exit 5 ;;
esac
"""


def test_no_holdfast():
    """First the subsystem, then the programs of a user alone, then a plain ssh, which --require refuses."""
    ssh, log = os.path.join(person.WORK, "ssh"), os.path.join(person.WORK, "ssh.log")
    with open(ssh, "w") as f:
        f.write(FAKE_SSH % log)
    os.chmod(ssh, 0o755)
    argv = [person.HOLDFAST, "-F", "none", "--transport", ssh]
    p = subprocess.run(argv + ["--require", "host", "x"], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
    equal(p.returncode, 69, "status with --require: %r" % p.stderr)
    equal(len(open(log).readlines()), 2, "attempts: %s" % open(log).read())
    p = subprocess.run(argv + ["host", "ls", "-l"], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
    equal(p.returncode, 5, "status of the plain ssh: %r" % p.stderr)
    check(b"host ls -l" in p.stdout and p.stdout.startswith(b"plain:"), p.stdout)
    check(b"plain ssh" in p.stderr.splitlines()[-1], p.stderr)


def entry(ident, name, state, program):
    now = int(time.time() * 1000)
    return (u32(ident) + string(name) + u32(state) + u32(1) + u32(1) + u32(24) + u32(80) + u64(now - 90000) +
            u64(now - 65000) + u64(now) + u64(12345) + b"\1" + string(program) + string("192.0.2.1"))


def test_list():
    h = new_host(Session())
    h.listing = u32(2) + entry(3, "work", 3, "vim") + entry(4, "", 4, 'b"\\sh')
    p = run(h, options=["--list"])
    lines = p.stdout.decode().splitlines()
    equal(p.returncode, 0, "status %r" % p.stderr)
    equal(lines[0].split(), ["ID", "NAME", "STATE", "SINCE", "KIND", "PROGRAM", "SIZE", "FROM"], "heading")
    equal(lines[1].split()[:4], ["3", "work", "attached", "1m"], "first")
    v = json.loads(run(h, options=["--list", "--json"]).stdout)["sessions"]
    equal([(s["id"], s["name"], s["state"], s["program"]) for s in v],
          [(3, "work", "attached", "vim"), (4, "", "dropped", 'b"\\sh')], "JSON")
    h.listing = u32(201) + b"x"
    equal(run(h, options=["--list"]).returncode, 255, "status for a malformed list")


def test_forwards_alone():
    """-N: no session, but a connection that comes back."""
    h = new_host(Session())
    p = popen(command(h, options=["-N", "-o", "ServerAliveInterval=1"]), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(lambda: h.pings, "a ping: the connection stands")
    h.cut()
    wait_until(lambda: h.count == 2, "connected again")
    equal(h.session.attaches, [], "ATTACH")
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=LIMIT)
    # while it still connects it ends by the signal, as ssh does
    check(p.returncode in (-signal.SIGINT, 255), "status %d" % p.returncode)


def test_background():
    h = new_host(Session(after_input=False, output=b"later\n"))
    h.session.ended = False
    p = subprocess.run(command(h, "x", options=["-f"]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT)
    equal(p.returncode, 0, "status")
    equal(len(h.session.attaches), 1, "attached before it left")
    h.session.ended = True
    wait_until(lambda: h.session.exit_acked, "EXIT_ACK")
