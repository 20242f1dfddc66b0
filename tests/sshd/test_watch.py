# SPDX-License-Identifier: MIT
"""WATCH: what a client is told of the terminal on the host (docs/PROTOCOL.md, section 10)."""
import os
import random
import re
import shutil
import subprocess
import time

import framed
from framed import ECHO, ICANON, MODES_ALONE, Framed
from host import by_request
from term import Skip, check, equal, wait_until


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


def ask_until(c, **want):
    """Until TTY says what is wanted, of a program that may start slowly, without a word that makes the keeper look."""
    while not c.tty_is(**want):
        c.read(.1)
        c.watch()


def start(c, command, **want):
    """COMMAND is typed at a shell's prompt, and TTY says of it what is wanted."""
    c.line(command)
    c.taken()
    ask_until(c, **want)


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


def settle(c):
    """Until all has come that the keeper has for C."""
    c.send(framed.PING, framed.u64(7))
    c.wait_kind(framed.S_PONG)


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
    start(c, "cat", set=ICANON | ECHO, program="cat")
    equal(c.ttys[-1]["cc"][2:4], b"\x7f\x15", "VERASE and VKILL")
    for data, shown in ((b"a", b"a"), (b"b", b"b"), (b"\x7f", b"\b \b"), (b"\1", b"^A"), (b"\x15", b"\b \b\b \b\b \b")):
        equal(typed(c, data), (shown, True), "what comes of %r" % data)
    typed(c, b"line\r", b"line\r\nline\r\n")
    c.input(b"\4")
    c.wait_tty("bash's modes", unset=ICANON, program="bash")


def test_password(host):
    """read -s: TTY says that there is no echo, together with the prompt, and no key makes a TAKEN."""
    c = watching(host)
    c.line("read -r -s -p 'Pass''word: ' x; echo \"<$x>\"")
    c.wait_for("Password: ")
    equal(c.ttys[-1]["modes"] & ECHO, 0, "ECHO at the password's prompt")
    sent = c.stream.sent
    for ch in b"secret":
        c.input(bytes([ch]))
        c.wait_input()
        # so long that a TAKEN would be there
        time.sleep(0.06)
    typed(c, b"\r", b"<secret>")
    equal([t for t in c.takens if sent < t[0] < c.stream.sent], [], "TAKENs of a password's keys")


def test_late_reader(host):
    """A program that reads late: input is not taken before, whatever it writes; then TAKEN is behind its answer."""
    c = watching(host)
    c.line("python3 -c 'import os, tty, time\ntty.setraw(0)\nos.write(1, b\"rea\" + b\"dy\")\n"
           "while not os.path.exists(\"go\"): time.sleep(.06); os.write(1, b\".\")\n"
           "os.read(0, 99); os.write(1, b\"ANS\" + b\"WER\")\nwhile not os.path.exists(\"end\"): time.sleep(.02)'")
    c.wait_for("ready")
    c.wait_tty("its modes", unset=ICANON | ECHO)
    sent = c.stream.sent
    c.input(b"k")
    dots = c.stream.data.count(b".")
    c.wait(lambda: c.stream.data.count(b".") > dots + 8, "more dots")
    check(not c.takens or c.takens[-1][0] <= sent, "TAKEN %s before the input was read" % (c.takens[-1:],))
    open("/home/alice/go", "w").close()
    c.wait_for("ANSWER")
    input, output, certain = c.taken()
    check(bytes(c.stream.data[:output - c.stream.start]).endswith(b"ANSWER"), "TAKEN is not behind the answer")
    check(not certain, "an assumption is said to be certain")
    open("/home/alice/end", "w").close()


def watching_modes(host):
    """A client at bash's prompt that asks for the modes alone."""
    c = Framed(host)
    check("watch-modes" in c.attach()["features"].split(","), "ATTACHED's features")
    c.ask("$$")
    c.wait_for(r"=\r\n[^\n]*PROMPT\$ ")
    c.watch(MODES_ALONE)
    c.wait_tty("readline's modes", unset=ICANON | ECHO, program="bash")
    return c


def test_modes_alone(host):
    """TTY comes as with all: with read -s together with its prompt; and no TAKEN."""
    c = watching_modes(host)
    for ch in b"echo one":
        before = c.stream.output
        c.input(bytes([ch]))
        c.wait(lambda: c.stream.output > before, "the echo")
    c.line("")
    c.wait_for(r"\rone\r\n[^\n]*PROMPT\$ ")
    c.line("read -r -s -p 'Pass''word: ' x; echo \"<$x>\"")
    c.wait_for("Password: ")
    equal(c.ttys[-1]["modes"] & ECHO, 0, "ECHO at the password's prompt")
    c.line("secret")
    c.wait_for("<secret>")
    c.wait_tty("readline's modes", unset=ICANON | ECHO, program="bash")
    # so long that a TAKEN would be there
    time.sleep(0.1)
    settle(c)
    n = len(c.ttys)
    os.kill(host.session()["keeper_pid"], 9)
    c.wait(lambda: len(c.ttys) > n, "TTY, from the next keeper")
    before = c.stream.output
    c.input(b"x")
    c.wait(lambda: c.stream.output > before, "the echo")
    time.sleep(0.1)
    settle(c)
    equal(c.takens, [], "TAKENs")
    check(not has_inotify(host.session()["keeper_pid"]), "the keeper waits for a program that reads")
    # From then on all is told again.
    c.watch()
    c.taken()


def test_modes_without_a_word(host):
    """A program ceases to echo behind its prompt, and says nothing: told soon behind the Enter that has started it, and
    else at the latest with the acknowledgement of a key."""
    c = watching_modes(host)
    c.line("sh -c 'printf \"wo\"\"rd> \"; stty -echo; read x\n"
           "while [ ! -e go ]; do sleep .02; done; stty echo; read x'")
    c.wait_for("word> ")
    c.wait_tty("no echo", set=ICANON, unset=ECHO)
    c.line("secret")
    open("/home/alice/go", "w").close()
    while not c.tty_is(set=ICANON | ECHO):
        c.input(b"x")
        c.wait_input()
        settle(c)
    equal(c.takens, [], "TAKENs")


def has_inotify(pid):
    fds = "/proc/%d/fd" % pid
    return any("inotify" in os.readlink("%s/%s" % (fds, n)) for n in os.listdir(fds))


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
    wait_until(lambda: has_inotify(keeper), "the keeper waits for the read")
    equal(len(c.takens), before, "TAKENs before the input was read")
    open("/home/alice/go", "w").close()
    c.taken()
    check(not has_inotify(keeper), "the keeper keeps an instance of inotify")
    open("/home/alice/end", "w").close()


def test_flood(host):
    """Output that never ceases: TAKEN comes late, and not before the answer."""
    c = watching(host)
    c.line("python3 -c 'import os, tty, select\ntty.setraw(0)\nos.write(1, b\"rea\" + b\"dy\")\nleft = None\n"
           "while left != 0:\n  os.write(1, b\".\" * 4096)\n  left = left and left - 1\n"
           "  if left is None and select.select([0], [], [], 0)[0]:\n"
           "    os.write(1, b\"<%s>\" % os.read(0, 9)); left = 300\n"
           "while not os.path.exists(\"end\"): select.select([], [], [], .02)'")
    c.wait_for("ready")
    c.wait(lambda: c.stream.data.count(b".") > 100000, "the flood")
    c.input(b"k")
    input, output, certain = c.taken()
    came = bytes(c.stream.data[:output - c.stream.start])
    check(came.endswith(b"<k>" + b"." * 300 * 4096), "TAKEN comes before the flood is over: %r" % came[-20:])
    check(not certain, "an assumption is said to be certain")
    open("/home/alice/end", "w").close()


def test_flood_in_canonical_mode(host):
    """The kernel echoes into a flood: TAKEN is behind that echo."""
    c = watching(host)
    c.line("yes")
    c.wait(lambda: c.stream.data.count(b"y\r\n") > 50000, "the flood")
    sent, before = c.stream.sent, len(c.takens)
    c.input(b"Z")
    c.wait(lambda: b"Z" in c.stream.data[-200000:], "the echo")
    c.input(b"\3")
    c.wait_tty("bash's modes", unset=ICANON, program="bash")
    c.taken()
    for input, output, _ in c.takens[before:]:
        if input > sent:
            check(b"Z" in c.stream.data[:output - c.stream.start], "TAKEN of %d is before the echo" % input)


def test_typed_ahead(host):
    """Lines that wait for their reader, echoed by the kernel."""
    c = watching(host)
    start(c, "sleep 600", set=ICANON | ECHO, program="sleep")
    equal(typed(c, b"ab\r", b"ab\r\n"), (b"ab\r\n", False), "a line that nobody reads")
    equal(typed(c, b"c", b"c"), (b"c", False), "what is behind it")
    c.input(b"\3")
    c.wait_tty("bash's modes", unset=ICANON, program="bash")
    c.taken()


def test_vim(host):
    """A program that draws: raw, and slow at its start."""
    c = watching(host)
    start(c, "vim --clean x", unset=ICANON | ECHO, program="vim")
    c.wait_for("New")
    check(b"INSERT" in typed(c, b"i", b"INSERT")[0], "no INSERT")
    for ch in b"words":
        check(bytes([ch]) in typed(c, bytes([ch]))[0], "TAKEN comes before vim shows %r" % ch)
    typed(c, b"\x1b")
    c.line(":q!")
    c.wait_tty("bash's modes", program="bash")


def test_several(host):
    """Two clients and a terminal in one session: each client hears of its own input."""
    one = watching(host)
    two = Framed(host)
    two.attach(framed.JOIN, want=str(host.session()["id"]))
    two.watch()
    looker = Framed(host)
    looker.attach(framed.JOIN, want=str(host.session()["id"]), flags=framed.READONLY)
    equal(looker.watch()["program"], "bash", "what a read-only client is told")
    typed(one, b": one", b": one")
    before = len(one.takens)
    typed(two, b" two", b" two")
    equal(two.takens[-1][0], 4, "the offset in the other's stream")
    one.watch(MODES_ALONE)
    told = len(one.takens)
    typed(two, b"+", b"+")
    one.input(b"-")
    two.wait(lambda: bytes(two.stream.data).endswith(b"-"), "what the other types")
    typed(two, b"+", b"+")
    settle(one)
    equal(len(one.takens), told, "TAKENs for who asks for the modes alone")
    one.watch()
    one.taken()
    before = len(one.takens)
    looker.input(b"x")
    t = host.ssh(options=["-t"], args=["holdfastctl", "attach", "-j", str(host.session()["id"])])
    t.wait_for(": one two")
    t.line("")
    t.line("cat")
    for c in (one, two, looker):
        ask_until(c, set=ICANON, program="cat")
    equal(len(one.takens), before, "TAKENs of what another one has typed")
    one.watch(False)
    settle(one)
    n = len(one.ttys)
    t.send(b"\3")
    two.wait_tty("the terminal's program has gone", unset=ICANON, program="bash")
    one.input(b":")
    one.wait_for(r"\^C[^:]*PROMPT\$ :")
    two.input(b" end")
    two.taken()
    one.wait_for(": end")
    settle(looker)
    equal((len(one.ttys), len(one.takens)), (n, before), "what is told after WATCH 0")
    equal(looker.takens, [], "what a client that cannot type is told of that")


def test_returns(host):
    """Over a cut WATCH is asked again; a keeper's death and an upgrade it outlives."""
    c = watching(host)
    typed(c, b": a", b": a")
    c.kill()
    c = Framed(host, c.stream)
    c.resume()
    c.input(b"b")
    c.wait_for(": ab")
    equal((c.ttys, c.takens), ([], []), "what is told without WATCH")
    c.watch()
    typed(c, b"c", b"c")
    before = host.session()
    for kill in (True, False):
        n = len(c.ttys)
        if kill:
            os.kill(before["keeper_pid"], 9)
        else:
            equal(host.ctl("alice", "upgrade", "--force", str(c.stream.id)).returncode, 0, "holdfastctl upgrade")
        c.wait(lambda: len(c.ttys) > n, "TTY, from the next keeper")
        equal(c.ttys[-1]["program"], "bash", "the program in front")
        typed(c, b"d", b"d")
    equal(host.session()["shell_pid"], before["shell_pid"], "the shell")
    c.line("")
    start(c, "exec cat", set=ICANON | ECHO, program="cat")
    equal(typed(c, b"e", b"e"), (b"e", True), "what comes of a key")


def test_no_terminal(host):
    """A command on pipes has no WATCH: the connection ends."""
    c = Framed(host)
    c.attach(framed.NEW, flags=framed.PIPES, command="cat")
    c.send(framed.WATCH, b"\1")
    equal(c.wait_end()[:2], (framed.ERROR, framed.PROTOCOL), "the answer to WATCH")


def test_told_too_much(host):
    """A program changes modes 20,000 times while the client reads nothing: little is kept, and the last is told."""
    c = watching(host)
    c.line("python3 -c 'import os, termios\nt = termios.tcgetattr(0)\n"
           "for i in range(20000):\n  t[3] ^= termios.ECHOK; termios.tcsetattr(0, termios.TCSANOW, t)\n"
           "  os.write(1, b\".\")\n"
           "t[3] &= ~termios.ECHOE; termios.tcsetattr(0, termios.TCSANOW, t)\nopen(\"done\", \"w\"); os.read(0, 1)'")
    wait_until(lambda: os.path.exists("/home/alice/done"), "the program is done")
    for _ in range(1000):
        c.send(framed.WATCH, b"\1")
    c.wait(lambda: c.stream.data.count(b".") >= 20000, "the output")
    c.wait_tty("the last modes", set=ICANON, unset=4)
    check(len(c.ttys) < 25000, "%d TTYs" % len(c.ttys))


def test_behind_the_window(host):
    """TAKEN is known, and the output before it still waits for the client's window: TAKEN waits too."""
    c = watching(host)
    # more than the first window, and less than what makes the keeper slow the program
    start(c, "python3 -c 'import os, sys, tty\ntty.setraw(0)\nwhile sys.stdin.buffer.raw.read(1) != b\"g\": pass\n"
          "os.write(1, b\"x\" * 85000); open(\"all\", \"w\")\nwhile True: sys.stdin.buffer.raw.read(1)'", unset=ICANON)
    c.acks = False
    before = c.stream.output
    c.input(b"g")
    wait_until(lambda: os.path.exists("/home/alice/all"), "all is written")
    while c.read(.3):
        pass
    check(c.stream.output - before < 85000, "the window is too wide for this test")
    sent = c.stream.sent
    c.input(b"k")
    c.wait_input()
    settle(c)
    while c.read(.3):
        pass
    equal([t for t in c.takens if t[0] > sent], [], "TAKENs before the output")
    c.acks = True
    c.ack()
    c.taken()
    check(bytes(c.stream.data).endswith(b"x" * 85000), "TAKEN is not behind the output")


def calls(host, keys):
    """The system calls by which the keeper of the only session serves KEYS."""
    log = "/tmp/strace.%d" % os.getpid()
    p = subprocess.Popen(["strace", "-o", log, "-p", str(host.session()["keeper_pid"])], stderr=subprocess.PIPE)
    check(b"attached" in p.stderr.readline(), "strace")
    keys()
    p.terminate()
    p.wait()
    with open(log) as f:
        return [line for line in f if re.match(r"ioctl\(\d+, (TCGETS|FIONREAD)|poll\(|openat\(|inotify", line)]


def test_costs_nothing(host):
    """Where nobody watches, not one system call more; where one does, a few a key."""
    if not shutil.which("strace"):
        raise Skip("no strace")
    c = Framed(host)
    c.attach()
    c.ask("$$")
    c.wait_for(r"=\r\n[^\n]*PROMPT\$ ")

    def keys():
        for i in range(20):
            c.input(b"k")
            c.wait(lambda: bytes(c.stream.data).endswith(b"k" * (i + 1)), "the echo")

    def blank():
        c.input(b"\x15")
        c.wait(lambda: bytes(c.stream.data).endswith(b"\x1b[K"), "an empty line")
        c.stream.data.clear()
        c.stream.start = c.stream.output
    # for its title the keeper looks three times at a program that has come to the front, within 54 ms of keys
    began = time.monotonic()
    while time.monotonic() < began + .2:
        keys()
        blank()
    without = calls(host, keys)
    # one FIONREAD a key is asked.h's
    check(not [line for line in without if "FIONREAD" not in line] and len(without) <= 20,
          "what a client that does not watch costs: %s" % without)
    blank()
    c.watch()
    n = len(calls(host, keys))
    check(60 <= n <= 400, "%d system calls for 20 keys" % n)
    # The modes alone: two a key (one of them is counted here), where its echo or its acknowledgement is sent.
    blank()
    c.watch(MODES_ALONE)
    modes = calls(host, keys)
    check(len(modes) <= len(without) + 45 and not [line for line in modes if "ioctl" not in line],
          "the modes alone: %s" % modes)
    host.note("system calls for 20 keys: %d without, %d with all, %d with the modes" % (len(without), n, len(modes)))


# What a program is started with, and what is typed into it.
WORDS = "the quick brown fox jumps over the lazy dog"
EDITED = [*WORDS, "\r", *WORDS[:20], *["\x7f"] * 5, *["\x1b[D"] * 4, *"insert"]
SHELL = [*("echo " + WORDS), "\r", *"ls -l /usr/bin", *["\x7f"] * 4, *"lib", "\r", *"cd /tm", "\t", "\r"]
PROGRAMS = {
    "bash": ("bash", SHELL), "fish": ("fish", SHELL), "zsh": ("zsh", SHELL), "vim": ("vim x", ["i", *EDITED]),
    "nvim": ("nvim y", ["i", *EDITED]), "nano": ("nano z", EDITED), "emacs": ("emacs -nw w", EDITED),
    "python": ("python3", [*"x = [i for i in range(9)]", "\r", *"print(x)", "\r"]),
    "tmux": ("tmux -f /dev/null", SHELL),
}


def early(c, keys, rng):
    """How many keys there were, and after how many of them output came behind their TAKEN, before the next key."""
    late = []
    for key in keys:
        c.input(key.encode())
        end, taken = time.monotonic() + rng.uniform(.1, .3), None
        while time.monotonic() < end:
            c.read(end - time.monotonic())
            if taken is None and c.takens and c.takens[-1][0] == c.stream.sent:
                taken = c.takens[-1][1]
        if taken is not None and c.stream.output > taken:
            late.append(key)
    return late


@by_request
def test_how_often_early(host):
    """Figures: how often TAKEN is wrong, because output comes behind it that the key has made."""
    for name, (command, keys) in PROGRAMS.items():
        if not shutil.which(name):
            continue
        c = watching(host)
        c.line("exec " + command)
        time.sleep(4)
        while c.read(.5):
            pass
        late = early(c, keys * 2, random.Random(1))
        host.note("%-7s %3d keys, TAKEN was early after %d: %r" % (name, 2 * len(keys), len(late), late))
        c.kill()
        host.ctl("alice", "kill", str(c.stream.id))


def cpu_ns(pid):
    with open("/proc/%d/schedstat" % pid) as f:
        return int(f.read().split()[0])


@by_request
def test_what_watching_costs(host):
    """Figures: the echo of a key, and the keeper's processor time for it, with WATCH and without, in turn."""
    c = Framed(host)
    c.attach()
    c.line("exec cat")
    c.wait_for(r"exec cat\r\n")
    keeper, figures = host.session()["keeper_pid"], {True: [], False: [], MODES_ALONE: []}
    for block in range(30):
        on = list(figures)[block % 3]
        c.watch(on)
        settle(c)
        cpu, times = cpu_ns(keeper), []
        for _ in range(50):
            before, start = c.stream.output, time.monotonic()
            c.input(b"k")
            c.wait(lambda: c.stream.output > before, "the echo")
            times.append(time.monotonic() - start)
            while c.read(.05):
                pass
        figures[on].append((sorted(times)[25], (cpu_ns(keeper) - cpu) / 50))
        c.line("")
        settle(c)
    for on in (False, True, MODES_ALONE):
        times, cpus = zip(*figures[on])
        host.note("WATCH %d: echo p50 %.0f us, keeper %.0f us a key (medians of 10 times 50 keys)"
                  % (on, sorted(times)[5] * 1e6, sorted(cpus)[5] / 1e3))
