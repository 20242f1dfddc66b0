# SPDX-License-Identifier: MIT
"""The lab itself: what the other cases stand on."""
from places import NODES
from term import check, equal, wait_until


def test_logins(pool):
    """A login on each node is held there; all have one home; ssh goes from node to node without a question."""
    terms = {n: pool.login(n) for n in NODES}
    for name, t in terms.items():
        equal(pool.node_of(t), name, "the node of the login")
        pool[name].wait_sessions(1, "attached")
    terms["login1"].run("echo shared >~/shared")
    equal(terms["login3"].ask("$(cat ~/shared)"), "shared", "a file that was written on another node")
    for here in NODES:
        for there in NODES:
            r = pool[here].run_as("alice", ["ssh", "-o", "BatchMode=yes", there, "uname -n"])
            equal((r.returncode, r.stdout.strip()), (0, there), "ssh from %s to %s (%s)" % (here, there, r.stderr))


def test_boot_ids(pool):
    """Each boot of each node has another id, also for its users' processes."""
    ids = {pool[n].shell("cat /proc/sys/kernel/random/boot_id") for n in NODES}
    equal(len(ids), 3, "different boot ids")
    pool.power_off("login2")
    pool.start_node("login2")
    t = pool.login("login2")
    check(t.ask("$(cat /proc/sys/kernel/random/boot_id)") + "\n" not in ids, "login2 has an old boot id")


def test_power_off(pool):
    """A node without power: its connections hear nothing, and a new one gets no answer."""
    t = pool.login("login2")
    pool.power_off("login2")
    t.line("echo is anybody there")
    check(t.alive() and t.quiet(1), "the client has noticed at once: %r" % t.new())
    r = pool.ssh_run("login2", options=["-o", "ConnectTimeout=1"], args=["true"])
    equal(r.returncode, 255, "the status of ssh to a node without power")
    check(b"timed out" in r.stderr, "ssh says %r" % r.stderr)


def test_cut_line(pool):
    """Nothing passes between two nodes; both are reached from elsewhere, and each other again afterwards."""
    def reaches():
        r = pool["login1"].run_as("alice", ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=1", "login2", "true"])
        return r.returncode == 0
    pool.router.cut("login1", "login2")
    check(not reaches(), "login1 reaches login2 over a cut line")
    pool.login("login1")
    pool.login("login2")
    pool.router.mend("login1", "login2")
    check(reaches(), "login1 does not reach login2 again")


def test_frozen_node(pool):
    """A frozen node: its kernel takes connections, and nobody answers on them."""
    pool.router.freeze("login3")
    check(not pool["login3"].answers(), "login3 answers although it is frozen")
    r = pool.ssh_run("login3", options=["-o", "ConnectTimeout=1"], args=["true"])
    equal(r.returncode, 255, "the status of ssh to a frozen node")
    pool.router.thaw("login3")
    wait_until(lambda: pool["login3"].answers(), "login3 answers again")
    equal(pool.node_of(pool.login("login3")), "login3", "the node of the login")


def test_store(pool):
    """A member may die; two may not; they come back with what was written."""
    store = pool.store
    store.put("/probe/a", "1")
    store.kill_member("m1")
    wait_until(lambda: store.healthy("m2") and store.healthy("m3"), "two members work")
    store.put("/probe/b", "2")
    store.kill_member("m2")
    check(not store.healthy("m3"), "one member of three works")
    store.start_member("m1")
    store.start_member("m2")
    wait_until(lambda: store.healthy("m1"), "the store works again")
    equal(store.get("/probe/"), {"/probe/a": "1", "/probe/b": "2"}, "what the store has")
    store.restart()
    equal(len(store.get("/probe/")), 2, "keys after a restart of all members")
    pool.router.cut("login1", "m1")
    r = pool["login1"].shell("timeout 1 bash -c '</dev/tcp/m1/2379' || timeout 1 bash -c '</dev/tcp/m2/2379' && echo m2")
    equal(r.strip(), "m2", "what login1 reaches")
