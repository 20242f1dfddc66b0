#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Types into real programs over a long line, by plain ssh, by mosh and by holdfast side by side.

  live.py [-b BUILD] [-o RESULTS.json] [--rtt MS]… [--loss PERMILLE] [--way WAY]… [-j N] [--predict MODE] [--keep DIR]
          [--judge DIR] [--verdict] [PROGRAM…]

As root: sshd, the programs and the laptop are in a private world (tests/sshd/world.py); packets between them are
delayed, and lost, by wire.c.  The same keys are struck at the same times for all ways of a program.  What each terminal
showed is judged by xterm.js (score.py), and beside it what a held session's program wrote.
"""
import argparse
import glob
import heapq
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(SRC, "tests", "sshd"), os.path.join(SRC, "tests", "screen")]
sys.dont_write_bytecode = True
import judges  # noqa: E402
import place  # noqa: E402
import score  # noqa: E402
import verdict  # noqa: E402
from scripts import PROGRAMS  # noqa: E402
from typist import keys_of  # noqa: E402

ROWS, COLS = 24, 80
WAYS = ("ssh", "mosh", "holdfast", "never")  # never: holdfast --predict never
OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]
HEAD = 3.0    # seconds, and four round trips, from the start of a program to the first key
TAIL = 2.0    # and as much behind the last


def argv_of(way, far, predict, session):
    """FAR: a wire.Far, or what else has a host, options to reach it, and a network namespace or None.  SESSION: the
    name that a held session gets."""
    if way == "ssh":
        return ["ssh", *OFF, *far.options, "-l", "alice", far.host]
    if way == "mosh":
        return ["mosh", "--ssh=ssh -l alice %s" % " ".join(OFF + far.options), "alice@" + far.host]
    predict = "never" if way == "never" else predict
    said = ["--predict", predict] if predict else []
    return ["holdfast", "--session", session, *far.options, *said, "alice@" + far.host]


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
        self.session, self.host, self.tail, self.wrote = "typed-%d" % Typed.count, host, None, []
        self.t = Term(argv_of(way, far, predict, self.session), (ROWS, COLS),
                      env={"HOME": "/home/laptop", "USER": "laptop"}, ids=host.ids("laptop"), cwd="/home/laptop", netns=far.net)
        self.t.on_read = self.came
        self.chunks, self.struck, self.at, self.state = [], [], 0, "login"

    def came(self, t):
        self.chunks.append((time.monotonic(), bytes(t.data[self.at:])))
        self.at = len(t.data)
        self.answer(t)
        if self.state == "login" and b"PROMPT$ " in t.data:
            self.state = "shell"
            self.follow()
            t.line("clear; exec sh %s/start" % self.home)

    def follow(self):
        """Reads on the host what the program writes, where the session is held."""
        if self.way in ("holdfast", "never"):
            uid, gid, groups = self.host.ids("alice")
            self.tail = subprocess.Popen(["/usr/bin/holdfastctl", "tail", "-f", "--raw", "-n", "1000", self.session],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, user=uid, group=gid,
                                         extra_groups=groups, cwd="/")

    def written(self):
        self.wrote.append((time.monotonic(), os.read(self.tail.stdout.fileno(), 65536)))

    def sources(self):
        """What there is to read: {descriptor: function that reads}."""
        there = {} if self.t.eof else {self.t.master: self.t.read}
        if self.tail and (not self.wrote or self.wrote[-1][1]):
            there[self.tail.stdout.fileno()] = self.written
        return there

    def close(self):
        self.t.kill()
        self.t.close()
        if self.tail:
            self.tail.kill()
            self.tail.wait()
            self.tail.stdout.close()

    def strike(self, key):
        self.struck.append(time.monotonic())
        os.write(self.t.master, key.bytes(bytes(self.t.data)))

    def ran(self):
        """Milliseconds of processor time of the client so far."""
        total = 0
        for path in glob.glob("/proc/%d/task/*/schedstat" % self.t.pid):
            with open(path, encoding="ascii") as f:
                total += int(f.read().split()[0])
        return total / 1e6

    def memory(self):
        """KB that are the client's alone."""
        with open("/proc/%d/smaps_rollup" % self.t.pid, encoding="ascii") as f:
            return sum(int(line.split()[1]) for line in f if line.startswith("Private"))

    def save(self, begin, path):
        """As PATH.chunks and PATH.keys: what came, and when the keys were struck, in ms since BEGIN; as PATH.cost what
        the keys have cost the client; as PATH.host.chunks what a held session's program has written."""
        with open(path + ".cost", "w", encoding="ascii") as f:
            json.dump({"cpu": self.ran() - self.ran_before, "memory": self.memory()}, f)
        for name, chunks in ((".chunks", self.chunks), (".host.chunks", self.wrote)):
            with open(path + name, "w", encoding="ascii") as f:
                f.writelines("%.2f %s\n" % (1000 * (t - begin), data.hex()) for t, data in chunks)
        with open(path + ".keys", "w", encoding="ascii") as f:
            f.writelines("%.2f\n" % (1000 * (t - begin)) for t in self.struck)


def attend(typed, until, probe=lambda: False):
    """Reads what comes until UNTIL, or until PROBE is true."""
    while not probe():
        left = until - time.monotonic()
        if left <= 0:
            return
        there = {fd: read for s in typed for fd, read in s.sources().items()}
        for fd in select.select([*there], [], [], min(left, 0.5))[0]:
            there[fd]()


def type_all(typed, rtt, head=HEAD, tail=TAIL):
    """Strikes all keys, HEAD seconds and four round trips after the programs' start, and reads for TAIL and as much
    behind the last; the moment that their times count from."""
    attend(typed, time.monotonic() + 60, lambda: all(s.state == "shell" or s.t.eof for s in typed))
    for s in typed:
        if s.state != "shell":
            raise SystemExit("%s, %s: no login: %r" % (s.way, s.program.name, bytes(s.t.data[-300:])))
    attend(typed, time.monotonic() + head + 4 * rtt)
    for s in typed:
        s.ran_before = s.ran()
    begin = time.monotonic()
    due = [(k.at, n, i) for n, s in enumerate(typed) for i, k in enumerate(s.keys)]
    heapq.heapify(due)
    while due:
        at, n, i = heapq.heappop(due)
        attend(typed, begin + at)
        typed[n].strike(typed[n].keys[i])
    attend(typed, time.monotonic() + tail + 4 * rtt)
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
                s.save(begin, os.path.join(log, "%d.%s.%s" % (rtt, s.program.name, s.way)))
            print("%d ms: %s" % (rtt, " ".join(p.name for p in batch)), flush=True)
            for s in typed:
                s.close()
    return 0


def judge(log, programs, plan):
    """{rtt: {program: {way: figures}}}"""
    watcher, out = score.Watcher(os.path.join(HERE, "watch.mjs")), {}
    for rtt in plan["rtts"]:
        slack = rtt + 300 + (2000 if plan["loss"] else 0)
        for p in programs:
            where = os.path.join(log, "%d.%s." % (rtt, p.name))
            ways = {w: score.Way(watcher, where + w, ROWS, COLS) for w in plan["ways"]}
            keys = keys_of(p.script, "%s %s" % (p.name, plan["seed"]))
            out.setdefault(str(rtt), {})[p.name] = score.score(p, keys, ways, rtt, slack, ROWS, COLS)
    watcher.close()
    return out


def percent(f):
    return "%.0f" % (100 * f["at once"] / f["keys"]) if f["keys"] else ""


def table(figures, ways):
    out = []
    for rtt, programs in figures.items():
        heads = ["%s: %% at once; p50, p99; wrong (longest)" % w for w in ways]
        out += ["", "| %s ms | keys | %s |" % (rtt, " | ".join(heads)),
                "|---|---|" + "---|" * len(ways)]
        for name, by in programs.items():
            cells = ["%s; %s, %s; %d (%.0f)%s%s%s%s" % (
                percent(f), "%.0f" % f["p50"] if f["keys"] and f["p50"] is not None else "",
                "%.0f" % f["p99"] if f["keys"] and f["p99"] is not None else "", f["wrong"], f["longest"],
                ", %d never" % f["never"] if f["never"] else "",
                ", PASSWORD %d" % f["secret"] if f["secret"] else "", "" if f["same end"] else ", other end",
                ", %d keys disturbed" % f["disturbed"] if f["disturbed"] else "")
                for f in (by[w] for w in ways)]
            out.append("| %s | %d | %s |" % (name, by[ways[0]]["keys"], " | ".join(cells)))
        for way in ways:
            keys = sum(by[way]["struck"] for by in programs.values())
            out.append("%s: %.3f ms of processor time a key, %d KB private" % (
                way, sum(by[way]["cpu"] for by in programs.values()) / keys,
                sum(by[way]["memory"] for by in programs.values()) / len(programs)))
    return "\n".join(out)


def tell(log, plan, output):
    """Judges what came, and prints it."""
    wanted = [p for p in PROGRAMS if not plan["programs"] or p.name in plan["programs"]]
    figures = judge(log, wanted, plan)
    print(table(figures, plan["ways"]), flush=True)
    if output:
        with open(output, "w", encoding="ascii") as f:
            json.dump(figures, f, indent=1)
    return verdict.tell(figures, plan["loss"]) if plan["verdict"] else 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-b", "--build", default=os.path.join(SRC, "build-check"))
    p.add_argument("-o", "--output")
    p.add_argument("--rtt", action="append", type=int, help="all of 20, 100, 200 and 600 where none is given")
    p.add_argument("--loss", type=int, default=0, help="packets of 1000 that are lost")
    p.add_argument("--way", action="append", choices=WAYS, help="ssh is always one")
    p.add_argument("-j", type=int, default=5, metavar="N", help="programs at the same time")
    p.add_argument("--seed", default="1")
    p.add_argument("--predict", help="the client's --predict")
    p.add_argument("--keep", metavar="DIR", help="keeps what came in DIR")
    p.add_argument("--verdict", action="store_true", help="says whether the figures are what is promised (verdict.py)")
    p.add_argument("--judge", metavar="DIR", help="judges what --keep has kept there")
    p.add_argument("program", nargs="*")
    a = p.parse_args()
    ways = ["ssh"] + [w for w in a.way or ("mosh", "holdfast") if w != "ssh"]
    plan = {"programs": a.program, "jobs": a.j, "seed": a.seed, "rtts": a.rtt or [20, 100, 200, 600], "loss": a.loss,
            "ways": ways, "predict": a.predict, "verdict": a.verdict}
    reason = judges.install_packages(os.path.join(SRC, "tests", "screen"))
    if reason:
        raise SystemExit("no judge: " + reason)
    if a.judge:
        return tell(a.judge, plan, a.output)
    from world_of import World
    world = World()
    world.stage(os.path.abspath(a.build), [os.path.join(a.build, "tests", "predict", "wire")])
    log = tempfile.mkdtemp(prefix="holdfast-live-")
    status = world.run(log, "live:inside", plan)
    if a.keep:
        shutil.copytree(log, a.keep, dirs_exist_ok=True)
    if status:
        print("logs: " + log)
        return status
    status = tell(log, plan, a.output)
    shutil.rmtree(log)
    return status


if __name__ == "__main__":
    sys.exit(main())
