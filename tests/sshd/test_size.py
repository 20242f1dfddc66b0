# SPDX-License-Identifier: MIT
"""The size of a session with several terminals: SizePolicy."""
import os
import signal

import framed
from framed import Framed
from template import write
from term import check, equal, wait_until

CONF = "/etc/holdfast/holdfast.conf"
OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]


def is_size(host, rows, cols, what):
    wait_until(lambda: (host.session()["rows"], host.session()["cols"]) == (rows, cols), "%dx%d: %s" % (rows, cols, what))


def join(host, size, how="-j"):
    t = host.login(options=OFF, size=size)
    t.line("holdfastctl attach %s %s" % (how, host.session()["id"]))
    t.wait_for("attached session")
    return t


def test_latest(host):
    """The one that typed last, be it a terminal or the client; through an upgrade and the keeper's death."""
    a = host.login()
    marked = host.mark(a)
    b = join(host, (30, 100))
    is_size(host, 30, 100, "the one that came last")
    a.line("true")
    is_size(host, 24, 80, "the one that typed last")
    b.resize(33, 99)
    watcher = join(host, (10, 40), "-r")
    watcher.line("true")
    watcher.resize(11, 44)
    c = Framed(host)
    c.attach(framed.JOIN, want=str(host.session()["id"]), size=(40, 120))
    is_size(host, 40, 120, "a client that came last")
    b.line("true")
    is_size(host, 33, 99, "its size is the one that it has now")
    c.wait(lambda: c.size_is == (33, 99), "SIZE_IS for the client")
    c.line("true")
    is_size(host, 40, 120, "the client has typed")
    c.wait(lambda: c.size_is == (40, 120), "SIZE_IS with its own size")
    a.line("true")
    is_size(host, 24, 80, "the first one again")
    # a client that comes back by itself, beside its old connection and after that has gone
    for gone in (False, True):
        if gone:
            c.kill()
            wait_until(lambda: host.session()["attachments"] == 3, "the client has gone")
        c = Framed(host, c.stream)
        c.resume(size=(40, 120))
        wait_until(lambda: host.session()["attachments"] == 4, "the client is back")
        is_size(host, 24, 80, "nobody has typed at it")
    c.line("true")
    is_size(host, 40, 120, "now somebody has")
    a.line("true")
    is_size(host, 24, 80, "the first one once more")
    equal(host.ctl("alice", "upgrade", "--force", "1").returncode, 0, "upgrade")
    is_size(host, 24, 80, "after an upgrade")
    fits = {(x["rows"], x["cols"]): x["fits"] for x in host.session()["attached"]}
    equal(fits, {(24, 80): True, (33, 99): False, (11, 44): False, (40, 120): False}, "whose size it is")
    old = host.session()["keeper_pid"]
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: host.session()["keeper_pid"] not in (0, old) and host.session()["attachments"] >= 3, "another keeper")
    is_size(host, 24, 80, "after the keeper's death")
    b.line("true")
    is_size(host, 33, 99, "the other one after it")
    marked.same(a)
    is_size(host, 24, 80, "the first one after it")
    check(watcher.alive() and b.alive(), "a terminal has gone")


def test_smallest_and_largest(host):
    for policy, both in (("smallest", (20, 80)), ("largest", (24, 120))):
        write(CONF, "SizePolicy %s\n" % policy)
        a = host.login()
        b = join(host, (20, 120))
        is_size(host, *both, policy)
        for t in (a, b):
            t.line("true")
            equal(t.ask("$(stty size)"), "%d %d" % both, "the size with %s" % policy)
        join(host, (10, 200), "-r")
        is_size(host, *both, policy + ", and one that watches")
        a.kill()
        is_size(host, 20, 120, policy + ", the first one has gone")
        b.line("exit")
        host.wait_none()
