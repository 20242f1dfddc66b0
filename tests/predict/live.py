#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Types the scripts of scripts.py into real programs over a long line, by plain ssh, by mosh and by holdfast side by side.

  live.py [-b BUILD] [-o RESULTS.json] [--rtt MS]… [--loss PERMILLE] [--way WAY]… [-j N] [--predict MODE] [--keep DIR]
          [PROGRAM…]

As root: sshd, the programs and the laptop are in a private world (tests/sshd/world.py); packets between them are delayed,
and lost, by wire.c.  The same keys are struck at the same times for all ways of a program.  What each terminal showed is
judged by xterm.js (score.py).
"""
import argparse
import glob
import heapq
import json
import os
import select
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(SRC, "tests", "sshd"), os.path.join(SRC, "tests", "screen")]
sys.dont_write_bytecode = True
import place  # noqa: E402
import score  # noqa: E402
from scripts import PROGRAMS  # noqa: E402
from typist import keys_of  # noqa: E402

ROWS, COLS = 24, 80
OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
HEAD = 3.0    # seconds, and four round trips, from the start of a program to the first key
TAIL = 2.0    # and as much behind the last


def argv_of(way, far, predict):
    if way == "ssh":
        return ["ssh", *OFF, "-l", "alice", far.host]
    if way == "mosh":
        return ["mosh", "--ssh=ssh %s -l alice" % " ".join(OFF), "alice@" + far.host]
    return ["holdfast", "--new", *(["--predict", predict] if predict else []), "alice@" + far.host]


class Typed:
    """One way to one program: its terminal, and what came when."""
    count = 0

    def __init__(self, host, far, way, program, keys, predict):
        import screens
        from term import Term
        Typed.count += 1
        self.way, self.program, self.keys, self.far = way, program, keys, far
        self.answer = screens.answer
        self.home = place.home(Typed.count, program, host.ids("alice"))
        self.t = Term(argv_of(way, far, predict), (ROWS, COLS), env={"HOME": "/home/laptop", "USER": "laptop"},
                      ids=host.ids("laptop"), cwd="/home/laptop", netns=far.net)
        self.t.on_read = self.came
        self.chunks, self.at, self.state = [], 0, "login"

    def came(self, t):
        self.chunks.append((time.monotonic(), bytes(t.data[self.at:])))
        self.at = len(t.data)
        self.answer(t)
        if self.state == "login" and b"PROMPT$ " in t.data:
            self.state = "shell"
            t.line("clear; exec sh %s/start" % self.home)

    def strike(self, key):
        os.write(self.t.master, key.bytes(bytes(self.t.data)))

    def save(self, begin, path):
        with open(path, "w", encoding="ascii") as f:
            for t, data in self.chunks:
                f.write("%.2f %s\n" % (1000 * (t - begin), data.hex()))


def attend(typed, until, probe=lambda: False):
    """Reads what comes until UNTIL, or until PROBE is true."""
    while not probe():
        left = until - time.monotonic()
        if left <= 0:
            return
        there = {s.t.master: s for s in typed if not s.t.eof}
        for fd in select.select([*there], [], [], min(left, 0.5))[0]:
            there[fd].t.read()


def cpu_of(name):
    """Seconds of processor time of the processes called NAME."""
    ticks = 0
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="ascii", errors="replace") as f:
                text = f.read()
        except OSError:
            continue
        if text[text.index("(") + 1:text.rindex(")")] == name:
            fields = text[text.rindex(")") + 2:].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def type_all(typed, rtt):
    """Strikes all keys; the moment that the keys' times count from."""
    attend(typed, time.monotonic() + 60, lambda: all(s.state == "shell" or s.t.eof for s in typed))
    for s in typed:
        if s.state != "shell":
            raise SystemExit("%s, %s: no login: %r" % (s.way, s.program.name, bytes(s.t.data[-300:])))
    attend(typed, time.monotonic() + HEAD + 4 * rtt)
    begin = time.monotonic()
    due = [(k.at, n, i) for n, s in enumerate(typed) for i, k in enumerate(s.keys)]
    heapq.heapify(due)
    while due:
        at, n, i = heapq.heappop(due)
        attend(typed, begin + at)
        typed[n].strike(typed[n].keys[i])
    attend(typed, time.monotonic() + TAIL + 4 * rtt)
    return begin


def batches(programs, size):
    """Those that take about as long together."""
    order = sorted(programs, key=lambda p: keys_of(p.script, p.name + " 1")[-1].at)
    return [order[i:i + size] for i in range(0, len(order), size)]


def inside(src, log, extra):
    """The world's entry."""
    from host import Host
    from template import write
    from wire import Far
    wanted = [p for p in PROGRAMS if not extra["programs"] or p.name in extra["programs"]]
    write("/etc/holdfast/holdfast.conf", "MaxSessions 5000\n")
    host = Host(src, log).start()
    place.prepare(wanted)
    for n, rtt in enumerate(extra["rtts"]):
        far = Far(n + 1, rtt / 1000, extra["loss"])
        for batch in batches(wanted, extra["jobs"]):
            typed = [Typed(host, far, way, p, keys_of(p.script, "%s %s" % (p.name, extra["seed"])), extra["predict"])
                     for p in batch for way in extra["ways"]]
            begin = type_all(typed, rtt / 1000)
            for s in typed:
                s.save(begin, os.path.join(log, "%d.%s.%s.chunks" % (rtt, s.program.name, s.way)))
            print("%d ms: %s; processor time of holdfast: %.2f s" % (
                rtt, " ".join(p.name for p in batch), cpu_of("holdfast")), flush=True)
            for s in typed:
                s.t.kill()
                s.t.close()
    return 0


def judge(log, programs, ways, rtts, loss, seed):
    """{rtt: {program: {way: figures}}}"""
    watcher, out = score.Watcher(os.path.join(HERE, "watch.mjs")), {}
    for rtt in rtts:
        slack = rtt + 300 + (2000 if loss else 0)
        for p in programs:
            frames = {w: watcher.watch(os.path.join(log, "%d.%s.%s.chunks" % (rtt, p.name, w)), ROWS, COLS) for w in ways}
            out.setdefault(str(rtt), {})[p.name] = score.score(p, keys_of(p.script, "%s %s" % (p.name, seed)), frames, rtt,
                                                               slack, ROWS, COLS)
    watcher.close()
    return out


def percent(f):
    return "%.0f" % (100 * f["at once"] / f["keys"]) if f["keys"] else ""


def table(figures, ways):
    out = []
    for rtt, programs in figures.items():
        out += ["", "| %s ms | keys | %s |" % (rtt, " | ".join("%s: %% at once; p50, p99; wrong (longest)" % w for w in ways)),
                "|---|---|" + "---|" * len(ways)]
        for name, by in programs.items():
            cells = ["%s; %s, %s; %d (%.0f)%s%s%s" % (
                percent(f), "%.0f" % f["p50"] if f["keys"] and f["p50"] is not None else "",
                "%.0f" % f["p99"] if f["keys"] and f["p99"] is not None else "", f["wrong"], f["longest"],
                ", %d never" % f["never"] if f["never"] else "",
                ", PASSWORD %d" % f["secret"] if f["secret"] else "", "" if f["same end"] else ", other end")
                for f in (by[w] for w in ways)]
            out.append("| %s | %d | %s |" % (name, by[ways[0]]["keys"], " | ".join(cells)))
    return "\n".join(out)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-b", "--build", default=os.path.join(SRC, "build-check"))
    p.add_argument("-o", "--output")
    p.add_argument("--rtt", action="append", type=int, help="all of 20, 100, 200 and 600 where none is given")
    p.add_argument("--loss", type=int, default=0, help="packets of 1000 that are lost")
    p.add_argument("--way", action="append", choices=("ssh", "mosh", "holdfast"))
    p.add_argument("-j", type=int, default=5, metavar="N", help="programs at the same time")
    p.add_argument("--seed", default="1")
    p.add_argument("--predict", help="the client's --predict")
    p.add_argument("--keep", metavar="DIR", help="keeps what came in DIR")
    p.add_argument("program", nargs="*")
    a = p.parse_args()
    from world_of import World
    world = World()
    world.stage(os.path.abspath(a.build), [os.path.join(a.build, "tests", "predict", "wire")])
    rtts = a.rtt or [20, 100, 200, 600]
    ways = ["ssh"] + [w for w in ("mosh", "holdfast") if not a.way or w in a.way]
    log = tempfile.mkdtemp(prefix="holdfast-live-")
    extra = {"programs": a.program, "jobs": a.j, "seed": a.seed, "rtts": rtts, "loss": a.loss, "ways": ways,
             "predict": a.predict}
    status = world.run(log, "live:inside", extra)
    if status == 0:
        wanted = [p for p in PROGRAMS if not a.program or p.name in a.program]
        figures = judge(log, wanted, ways, rtts, a.loss, a.seed)
        print(table(figures, ways))
        if a.output:
            with open(a.output, "w", encoding="ascii") as f:
                json.dump(figures, f, indent=1)
    if a.keep:
        shutil.copytree(log, a.keep, dirs_exist_ok=True)
    if status == 0 or a.keep:
        shutil.rmtree(log)
    else:
        print("logs: " + log)
    return status


if __name__ == "__main__":
    sys.exit(main())
