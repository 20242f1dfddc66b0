# SPDX-License-Identifier: MIT
"""What a pool costs a login, beside logins without one in the same run."""
import os
import statistics
import time

from host import by_hand, by_request
from places import NODES
from test_knows import known
from test_failures import dropped_on
from term import check, equal

ROUNDS = 25
HOPS = 24
IDLE, MINUTE = 20, 60.0  # as many sessions as MaxSessions permits


def login(pool, node):
    """Seconds until the prompt of a new session, which ends again."""
    begin = time.monotonic()
    t = pool.login(node)
    seconds = time.monotonic() - begin
    t.line("exit")
    t.wait_exit()
    return seconds


@by_hand
def test_store_is_dead(pool):
    """A pool whose store never answers, beside a node without a pool, in turn: at most 5 ms more (but for this machine's
    noise, of which the same comparison of two nodes without a pool gives a figure)."""
    pool.start_store(run=False)
    for name in NODES:
        pool.start_node(name, run=False, configured=False)
    pool["login1"].configure()
    for name in NODES:
        pool[name].start()
        login(pool, name)
    rows = [[login(pool, n) for n in NODES] for _ in range(ROUNDS)]
    with_pool, without, control = (statistics.median(r[i] for r in rows) for i in range(3))
    more = statistics.median(r[0] - r[1] for r in rows) * 1000
    noise = abs(statistics.median(r[2] - r[1] for r in rows)) * 1000
    pool.note("a login with a dead store %.1f ms, without a pool %.1f and %.1f ms: ratio %.3f, %+.1f ms (noise %.1f ms)"
              % (with_pool * 1000, without * 1000, control * 1000, with_pool / without, more, noise))
    check(more <= 5 + 2 * noise, "a dead store costs a login %.1f ms" % more)


def resume(pool, marked, node):
    """Seconds until the prompt of the session on login1, from NODE."""
    begin = time.monotonic()
    t = pool.login(node)
    seconds = time.monotonic() - begin
    marked.same(t)
    pool.drop(t, "login1")
    known(pool, 1)
    return seconds


def between(pool):
    """Seconds of an ssh from login2 to login1 that runs a program, as a hop's does."""
    begin = time.monotonic()
    r = pool["login2"].run_as("alice", ["ssh", "-o", "BatchMode=yes", "login1", "true"])
    seconds = time.monotonic() - begin
    equal(r.returncode, 0, "ssh between the nodes")
    return seconds


def spread(values):
    """The median of VALUES in seconds, and where their middle half lies, as milliseconds."""
    return "%.0f ms (%.0f to %.0f)" % tuple(1000 * statistics.quantiles(values, n=4)[i] for i in (1, 0, 2))


def test_hop(pool):
    """A resume over a hop, beside one without and an ssh connection between the nodes, in turn: what it costs more than
    these two together, of which the goal is 50 ms at most."""
    marked = dropped_on(pool, "login1")
    ways = (lambda: resume(pool, marked, "login1"), lambda: resume(pool, marked, "login2"), lambda: between(pool))
    for way in ways:
        way()
    rows = []
    for n in range(HOPS):
        row = [0.0] * len(ways)
        for i in range(len(ways)):
            at = (n + i) % len(ways)
            row[at] = ways[at]()
        rows.append(row)
    here, hop, ssh = (spread([r[i] for r in rows]) for i in range(3))
    pool.note("resumed on its node %s, over a hop %s; ssh between the nodes %s; the hop more than both %s; load %.1f"
              % (here, hop, ssh, spread([r[1] - r[0] - r[2] for r in rows]), os.getloadavg()[0]))


def processor_time(node):
    """{program: milliseconds} of all processes on NODE."""
    used = {}
    for line in node.shell("cd /proc; for p in [0-9]*; do echo $(cat $p/comm $p/schedstat 2>/dev/null); done").splitlines():
        words = line.rsplit(" ", 3)
        if len(words) == 4:
            used[words[0]] = used.get(words[0], 0) + int(words[1]) / 1e6
    return used


@by_hand
@by_request
def test_idle(pool):
    """Attached sessions at which nobody does anything, on a node of a pool and on one of none: processor time of a minute,
    with the keepers' looks at silent connections (server/keeper/facts.h)."""
    pool.start_store()
    pool.start_node("login1")
    pool.start_node("login2", configured=False)
    for node in ("login1", "login2"):
        for _ in range(IDLE):
            pool.login(node, options=["-o", "SetEnv=LC_HOLDFAST=new"])
        pool[node].wait_sessions(IDLE, "attached")
    before = {n: processor_time(pool[n]) for n in ("login1", "login2")}
    begin = time.monotonic()
    while time.monotonic() - begin < MINUTE:
        time.sleep(1)
    for node in ("login1", "login2"):
        after = processor_time(pool[node])
        cost = {k: after[k] - before[node].get(k, 0) for k in after if k.startswith("holdfast")}
        pool.note("%s, %d sessions, %.0f s: %s ms of processor time" %
                  (node, IDLE, MINUTE, ", ".join("%s %.1f" % c for c in sorted(cost.items()))))
