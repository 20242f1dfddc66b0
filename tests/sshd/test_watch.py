# SPDX-License-Identifier: MIT
"""WATCH: what a client is told of the terminal on the host (docs/PROTOCOL.md, section 10)."""
import os
import re

import framed
from framed import ECHO, ICANON, Framed
from term import check, equal, wait_until


def watching(host, **kw):
    """A client in a new session, at bash's prompt, that has sent WATCH."""
    c = Framed(host, **kw)
    a = c.attach()
    check("predict" in a["features"].split(","), "ATTACHED's features: %s" % a["features"])
    c.ask("$$")
    c.wait_for(r"=\r\n[^\n]*PROMPT\$ ")
    c.watch()
    c.wait_tty("readline's modes", unset=ICANON | ECHO, program="bash")
    return c


def typed(c, data, shown=None):
    """DATA is typed, and taken: what came of that (all of SHOWN does), and whether it is certain."""
    before = c.stream.output
    c.input(data)
    if shown is not None:
        c.wait(lambda: shown in c.stream.data[before - c.stream.start:], "%r" % shown)
    input, output, certain = c.taken()
    came = bytes(c.stream.data[before - c.stream.start:output - c.stream.start])
    if shown is not None:
        check(shown in came, "TAKEN says that %r came of %r" % (came, data))
    return came, certain


def test_prompt(host):
    """At bash's prompt: raw.  TAKEN is assumed, and behind the echo."""
    c = watching(host)
    for ch in b"echo one":
        equal(typed(c, bytes([ch])), (bytes([ch]), False), "what comes of %r" % ch)
    c.line("")
    c.wait_for(r"\rone\r\n")
    c.taken()


def test_canonical(host):
    """In cat the kernel echoes: TAKEN is certain, at once, and ends at the echo."""
    c = watching(host)
    c.line("cat")
    c.wait_tty("cat's modes", set=ICANON | ECHO, program="cat")
    c.taken()
    equal(c.ttys[-1]["cc"][2:4], b"\x7f\x15", "VERASE and VKILL")
    for data, shown in ((b"a", b"a"), (b"b", b"b"), (b"\x7f", b"\b \b"), (b"\1", b"^A"), (b"\x15", b"\b \b\b \b\b \b")):
        equal(typed(c, data), (shown, True), "what comes of %r" % data)
    typed(c, b"line\r", b"line\r\nline\r\n")
    c.input(b"\4")
    c.wait_tty("bash's modes", unset=ICANON, program="bash")


def test_password(host):
    """read -s: TTY says that there is no echo before the prompt's output can be taken for an invitation to show keys."""
    c = watching(host)
    c.line("read -r -s -p 'Pass''word: ' x; echo \"<$x>\"")
    c.wait_for("Password: ")
    equal(c.ttys[-1]["modes"] & ECHO, 0, "ECHO at the password's prompt")
    c.taken()
    equal(typed(c, b"secret")[0], b"", "what comes of the password")
    typed(c, b"\r", b"<secret>")


def test_late_reader(host):
    """A program that reads late: input is not taken before, whatever it writes; then TAKEN is behind its answer."""
    c = watching(host)
    c.line("python3 -c 'import os, tty, time\ntty.setraw(0)\nos.write(1, b\"rea\" + b\"dy\")\n"
           "while not os.path.exists(\"go\"): time.sleep(.02); os.write(1, b\".\")\n"
           "os.read(0, 99); os.write(1, b\"ANS\" + b\"WER\")\nwhile not os.path.exists(\"end\"): time.sleep(.02)'")
    c.wait_for("ready")
    c.wait_tty("its modes", unset=ICANON | ECHO)
    sent = c.stream.sent
    c.input(b"k")
    dots = c.stream.data.count(b".")
    c.wait(lambda: c.stream.data.count(b".") > dots + 20, "more dots")
    check(not c.takens or c.takens[-1][0] <= sent, "TAKEN %s before the input was read" % (c.takens[-1:],))
    open("/home/alice/go", "w").close()
    c.wait_for("ANSWER")
    input, output, certain = c.taken()
    check(bytes(c.stream.data[:output - c.stream.start]).endswith(b"ANSWER"), "TAKEN is not behind the answer")
    check(not certain, "an assumption is said to be certain")
    open("/home/alice/end", "w").close()


def test_silent_reader(host):
    """A program that reads late and writes nothing: the read alone makes TAKEN come."""
    c = watching(host)
    c.line("python3 -c 'import os, tty, time\ntty.setraw(0)\nos.write(1, b\"rea\" + b\"dy\")\n"
           "while not os.path.exists(\"go\"): time.sleep(.02)\n"
           "os.read(0, 99)\nwhile not os.path.exists(\"end\"): time.sleep(.02)'")
    c.wait_for("ready")
    c.wait_tty("its modes", unset=ICANON | ECHO)
    before = len(c.takens)
    c.input(b"k")
    keeper = host.session()["keeper_pid"]
    wait_until(lambda: any("inotify" in os.readlink("/proc/%d/fd/%s" % (keeper, n)) for n in os.listdir("/proc/%d/fd" % keeper)),
               "the keeper waits for the read")
    equal(len(c.takens), before, "TAKENs before the input was read")
    open("/home/alice/go", "w").close()
    c.taken()
    check(not any("inotify" in os.readlink("/proc/%d/fd/%s" % (keeper, n)) for n in os.listdir("/proc/%d/fd" % keeper)),
          "the keeper keeps an instance of inotify")
    open("/home/alice/end", "w").close()
