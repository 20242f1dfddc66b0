# SPDX-License-Identifier: MIT
"""Connections that are cut: at bytes of the whole stream, and at random ones.

HOLDFAST_CUT_STEP=N cuts at each N-th byte (29): 1 is every byte, and takes minutes (./check cuts).  The first cut is
at another byte in each run, so that runs together cut everywhere.  Each run prints it; HOLDFAST_CUT_START=M makes the
same cuts again.  Where frames begin and end is cut in every run but those of ./check quick.
"""
import concurrent.futures
import os
import random

from cases import begun_first
from fake import Plan, Session
from person import check, equal, in_order, new_host, run

STEP, START = "HOLDFAST_CUT_STEP", "HOLDFAST_CUT_START"


def one_cut(direction, at):
    """How a client fares whose connection is cut at the byte AT; and where the frames of that connection ended."""
    out, err, data = bytes(range(256)) + b"x" * 40, b"errors\n" * 4, b"typed input\n" * 12
    plan = Plan(chunk=97, **{"cut_" + direction: at})
    h = new_host(Session(output=out, errors=err, status=3), [plan, Plan(chunk=97)])
    try:
        p = run(h, "cmd", stdin=data)
        got_through = h.session.attaches and (h.connections_attached and h.count > 1)
        if p.returncode == 255 and h.count == 1:
            return "first", h.live[0].edges[direction]
        equal((p.returncode, p.stdout), (3, out), "%s %d: status and output; %r" % (direction, at, p.stderr))
        check(p.stderr.startswith(err) or p.stderr.endswith(err), "%s %d: errors %r" % (direction, at, p.stderr))
        equal(h.session.input, data, "%s %d: input" % (direction, at))
        equal(h.troubles, [], "%s %d: what the client did wrong" % (direction, at))
        return "again" if got_through else "whole", h.live[0].edges[direction]
    finally:
        h.close()


def chosen_bytes(n, edges):
    """Which of a stream's N bytes are cut: each so many-th, and the two at each of EDGES, where a frame ends."""
    step = int(os.environ.get(STEP) or 29)
    start = int(os.environ.get(START) or random.randrange(min(step, n - 1))) % step
    print("    each %d. byte of %d, by %s=%d %s=%d" % (step, n, STEP, step, START, start))
    if os.environ.get("HOLDFAST_QUICK") == "1":
        edges = []
    return sorted({at for at in (*range(1 + start, n, step), *edges, *(e + 1 for e in edges)) if 0 < at < n})


def cut_everywhere(direction):
    kinds = {}
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        whole, edges = one_cut(direction, 10 ** 9)
        n = edges[-1]
        cuts = chosen_bytes(n, edges)
        for kind in pool.map(lambda at: one_cut(direction, at)[0], cuts):
            kinds[kind] = kinds.get(kind, 0) + 1
    equal(whole, "whole", "a connection that is not cut")
    check(n > 300, "the stream is too short: %d" % n)
    check(cuts, "nothing was cut")
    # few of them may all fall before the session, where a client gives up
    check(len(cuts) < 12 or kinds.get("again", 0) >= len(cuts) // 4,
          "reconnected only %s of %d times" % (kinds, len(cuts)))


@begun_first
def test_cut_at_every_byte_from_the_host():
    cut_everywhere("out")


@begun_first
def test_cut_at_every_byte_to_the_host():
    cut_everywhere("in")


@begun_first
def test_ten_megabytes_at_random_cuts():
    rng = random.Random(5)
    out, data = rng.randbytes(10_000_000), rng.randbytes(2_000_000)
    plans = [Plan(chunk=30000, **(dict(cut_out=rng.randrange(400, 600_000)) if rng.random() < 0.6 else
                                  dict(cut_in=rng.randrange(400, 120_000)))) for _ in range(14)]
    plans[0] = Plan(chunk=30000, cut_out=50_001)
    h = new_host(Session(output=out, status=9), plans + [Plan(chunk=30000)])
    p = run(h, "cmd", stdin=data, limit=200)
    equal((p.returncode, p.stdout == out, h.session.input == data), (9, True, True), "status, output, input")
    check(h.count >= 8, "only %d connections" % h.count)
    in_order(h)
