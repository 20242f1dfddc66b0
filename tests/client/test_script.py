# SPDX-License-Identifier: MIT
"""A script's options of the client (--print, --send, --tail, --wait), at a host that is made up."""
import subprocess

from fake import ERROR, SCRIPT_END, SCRIPT_OUTPUT, SCRIPT_TAKEN, Session, frame, string, u32, u64
from person import LIMIT, check, command, equal, new_host, popen, run, wait_until


def end(status=0, text=""):
    return frame(SCRIPT_END, u32(status) + string(text))


def output(data, channel=0):
    return frame(SCRIPT_OUTPUT, bytes([channel]) + data)


def host_for(*answers):
    """A host that answers the n-th request with the n-th of ANSWERS, the last one to all others."""
    s = Session()
    s.features = "script"
    s.answers = list(answers)
    return new_host(s)


def test_print():
    h = host_for(output(b"the screen\n\xff\x1b[0m") + output(b"holdfastctl: a message\n", 1) + output(b"end") + end(3))
    p = run(h, options=["--print", "work", "--ansi"])
    # A byte that is no text is left out.
    equal((p.returncode, p.stdout, p.stderr), (3, b"the screen\n\x1b[0mend", b"holdfastctl: a message\n"), "all")
    equal(h.session.scripts, [[b"print", b"--ansi", b"--", b"work"]], "what the host was asked")
    equal(h.session.attaches, [], "ATTACH")
    equal(h.troubles, [], "troubles")


def test_older_host():
    h = new_host(Session())
    p = run(h, options=["--tail", "work"])
    equal((p.returncode, p.stdout), (69, b""), "status; %r" % p.stderr)
    equal(p.stderr, b"holdfast: host: the host has fake 1, which cannot do --tail\n", "message")


def test_send_standard_input():
    """All of it goes, however much; then its end."""
    data = bytes(range(1, 256)) * 2000
    h = host_for(end())
    h.session.script_reads = True
    p = run(h, "-", stdin=data, options=["--send", "work"])
    equal((p.returncode, p.stderr), (0, b""), "status")
    equal(bytes(h.session.script_input), data, "input")
    equal(h.session.scripts, [[b"send", b"--", b"work", b"-"]], "what the host was asked")


def test_send_slowly():
    """The session's program reads slowly: the client sends no more than the window holds, and stays."""
    data = bytes(range(1, 256)) * 600
    h = host_for(end())
    h.session.script_reads = h.session.script_slow = True
    p = run(h, "-", stdin=data, options=["--send", "work"])
    equal((p.returncode, p.stderr), (0, b""), "status")
    check(bytes(h.session.script_input) == data, "input")
    equal((len(h.session.scripts), h.troubles), (1, []), "requests, troubles")


def test_send_words():
    h = host_for(end(0))
    equal(run(h, "make", "-j", "2", stdin=b"not this", options=["--send", "work"]).returncode, 0, "status")
    equal(h.session.scripts, [[b"send", b"--", b"work", b"make", b"-j", b"2"]], "what the host was asked")
    equal(bytes(h.session.script_input), b"", "input")


def test_too_long():
    """Refused before the host is asked, and not tried again."""
    for words, options in ([], ["--wait", "work", "--for", "a" * 17000]), (["x" * 17000], ["--send", "work"]), \
            (["x"] * 70, ["--send", "work"]):
        h = host_for(end())
        p = run(h, *words, options=options)
        equal((p.returncode, h.count), (255, 0), "status, connections; %r" % p.stderr)
        check(b"more than 64 words, or 16384 bytes" in p.stderr, p.stderr)
        equal(b"standard input" in p.stderr, options[0] == "--send", "the way out; %r" % p.stderr)


def test_what_would_fail_again():
    """An ERROR of the host, or a frame against the protocol, is the end also of what comes back after a cut."""
    for answer, text in (frame(ERROR, u32(5) + string("not today")), b"not today"), (frame(SCRIPT_END), b"protocol error"):
        h = host_for(answer)
        p = run(h, options=["--wait", "work"])
        equal((p.returncode, len(h.session.scripts)), (255, 1), "status, requests; %r" % p.stderr)
        check(text in p.stderr, p.stderr)


def test_refused_by_the_host():
    h = host_for(end(2, "no such verb of a script on this host"))
    p = run(h, options=["--wait", "work"])
    equal((p.returncode, p.stderr), (2, b"holdfast: host: no such verb of a script on this host\n"), "all")


def test_cut_before_an_answer():
    """To ask again changes nothing; but what was sent may have arrived."""
    h = host_for(None, output(b"text\n") + end())
    p = run(h, options=["--print", "work"])
    equal((p.returncode, p.stdout, len(h.session.scripts)), (0, b"text\n", 2), "print: %r" % p.stderr)
    check(b"connecting again" in p.stderr, p.stderr)
    h = host_for(None, end(0))
    equal(run(h, options=["--wait", "work", "--end"]).returncode, 0, "wait")
    equal(len(h.session.scripts), 2, "wait asks again")
    h = host_for(None, end(0))
    p = run(h, "x", options=["--send", "work"])
    equal((p.returncode, len(h.session.scripts)), (255, 1), "send: %r" % p.stderr)


def test_wait_after_a_cut():
    """It goes on at the same offset of the output, and in what is left of its time."""
    h = host_for((output(b"1234\n"),), None, end(0))
    p = run(h, options=["--wait", "work", "--for", "x", "--timeout", "1m"])
    equal((p.returncode, p.stdout, len(h.session.scripts)), (0, b"", 3), "all; %r" % p.stderr)
    first, second, third = h.session.scripts
    equal(first, [b"wait", b"--tell-offset", b"--for", b"x", b"--timeout", b"1m", b"--", b"work"], "first request")
    equal(second[:5], [b"wait", b"--since", b"1234", b"--for", b"x"], "second request")
    equal(third[:5] + third[7:], second[:5] + second[7:], "third request")
    check(0 < int(third[6]) < 60, third)
    for evil in b"12\n3\n", b"-1\n", b"\n", b"7", b"9" * 20 + b"\n", b"1" * 40 + b"\n", b"1\0\n":
        h = host_for((output(evil),))
        p = run(h, options=["--wait", "work", "--for", "x"])
        equal((p.returncode, p.stdout, len(h.session.scripts)), (255, b"", 1), "%r; %r" % (evil, p.stderr))


def test_timeout_while_away():
    h = host_for(None)
    p = run(h, options=["--wait", "work", "--end", "--timeout", "1"])
    equal(p.returncode, 4, "status; %r" % p.stderr)
    check(b"timed out: host has not been reached again" in p.stderr, p.stderr)


def test_cut_in_the_middle():
    h = host_for((output(b"half\n"),), output(b"half\nwhole\n") + end())
    p = run(h, options=["--print", "work"])
    equal((p.returncode, p.stdout, len(h.session.scripts)), (255, b"half\n", 1), "print: %r" % p.stderr)


def test_hostile_frames():
    for evil in (frame(SCRIPT_OUTPUT, b"\2x"), frame(SCRIPT_OUTPUT), frame(SCRIPT_END, u32(0)),
                 frame(SCRIPT_TAKEN, u64(1)), frame(SCRIPT_TAKEN, u32(0)),
                 frame(SCRIPT_END, u32(256) + string("")), frame(SCRIPT_END, u32(0) + string("") + b"x"),
                 frame(SCRIPT_END, u32(0) + string("x" * 600)), frame(68, b"\0" + bytes(8) + b"x")):
        h = host_for(output(b"1") + evil)
        p = run(h, options=["--tail", "work"])
        equal((p.returncode, p.stdout), (255, b"1"), "status after %r; %r" % (evil, p.stderr))
        check(b"protocol error" in p.stderr, p.stderr)


def test_unasked():
    """A host that speaks of a script to a client that has not asked: skipped, as any extension."""
    h = host_for(end())
    h.session.unasked = output(b"evil") + end(7)
    p = run(h, options=["--print", "work"])
    equal((p.returncode, p.stdout), (0, b""), "status; %r" % p.stderr)


def test_message_of_the_host():
    """Control characters in the host's reason never reach the terminal."""
    h = host_for(frame(SCRIPT_END, u32(1) + string(b"a\x1b[31mb\nc")))
    p = run(h, options=["--print", "work"])
    equal((p.returncode, p.stderr), (1, b"holdfast: host: a[31mbc\n"), "all")


def test_reader_that_goes():
    h = host_for(tuple(output(b"%d 16000\n" % (16000 * n) + b"y\n" * 8000) for n in range(200)))
    p = popen(command(h, options=["--tail", "work", "--follow"]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
              stderr=subprocess.PIPE)
    p.stdout.read(10)
    p.stdout.close()
    equal(p.wait(LIMIT), 128 + 13, "status")
    equal(p.stderr.read(), b"", "errors")
    p.stderr.close()


def test_slow_reader():
    """The host waits with a reader that does not read, and nothing is lost."""
    data = bytes(range(256)) * 60
    h = host_for(output(data) * 300 + end())
    p = popen(command(h, options=["--tail", "work", "--raw"]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
              stderr=subprocess.PIPE)
    wait_until(lambda: h.session.scripts, "the request")
    out, err = p.communicate(timeout=LIMIT)
    equal((p.returncode, len(out), out == data * 300, err), (0, 300 * len(data), True, b""), "all")
