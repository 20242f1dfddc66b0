# SPDX-License-Identifier: MIT
"""Land on any node, resume on any node: the right session, or a new one soon, with one line that says where the other is."""
import re
import time

from host import takes_long
from places import NODES
from term import check, equal, wait_until
from test_hop import client
from test_knows import NAMED, known


def test_from_each_node(pool):
    """Dropped on one node, resumed from the two others in turn: the shell with its job, and a real drop each time."""
    for home in NODES:
        t = pool.login(home)
        marked = pool.mark(t, home)
        for other in [n for n in NODES if n != home]:
            pool.drop(t, home)
            known(pool, 1)
            t = pool.login(other)
            marked.same(t)
            equal(pool.node_of(t), home, "the node of the shell")
            equal(len(pool[other].named("holdfast-keeper", "alice")), 0, "keepers on " + other)
        t.line("exit 7")
        equal(t.wait_exit(), 7, "the status of ssh")
        pool[home].wait_none()
        known(pool, 0, "dropped")


def test_what_is_seen(pool):
    """Size, status and screen are as if the session were held on the node that answers."""
    t = pool.login("login1")
    t.run("printf '\\033[1;35m%s\\033[0m\\n' 'in colour'")
    pool.drop(t, "login1")
    known(pool, 1)
    t = pool.ssh("login2", size=(31, 97))
    t.wait_for("in colour")
    equal(t.ask("$(stty size)"), "31 97", "the size")
    t.resize(40, 120)
    wait_until(lambda: t.ask("$(stty size)") == "40 120", "the session has the new size")
    check(not re.search(r"Warning|denied|known_hosts|Authenticat", t.text()), "ssh between the nodes is seen: %r" % t.text())
    t.line("exit 42")
    equal(t.wait_exit(), 42, "the status of ssh")


def test_local_first(pool):
    """Two sessions alike: the one of the node that answers."""
    terms = {n: pool.login(n) for n in ("login1", "login2")}
    marks = {n: pool.mark(t, n) for n, t in terms.items()}
    for t in terms.values():
        t.kill()
    known(pool, 2)
    marks["login2"].same(pool.login("login2"))


def test_ten_windows(pool):
    """Ten windows over three nodes, cut off together, back together: each to its own, whichever node it gets."""
    sizes = [(24 + n, 80 + n) for n in range(10)]
    terms = [pool.ssh(NODES[n % 3], size=s) for n, s in enumerate(sizes)]
    marks = [pool.mark(t.prompt(), NODES[n % 3]) for n, t in enumerate(terms)]
    for t in terms:
        t.kill()
    known(pool, 10)
    begin = time.monotonic()
    terms = [pool.ssh(NODES[(n + 1) % 3], size=s) for n, s in enumerate(sizes)]
    for t in terms:
        t.prompt()
    pool.note("ten windows are back after %.1f s" % (time.monotonic() - begin))
    for marked, t in zip(marks, terms):
        marked.same(t)
    equal(sum(len(pool[n].named("holdfast-keeper", "alice")) for n in NODES), 10, "sessions in all")


def test_by_name(pool):
    """A name finds its session on any node, also attached; NODE:NAME says where; a name that is nowhere begins one."""
    t = pool.login("login1", options=[NAMED[0], NAMED[1] % "work"])
    marked = pool.mark(t, "login1")
    known(pool, 1, "attached")
    for name in ("work", "login1:work"):
        pool.drop(t, "login1")
        known(pool, 1)
        t = pool.login("login3", options=[NAMED[0], NAMED[1] % name])
        marked.same(t)
        known(pool, 1, "attached")
    other = pool.login("login2", options=[NAMED[0], NAMED[1] % "play"])
    equal(pool.node_of(other), "login2", "the node of a new session with a name")


def test_resume_is_off(pool):
    """PoolResume no: a login gets its node's own sessions alone."""
    pool["login2"].configure("Match User alice\n\tPoolResume no\n")
    t = pool.login("login1")
    pool.drop(t, "login1")
    known(pool, 1, nodes=("login3",))
    equal(pool.node_of(pool.login("login2")), "login2", "the node of alice's shell")


def test_trust(pool):
    """PoolTrust: the sessions of other nodes are followed nowhere, and no word is said of them."""
    t = pool.login("login1", options=[NAMED[0], NAMED[1] % "work"])
    marked = pool.mark(t, "login1")
    pool["login2"].configure(PoolTrust="login3")
    pool.drop(t, "login1")
    known(pool, 1)
    t = pool.login("login2")
    equal(pool.node_of(t), "login2", "the node of a login where login1 is not trusted")
    check("login1" not in t.text(), "it said %r" % t.text())
    r = pool["login2"].run_as("alice", ["holdfastctl", "kill", "login1:1"])
    check(r.returncode != 0, "login1 was asked to end a session")
    pool["login2"].configure("Match Group alice\n\tPoolTrust login3\n")
    r = pool["login2"].run_as("alice", ["holdfastctl", "kill", "login1:1"])
    check(r.returncode != 0, "login1 was asked to end a session, though alice's group does not trust it")
    equal(len(pool["login1"].sessions()), 1, "sessions on login1")
    t.line("exit")
    t.wait_exit()
    marked.same(pool.login("login1"))


def test_another_identity(pool):
    """Another key is another identity, on every node."""
    t = pool.login("login1")
    pool.drop(t, "login1")
    known(pool, 1)
    other = pool.login("login2", options=["-o", "IdentityFile=/home/laptop/.ssh/key2"])
    equal(pool.node_of(other), "login2", "the node of the shell of the login with another key")


def test_laptop_dies(pool):
    """The laptop's connection ends while the session is seen over a hop: dropped on its node, nothing left on the other."""
    t = pool.login("login1")
    marked = pool.mark(t, "login1")
    pool.drop(t, "login1")
    known(pool, 1)
    t = pool.login("login2")
    marked.same(t)
    pool.drop(t, "login1")
    wait_until(lambda: not pool["login2"].named("holdfast", "alice"), "the hop's client has gone from login2")
    marked.same(pool.login("login3"))


def test_laptop_vanishes(pool):
    """The laptop's line is silent, and nobody tells sshd: its node notices, and the next login on any node has the session."""
    t = pool.login("login1")
    marked = pool.mark(t, "login1")
    known(pool, 1, "attached")
    pool.router.cut("laptop", "login1")
    begin = time.monotonic()
    pool.wait_published(lambda v: [(s["state"], s["lost"] > s["changed"]) for s in v] == [("attached", True)],
                        "the entry says that the connection is dead", timeout=60)
    pool.note("noticed after %.0f s" % (time.monotonic() - begin))
    known(pool, 1, "attached")
    marked.same(pool.login("login2"))
    known(pool, 1, "attached")
    pool.wait_published(lambda v: [s["lost"] <= s["changed"] for s in v] == [True], "nor is the new one's line dead")
    equal(pool.node_of(pool.login("login3")), "login3", "the node of a login beside one that is alive")


def over_a_hop(pool):
    """A session on login2 that is used from login1: its terminal, and what is in its shell."""
    t = pool.login("login2")
    marked = pool.mark(t, "login2")
    pool.drop(t, "login2")
    known(pool, 1)
    t = pool.login("login1")
    marked.same(t)
    known(pool, 1, "attached")
    return t, marked


def wait_line(pool, dead, what, timeout):
    """Waits until the one entry says that the line of the session, which is attached, is dead, or is not."""
    pool.wait_published(lambda v: [(s["state"], s["lost"] > s["changed"]) for s in v] == [("attached", dead)], what, timeout=timeout)


@takes_long
def test_laptop_vanishes_behind_a_hop(pool):
    """The same, and the session is seen over a hop: the line between the nodes lives, and the next login has the session."""
    t, marked = over_a_hop(pool)
    pool.router.cut("laptop", "login1")
    begin = time.monotonic()
    wait_line(pool, True, "the entry says that the connection to login1 is dead", 60)
    pool.note("noticed after %.0f s" % (time.monotonic() - begin))
    marked.same(pool.login("login3"))
    wait_until(lambda: not pool["login1"].named("holdfast", "alice"), "the hop's client has gone from login1")
    known(pool, 1, "attached")
    wait_line(pool, False, "nor is the new one's line dead", 20)
    pool.router.mend("laptop", "login1")
    equal(pool.node_of(pool.login("login1")), "login1", "the node of a login beside one that is alive")


@takes_long
def test_laptop_comes_back_behind_a_hop(pool):
    """The laptop was away and has not given up its connection: the session is its own again, without a word to anybody."""
    t, marked = over_a_hop(pool)
    pool.router.cut("laptop", "login1")
    wait_line(pool, True, "the entry says that the connection to login1 is dead", 60)
    pool.router.mend("laptop", "login1")
    wait_line(pool, False, "the entry says that it lives", 90)
    marked.same(t)
    equal(pool.node_of(pool.login("login3")), "login3", "the node of a login beside one that is alive")
    marked.same(t)


@takes_long
def test_laptop_vanishes_behind_a_relay(pool):
    """Our client on the laptop, which login1 relays to login2: the same."""
    t = pool.login("login2")
    marked = pool.mark(t, "login2")
    pool.drop(t, "login2")
    known(pool, 1)
    t = client(pool, "login1", "-L", "9999:localhost:1")
    marked.same(t)
    check(pool["login1"].named("holdfast", "alice"), "login1 does not relay")
    known(pool, 1, "attached")
    pool.router.cut("laptop", "login1")
    wait_line(pool, True, "the entry says that the connection to login1 is dead", 60)
    marked.same(pool.login("login3"))
    wait_until(lambda: not pool["login1"].named("holdfast", "alice"), "the relay has gone from login1")


def test_laptop_vanishes_and_the_node_is_asked(pool):
    """A login on the node that has the session need not wait: that node asks the one that the laptop came to."""
    t, marked = over_a_hop(pool)
    pool.router.cut("laptop", "login1")
    marked.same(pool.login("login2"))
    wait_until(lambda: not pool["login1"].named("holdfast", "alice"), "the hop's client has gone from login1")


def test_line_between_nodes(pool):
    """The line between the nodes is silent for a time: the person stays, and is in the same shell afterwards."""
    t = pool.login("login1")
    marked = pool.mark(t, "login1")
    pool.drop(t, "login1")
    known(pool, 1)
    t = pool.login("login2")
    marked.same(t)
    pool.router.cut("login1", "login2")
    t.send("echo typed meanwhile\r")
    t.quiet(3)
    pool.router.mend("login1", "login2")
    t.wait_for("[\r\n]typed meanwhile", 90)
    marked.same(t)
