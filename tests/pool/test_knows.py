# SPDX-License-Identifier: MIT
"""What the nodes of a pool know of each other, and how soon; no login is led anywhere here."""
import json
import re
import signal
import time

from host import by_hand, takes_long
from places import MEMBERS, NODES
from pool import KEYS
from term import check, equal, wait_until

NAMED = ["-o", "SetEnv=LC_HOLDFAST=%s"]
LEASE = 60.0


def named(name):
    return [NAMED[0], NAMED[1] % name]


def known(pool, count, state="dropped", user="alice", nodes=NODES, timeout=20):
    """Waits until each of NODES knows COUNT sessions of the user in STATE, wherever they are; seconds that it took."""
    begin = time.monotonic()
    for name in nodes:
        def probe(name=name):
            return len([s for s in pool[name].everywhere(user) if state in (None, s["state"])]) == count
        wait_until(probe, "%s knows %d sessions %s" % (name, count, state), timeout)
    return time.monotonic() - begin


def members(pool, node):
    """What holdfastctl pool says; holdfast-pool has 50 ms to answer, and a machine with much to do is asked again."""
    def probe():
        r = pool[node].run_as("alice", ["holdfastctl", "pool", "--json"])
        return r.stdout if r.returncode == 0 else None
    return json.loads(wait_until(probe, "holdfast-pool of %s answers holdfastctl pool" % node, 20))


def seen(pool, node, test, what, user="alice"):
    """Waits until a session that NODE knows satisfies TEST; it."""
    return wait_until(lambda: next((s for s in pool[node].everywhere(user) if test(s)), None), "%s knows %s" % (node, what), 20)


def wait_members(pool, node, count, timeout=20):
    wait_until(lambda: len(members(pool, node)["members"]) == count, "%s knows %d nodes" % (node, count), timeout)


def wait_store(pool, node, word, timeout):
    wait_until(lambda: members(pool, node)["directory"] == word, "%s says that its directory is %s" % (node, word), timeout)


def test_life_of_a_session(pool):
    """Started, named, dropped, resumed, ended: each is known everywhere within a second or two."""
    t = pool.login("login1")
    first = known(pool, 1, "attached")
    entry = seen(pool, "login3", lambda s: True, "the session")
    equal((entry["node"], entry["rows"], entry["cols"], entry["term"], entry["program"]),
          ("login1", 24, 80, "xterm-256color", ""), "what login3 knows")
    equal(t.run("holdfastctl rename 1 work"), 0, "holdfastctl rename")
    seen(pool, "login2", lambda s: s["name"] == "work", "the name")
    pool.drop(t, "login1")
    dropped = known(pool, 1)
    t = pool.login("login1")
    known(pool, 1, "attached")
    t.line("exit")
    t.wait_exit()
    ended = known(pool, 0, None)
    pool.note("known on all nodes: started after %.2f s, dropped %.2f s, ended %.2f s" % (first, dropped, ended))


def test_members(pool):
    """holdfastctl pool on each node; a node that is drained says so; one without power goes with its lease."""
    for name in NODES:
        wait_members(pool, name, 3)
        found = members(pool, name)
        equal((found["pool"], found["node"], found["directory"], found["trouble"]), ("test", name, "ok", ""), "the pool")
        equal([m["node"] for m in found["members"] if m["here"]], [name], "the node itself")
    equal(pool["login2"].shell("holdfastctl drain >/dev/null 2>&1; echo $?").strip(), "0", "holdfastctl drain")
    wait_until(lambda: [m["node"] for m in members(pool, "login1")["members"] if m["drained"]] == ["login2"],
               "login1 knows that login2 is drained", 70)
    wait_until(lambda: re.search("login2.*drained", pool["login1"].run_as("alice", ["holdfastctl", "pool"]).stdout),
               "the table of holdfastctl pool says so")
    begin = time.monotonic()
    pool.power_off("login3")
    wait_members(pool, "login1", 2, LEASE + 20)
    pool.note("a dead node is forgotten after %.0f s" % (time.monotonic() - begin))


def test_of_oneself_alone(pool):
    """What a user sees of the pool are the user's own sessions."""
    pool.login("login1")
    pool.login("login2", user="bob")
    known(pool, 1, "attached")
    known(pool, 1, "attached", user="bob")
    for name in NODES:
        seen(pool, name, lambda s: s["node"] == "login2", "bob's session", "bob")
        equal({s["user"] for s in pool[name].everywhere("bob")}, {"bob"}, "whose sessions bob sees")


def test_names_are_unique(pool):
    """A name that a session of another node has is not given twice."""
    pool.login("login1", options=named("work"))
    known(pool, 1, "attached")
    t = pool.login("login2", options=named("new"))
    t.run("holdfastctl rename $HOLDFAST_SESSION work; echo stat''us $?")
    t.read(0)
    said = t.text()
    check(re.search("login1", said) and re.search("status [1-9]", said), "what is said of it: %r" % said[-400:])


@takes_long
def test_members_of_the_store(pool):
    """One dies, one hangs, all restart: changes are still told, and what changed meanwhile is told afterwards."""
    store = pool.store
    t = pool.login("login1")
    known(pool, 1, "attached")
    store.kill_member("m1")
    pool.drop(t, "login1")
    pool.note("with a dead member, a change is known after %.1f s" % known(pool, 1))
    store.start_member("m1")
    wait_until(lambda: store.healthy("m1"), "m1 is back")
    store.signal_member("m2", signal.SIGSTOP)
    pool.login("login2", options=named("new"))
    pool.note("with a frozen member, after %.1f s" % known(pool, 1, "attached", timeout=40))
    store.signal_member("m2", signal.SIGCONT)
    for member in MEMBERS:
        store.kill_member(member)
    other = pool.login("login3", options=named("meanwhile"))
    pool.drop(other, "login3")
    for member in MEMBERS:
        store.start_member(member)
    pool.note("after a restart of the whole store, after %.1f s" % known(pool, 2, timeout=60))


@takes_long
def test_no_quorum(pool):
    """What is known holds for a lease at most, then each node knows its own; afterwards all is known again."""
    pool.drop(pool.login("login1"), "login1")
    known(pool, 1)
    begin = time.monotonic()
    pool.store.kill_member("m1")
    pool.store.kill_member("m2")
    known(pool, 1, timeout=5)
    known(pool, 0, nodes=("login2", "login3"), timeout=LEASE + 30)
    pool.note("forgotten %.0f s after the quorum was lost" % (time.monotonic() - begin))
    equal([s["id"] for s in pool["login1"].everywhere()], [1], "login1's own")
    wait_store(pool, "login2", "away", 20)
    check(pool.login("login2").ask("$HOLDFAST_SESSION"), "a login without a store is not held")
    pool.store.start_member("m1")
    pool.store.start_member("m2")
    known(pool, 1, timeout=60)
    wait_store(pool, "login2", "ok", 60)


@takes_long
def test_cut_from_the_store(pool):
    """One node's line to the store is silent: it forgets the others, and is forgotten, and comes back."""
    pool.drop(pool.login("login1"), "login1")
    pool.drop(pool.login("login2", options=named("new")), "login2")
    known(pool, 2)
    for member in MEMBERS:
        pool.router.cut("login2", member)
    known(pool, 1, timeout=LEASE + 45)  # login2 its own, the others login1's
    for name, other in (("login2", "login2"), ("login3", "login1")):
        wait_until(lambda: [s["node"] for s in pool[name].everywhere()] == [other], "%s knows %s's alone" % (name, other), 5)
    for member in MEMBERS:
        pool.router.mend("login2", member)
    pool.note("all known again after %.1f s" % known(pool, 2, timeout=90))


@takes_long
def test_daemon_comes_and_goes(pool):
    """Killed and started again: nothing is lost, and what began meanwhile is told at once.  What ended meanwhile stays
    in the store for as long as the killed one's lease."""
    t = pool.login("login1", options=named("before"))
    pool.drop(t, "login1")
    known(pool, 1)
    pool["login1"].stop_pool(signal.SIGKILL)
    pool.drop(pool.login("login1", options=named("meanwhile")), "login1", 2)
    equal(pool["login1"].ctl("alice", "kill", "before").returncode, 0, "holdfastctl kill")
    pool["login1"].start_pool()
    seen(pool, "login3", lambda s: s["name"] == "meanwhile", "what began meanwhile")
    wait_until(lambda: [s["name"] for s in pool["login3"].everywhere()] == ["meanwhile"], "login3 knows what is true", LEASE + 15)


def test_rebooted(pool):
    """A node with another boot id: what it held is forgotten as soon as it is back."""
    pool.drop(pool.login("login1"), "login1")
    known(pool, 1)
    pool.power_off("login1")
    pool.start_node("login1")
    pool.note("forgotten %.1f s after it was back" % known(pool, 0, None, timeout=30))


@by_hand
def test_two_pools(pool):
    """Two pools in one store: neither knows of the other."""
    pool.start_store()
    for name in NODES:
        pool.start_node(name, run=False)
        pool[name].configure(Pool="red" if name == "login3" else "blue")
        pool[name].start()
    pool.drop(pool.login("login3"), "login3")
    wait_until(lambda: pool.store.get("/holdfast/red/sessions/"), "login3 has told its pool")
    wait_members(pool, "login1", 2)
    equal(pool.store.get("/holdfast/blue/sessions/"), {}, "sessions of the other pool")
    equal(pool["login1"].everywhere(), [], "what login1 knows")
    equal(pool.node_of(pool.login("login1")), "login1", "the node of a login of the other pool")


def test_deleted(pool):
    """Entries that somebody deletes are put again by their node."""
    pool.drop(pool.login("login1"), "login1")
    known(pool, 1)
    pool.store.delete(KEYS)
    wait_until(lambda: len(pool.published()) == 1, "the session is in the store again", 90)
    known(pool, 1)
