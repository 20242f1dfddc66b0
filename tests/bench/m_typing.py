# SPDX-License-Identifier: MIT
"""Typing over a long line: when each character is seen, which are wrong, and what that costs (tests/predict)."""
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(os.path.dirname(HERE), part) for part in ("predict", "screen")]
import live  # noqa: E402
import place  # noqa: E402
import score  # noqa: E402
from scripts import PROGRAMS  # noqa: E402
from typist import keys_of  # noqa: E402
from wire import Far  # noqa: E402

NAMES = {"ssh": "plain", "mosh": "mosh", "holdfast": "client", "never": "client, --predict never"}


def add(figures, what, way, by):
    figures.add(what + ": keys seen within 50 ms", way, 100 * by["at once"] / by["keys"], "%")
    if by["p50"] is not None:
        figures.add(what + ": p50", way, by["p50"], "ms")
        figures.add(what + ": p99", way, by["p99"], "ms")
    figures.add(what + ": wrong characters of 1,000 keys", way, 1000 * by["wrong"] / by["struck"], "")
    if by["wrong"]:
        figures.add(what + ": the longest that one stood", way, by["longest"], "ms")
    if by["secrets"]:
        figures.add(what + ": characters of passwords", way, by["secret"], "")


def over(host, figures, plan, far, rtt, loss, programs):
    """Types into PROGRAMS by all ways at the same time."""
    ways = [w for w in ("ssh", "mosh", "holdfast", "never") if w != "mosh" or shutil.which("mosh")]
    typed = [live.Typed(host, far, way, p, keys_of(p.script, p.name + " 1")[:plan.typing_keys], "adaptive")
             for p in programs for way in ways]
    begin = live.type_all(typed, rtt / 1000)
    line = "typing over %d ms%s, " % (rtt, " with %g %% loss" % (loss / 10) if loss else "")
    watcher, cost = score.Watcher(os.path.join(live.HERE, "watch.mjs")), {}
    for p in programs:
        shown, keys = {}, keys_of(p.script, p.name + " 1")[:plan.typing_keys]
        for t in typed:
            if t.program is p:
                path = os.path.join(host.log, "%d.%s.%s" % (rtt, p.name, t.way))
                t.save(begin, path)
                shown[t.way] = score.Way(watcher, path, live.ROWS, live.COLS)
        slack = rtt + 300 + (2000 if loss else 0)
        for way, by in score.score(p, keys, shown, rtt, slack, live.ROWS, live.COLS).items():
            cost.setdefault(way, []).append(by)
            if by["keys"] and way != "never":
                add(figures, line + p.name, NAMES[way], by)
    watcher.close()
    for way, rows in cost.items():
        figures.add(line + "processor time of a key", NAMES[way],
                    1000 * sum(by["cpu"] for by in rows) / sum(by["struck"] for by in rows), "µs")
        figures.add(line + "private memory", NAMES[way], max(by["memory"] for by in rows), "KB")
    for t in typed:
        t.close()


def typing(host, figures, plan):
    place.prepare(PROGRAMS)
    for n, (rtt, loss, names) in enumerate(plan.typing_lines):
        there = [p for p in PROGRAMS if p.name in names and shutil.which(p.start.split("exec ")[-1].split()[0])]
        over(host, figures, plan, Far(n + 1, rtt / 1000, loss), rtt, loss, there)
