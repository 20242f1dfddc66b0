# SPDX-License-Identifier: MIT
"""Keepers are killed at random moments (killing.py): the shell is the same one, the screen is the one there would be
without, and no byte of a stream is lost or doubled.  ./check kill N makes N kills in each case."""
import base64
import os
import signal
import struct
import threading
import time

import framed
import screens
from framed import PIPES, Framed
from killing import campaign, descriptors, wait_descriptors
from replay import settle
from screens import Judge, text, wait_like
from template import write
from term import DEADLINE, Failed, check, equal, wait_until

TEXT = "".join("%d the quick brown fox jumps over the lazy dog\n" % i for i in range(1, 200))


def login(host, **kw):
    t = host.login(**kw)
    t.on_read = screens.answer
    return t


def begin(host, victim):
    """A login, and its session as a victim."""
    t = login(host)
    s = host.session()
    return t, victim(s)


def leave(host, t):
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh")
    host.wait_none()


def word(rng, length=24):
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(length))


def file_of(name):
    try:
        with open("/home/alice/" + name, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def wait_typed(wanted):
    """Waits until the shell has written the lines that were typed."""
    try:
        wait_until(lambda: len(file_of("typed")) >= len(wanted), "all lines", 20)
    except Failed:
        pass
    equal(file_of("typed"), wanted, "the lines that were typed, each key once")


def wait_rows(judge, t, rows):
    """Waits until T shows just these ROWS."""
    seen = []

    def probe():
        t.read(0.05)
        seen[:] = [line.rstrip() for line in text(judge.show(t)).split("\n")]
        while seen and not seen[-1]:
            seen.pop()
        return seen == rows
    try:
        wait_until(probe, "the rows", 20)
    except Failed:
        check(False, "the screen of %s: expected %r, found %r" % (t.name, rows, seen))


def without_titles(seen):
    """The stack of titles has those that the program put there once more after each rendering."""
    return {**seen, "state": {k: v for k, v in seen["state"].items() if k != "titles"}}


def judged(case):
    """Decorator: CASE gets a judge, and its campaign is made."""
    def run(host):
        judge = Judge(host.log)
        try:
            campaign(host, lambda *a: case(judge, *a))
        finally:
            judge.close()
    run.__name__, run.__doc__, run.__module__ = case.__name__, case.__doc__, case.__module__
    return run


@judged
def test_at_a_prompt(judge, host, victim, kills, rng):
    """While lines are typed: each key counts once."""
    t, v = begin(host, victim)
    t.line("rm -f typed; clear")
    settle(t)
    typed, rows = b"", []
    for _ in range(kills):
        w = word(rng)
        with v.during(1, 0.12):
            for c in "echo %s >>typed" % w:
                t.send(c)
                t.read(0.004)
            t.send("\r")
        typed += w.encode() + b"\n"
        rows.append("PROMPT$ echo %s >>typed" % w)
        wait_typed(typed)
        wait_rows(judge, t, [*rows, "PROMPT$"])
    equal(t.shell_pid(), v.session["shell_pid"], "the shell")
    leave(host, t)


@judged
def test_vim(judge, host, victim, kills, rng):
    """The same keys in another session, whose keeper lives: the same screen."""
    screens.need("/usr/bin/vim")
    t, v = begin(host, victim)
    twin = login(host, options=["-o", "SetEnv=LC_HOLDFAST=new"])
    both = (t, twin)
    for one, name in zip(both, ("one", "two")):
        write("/home/alice/%s/main.txt" % name, TEXT)
        one.line("cd ~/%s && clear && vim -i NONE -n -u NONE --cmd 'set nocp ruler' main.txt" % name)
        one.wait_for("lazy dog")
        settle(one)
    os.system("chown -R alice: /home/alice/one /home/alice/two")
    before = v.session
    for _ in range(kills):
        keys = [rng.choice(["j", "3j", "k", "w", "G", "gg", "10G", "dd", "x", "u", "p"]) for _ in range(6)]
        keys += ["A %s" % word(rng, 8)]
        with v.during(1, 0.1):
            for k in keys:
                t.send(k)
                t.read(0.01)
        for k in keys:
            twin.send(k)
        for one in both:
            settle(one, 0.2)
            one.send("\x1b")
            settle(one, 0.3)
            one.send("\x0c")
            settle(one, 0.3)
        wait_like(judge, t, without_titles(judge.show(twin)), see=lambda t: without_titles(judge.show(t)))
    for one in both:
        one.send(":wq!\r")
        one.prompt()
    equal(file_of("one/main.txt"), file_of("two/main.txt"), "the files")
    equal(t.shell_pid(), before["shell_pid"], "the shell")
    twin.line("exit")
    twin.wait_exit()
    leave(host, t)


@judged
def test_flood(judge, host, victim, kills, rng):
    """The last screen, and all that the program wrote."""
    t, v = begin(host, victim)
    t.line("clear; for i in $(seq 20); do seq 1 2500; sleep 0.03; done | tee flood; printf 'do%s\\n' ne")
    with v.during(kills, 0.15):
        t.wait_for(r"\ndone\r")
    wait_rows(judge, t, ["%d" % i for i in range(2500 - 21, 2501)] + ["done", "PROMPT$"])
    same(file_of("flood"), b"".join(b"%d\n" % i for i in range(1, 2501)) * 20, "what the program wrote")
    equal(t.shell_pid(), v.session["shell_pid"], "the shell")
    leave(host, t)


class Client:
    """A client that comes back when its connection ends, as holdfast does."""

    def __init__(self, host, mode=framed.AUTO, **kw):
        self.host, self.back = host, 0
        self.c = Framed(host)
        self.c.attach(mode, **kw)
        self.s = self.c.stream

    def live(self):
        if self.c.closed and not self.c.ended:
            self.back += 1
            check(self.back < 100, "it can't come back")
            self.c = Framed(self.host, self.s)
            self.c.resume()
        return self.c

    def transfer(self, data, done):
        """Sends DATA, and reads until DONE(); never more than the window unacknowledged."""
        end, first = time.monotonic() + 2 * DEADLINE, self.s.sent
        while not done():
            check(time.monotonic() < end, "the transfer hangs: %d of %d bytes sent, %d acknowledged, %d and %d read" % (
                self.s.sent - first, len(data), self.s.acked - first, self.s.output, self.s.errors))
            c = self.live()
            room = min(self.s.window - (self.s.sent - self.s.acked), 32768, len(data) - (self.s.sent - first))
            if room > 0 and not c.closed:
                c.input(data[self.s.sent - first:self.s.sent - first + room])
            c.read(0 if room > 0 else 0.05)


def same(found, wanted, what):
    if bytes(found) != wanted:
        at = next((i for i, (x, y) in enumerate(zip(found, wanted)) if x != y), min(len(found), len(wanted)))
        check(False, "%s: %d bytes, not %d; the first that differs is %d" % (what, len(found), len(wanted), at))


def bulk(rng, size):
    return base64.b64encode(rng.randbytes(size * 3 // 4))


def test_bulk_both_ways(host):
    """A framed client of a pty: what it sends and what it gets, byte for byte."""
    def one(host, victim, kills, rng):
        client = Client(host)
        v = victim(host.session())
        data = bulk(rng, 1500000)
        client.c.line("stty raw -echo; printf 'rea%%s\\n' dy; head -c %d | tee got; "
                      "stty sane; printf 'ov%%s\\n' er" % len(data))
        client.c.wait_for(r"ready\n")
        at = client.s.output
        with v.during(kills, 0.3):
            client.transfer(data, lambda: b"over\r\n" in client.s.data[-200:])
        equal(client.s.start <= at, True, "no gap")
        got = bytes(client.s.data[at - client.s.start:])
        same(got[:got.index(b"over\r\n")], data, "output")
        same(file_of("got"), data, "input")
        host.note("%d times back" % client.back)
        equal(client.live().ask("$$"), str(v.session["shell_pid"]), "the shell")
        equal(client.c.exit(3), 3, "the status")
    campaign(host, one)


def test_command_on_pipes(host):
    """A held command: its input, its output and its errors, byte for byte, and its status."""
    def one(host, victim, kills, rng):
        client = Client(host, framed.NEW, flags=PIPES, command="tee /dev/fd/2; exit 9")
        v = victim(host.session())
        data = bulk(rng, 4000000)
        with v.during(kills, 0.25):
            client.transfer(data, lambda: client.s.output == client.s.errors == len(data))
        client.live().send(framed.INPUT_END, struct.pack(">Q", client.s.sent))
        client.transfer(b"", lambda: client.c.ended)
        equal(client.c.ended[:3], (framed.EXIT, False, 9), "the end")
        client.c.send(framed.EXIT_ACK)
        client.c.wait_closed()
        same(client.s.data, data, "standard output")
        same(client.s.error_data, data, "standard error")
        host.note("%d times back" % client.back)
    campaign(host, one)


@judged
def test_three_joined(judge, host, victim, kills, rng):
    """Three terminals of one session: all show the same, and each may type."""
    t, v = begin(host, victim)
    joined = [t]
    for _ in range(2):
        other = login(host, options=["-o", "SetEnv=LC_HOLDFAST=off"])
        other.line("holdfastctl attach -j %d" % v.session["id"])
        wait_until(lambda: host.session(id=v.session["id"])["attachments"] == len(joined) + 1, "it has joined")
        joined.append(other)
    t.line("rm -f typed; clear")
    settle(t)
    rows, typed = [], b""
    for i in range(kills):
        w = word(rng)
        one = joined[i % 3]
        with v.during(1, 0.1):
            for c in "echo %s >>typed" % w:
                one.send(c)
                for x in joined:
                    x.read(0.001)
            one.send("\r")
        typed += w.encode() + b"\n"
        rows.append("PROMPT$ echo %s >>typed" % w)
        wait_typed(typed)
        for x in joined:
            wait_rows(judge, x, [*rows, "PROMPT$"])
        wait_until(lambda: host.session(id=v.session["id"])["attachments"] == 3, "three are attached")
    equal(t.shell_pid(), v.session["shell_pid"], "the shell")
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh")
    for x in joined[1:]:
        x.prompt()
        x.line("exit")
        x.wait_exit()


@judged
def test_while_dropped(judge, host, victim, kills, rng):
    """Nobody is there; the next login finds the screen."""
    t, v = begin(host, victim)
    t.run("clear; ls -l /usr/lib | head -n 15; printf '\\033[1;31mred\\033[m\\n'")
    t.prompt()
    settle(t)
    before = judge.show(t)
    for _ in range(kills):
        host.drop(t)
        v.wait_next(v.kill(0.1))
        t = host.ssh()
        t.on_read = screens.answer
        t.wait_for("resumed session")
        wait_like(judge, t, before)
    equal(t.shell_pid(), v.session["shell_pid"], "the shell")
    leave(host, t)


def test_during_attach(host):
    """The login that comes back in that moment gets its shell."""
    def one(host, victim, kills, rng):
        t, v = begin(host, victim)
        for _ in range(kills):
            host.drop(t)
            with v.during(1, 0.35):
                t = host.ssh()
                t.on_read = screens.answer
                t.prompt()
            equal(t.shell_pid(), v.session["shell_pid"], "the shell")
        leave(host, t)
    campaign(host, one)


def other_part(host, rng, t):
    """Kills one that is no keeper; its name."""
    part = rng.choice(["holdfastd", "sshd", "holdfast-login", "painter", "ssh"])
    pids = {"holdfastd": lambda: [host.holdfastd.pid], "sshd": lambda: host.sshd_of("alice", "user"),
            "holdfast-login": lambda: host.named("holdfast-login"), "painter": lambda: host.named("holdfast-paint"),
            "ssh": lambda: [t.pid]}[part]()
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return part


def test_during_another_kill(host):
    """Two parts die within a moment: the keeper, and one that is not its leader."""
    def one(host, victim, kills, rng):
        t, v = begin(host, victim)
        for _ in range(kills):
            aside = threading.Timer(rng.uniform(0, 0.05), lambda: parts.append(other_part(host, rng, t)))
            parts = []
            with v.during(1, 0.05):
                aside.start()
                aside.join()
            if parts == ["holdfastd"]:
                host.holdfastd.wait()
                host.start_holdfastd()
            t.kill()
            wait_until(lambda: host.session()["state"] == "dropped", "it is dropped, after %s" % parts)
            t = login(host)
            equal(t.shell_pid(), v.session["shell_pid"], "the shell, after %s" % parts)
        leave(host, t)
    campaign(host, one)


def test_nothing_is_left_open(host):
    """The fourth keeper has the descriptors that the first one had, and its leader too."""
    def one(host, victim, kills, rng):
        t, v = begin(host, victim)
        # the painter has gone
        settle(t)
        wait_until(lambda: not host.named("holdfast-paint"), "no painter")
        keeper, leader = descriptors(v.keeper()), descriptors(v.leader)
        for _ in range(kills):
            v.wait_next(v.kill(0.05))
            wait_until(lambda: host.session()["attachments"] == 1, "it is attached again")
            equal(t.shell_pid(), v.session["shell_pid"], "the shell")
            settle(t)
        wait_descriptors(v.keeper, keeper, "the keeper's descriptors")
        wait_descriptors(v.leader, leader, "the leader's descriptors")
        leave(host, t)
    campaign(host, one)
