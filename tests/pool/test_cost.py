# SPDX-License-Identifier: MIT
"""What a pool costs a login, beside logins without one in the same run."""
import statistics
import time

from host import by_hand
from places import NODES
from test_knows import known
from test_failures import dropped_on
from term import check, equal

ROUNDS = 25


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


def test_hop(pool):
    """A resume over a hop, beside one without and an ssh connection between the nodes: at most 50 ms more than both."""
    marked = dropped_on(pool, "login1")
    rows = []
    for _ in range(12):
        row = []
        for node in ("login1", "login2"):
            begin = time.monotonic()
            t = pool.login(node)
            row.append(time.monotonic() - begin)
            marked.same(t)
            pool.drop(t, "login1")
            known(pool, 1)
        begin = time.monotonic()
        r = pool["login2"].run_as("alice", ["ssh", "-o", "BatchMode=yes", "login1", "true"])
        row.append(time.monotonic() - begin)
        equal(r.returncode, 0, "ssh between the nodes")
        rows.append(row)
    here, hop, ssh = (statistics.median(r[i] for r in rows) * 1000 for i in range(3))
    more = statistics.median(r[1] - r[0] - r[2] for r in rows) * 1000
    pool.note("resumed on its node %.0f ms, over a hop %.0f ms; ssh between the nodes %.0f ms: %+.0f ms" % (here, hop, ssh, more))
    check(more <= 50 * max(1, ssh / 100), "a hop costs %.0f ms more than an ssh connection" % more)
