# SPDX-License-Identifier: MIT
"""Framed attachments: several of a session, beside terminals and in each other's place."""
import copy
import os

import framed
from framed import Framed
from template import write
from term import check, equal, wait_until


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
    d.send(framed.INPUT_END, framed.u64(0))
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
    c.send(framed.PING, framed.u64(5))
    equal(c.wait_kind(framed.S_PONG).take("Q"), 5, "PONG")
    c.input(b"x")
    c.wait_input()

    def turns():
        with open("/proc/%d/stat" % pid) as f:
            return sum(int(x) for x in f.read().rsplit(")", 1)[1].split()[11:13])
    before = turns()
    equal(c.read(2), False, "something comes")
    check(turns() - before < 50, "the keeper spins")
