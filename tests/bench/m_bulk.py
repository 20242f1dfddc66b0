# SPDX-License-Identifier: MIT
"""Bulk output of several kinds, and what the processes on the way spend on it."""
import os
import random
import re

from m_interactive import open_all
from term import Failed
from ways import HELD, CLIENT, PLAIN

WORDS = "accepted session connection closed opened error warning request timeout worker thread user".split()
WIDE = "日本語の文字列 한국어 문자열 中文字符 café naïve Ελληνικά 😀🎉 русский текст "
# of the kinds that are shorter, only these processes' times are noted
OURS = ("holdfast-keepe", "holdfast-paint", "bench-relay", "dtach", "kworker")


def log_line(i, rnd):
    return "Nov 21 12:%02d:%02d host daemon[%d]: %s\n" % (i // 60 % 60, i % 60, i, " ".join(rnd.choices(WORDS, k=8)))


def coloured(i, rnd):
    return "\x1b[1mmain.c:%d:%d:\x1b[0m \x1b[31;1merror:\x1b[0m %s \x1b[32m'%s'\x1b[0m\n" % (
        i, i % 80, " ".join(rnd.choices(WORDS, k=6)), WORDS[i % 11])


def wide(i, rnd):
    return "%06d %s\n" % (i, WIDE)


def frame(i, rnd):
    """All rows, each as a whole: a film, or an editor that pages."""
    same = random.Random(i % 2)
    return "".join("\x1b[%d;1H\x1b[3%dm%s" % (r + 1, r % 8, "".join(same.choices("abcdefgh #.", k=79)))
                   for r in range(24))


def placed(i, rnd):
    """Pieces of rows at absolute places, with many colours, as htop draws its table through ncurses."""
    bar = ""
    if i % 20 == 0:
        used = rnd.randrange(30)
        bar = "\x1b[%d;7H\x1b[1m[\x1b[32m%s\x1b[90m%s\x1b(B\x1b[m]" % (1 + i // 20 % 3, "|" * used, " " * (30 - used))
    return bar + "\x1b[%d;1H\x1b[36m%7d \x1b(B\x1b[m%-10s\x1b[40G\x1b[32m%5.1f\x1b[39m %5.1f  %s\x1b[K" % (
        4 + i % 21, rnd.randrange(9999999), rnd.choice(WORDS), rnd.random() * 99, rnd.random() * 99, rnd.choice(WORDS))


class Kind:
    """MAKE: the I-th piece of the output, between BEGIN and END.  RAW: the terminal's driver adds nothing to it."""

    def __init__(self, name, make, raw=False, begin="", end="", share=3):
        self.name, self.make, self.raw, self.begin, self.end, self.share = name, make, raw, begin, end, share
        self.path = "/var/tmp/bench-" + name.replace(" ", "-")

    def write(self, size):
        rnd = random.Random(7)
        chunk = "".join(self.make(i, rnd) for i in range(2000)).encode()
        with open(self.path, "wb") as f:
            f.write(self.begin.encode())
            for _ in range(max(1, size // self.share // len(chunk))):
                f.write(chunk)
            f.write(self.end.encode())

    def size(self):
        """The bytes that a terminal gets of it: newlines become CR LF."""
        size = os.path.getsize(self.path)
        if self.raw:
            return size
        with open(self.path, "rb") as f:
            return size + sum(block.count(b"\n") for block in iter(lambda: f.read(1 << 20), b""))

    def command(self):
        return "stty -opost; cat %s; stty opost" % self.path if self.raw else "cat " + self.path


KINDS = (
    Kind("log lines", log_line, share=1),
    Kind("raw lines", log_line, raw=True),
    Kind("coloured", coloured),
    Kind("wide", wide),
    Kind("frames", frame, end="\x1b[0m\x1b[24;1H\n"),
    Kind("placed", placed, begin="\x1b[?1049h", end="\x1b[0m\x1b[?1049l"),
)


def thread_ns(proc, pid):
    """Nanoseconds on a processor of all threads of a process."""
    ns = 0
    for task in os.listdir("%s/%s/task" % (proc, pid)):
        with open("%s/%s/task/%s/schedstat" % (proc, pid, task)) as f:
            ns += int(f.read().split()[0])
    return ns


def comm_of(proc, pid):
    with open("%s/%s/comm" % (proc, pid)) as f:
        return f.read().strip()


def kernel_workers(proc):
    """The threads that move bytes from one side of a pty to the other; PROC: a /proc that has them, or None."""
    out = {}
    for pid in [d for d in os.listdir(proc) if d.isdigit()] if proc else []:
        try:
            if comm_of(proc, pid).startswith("kworker/"):
                out["kworker", int(pid)] = "kworker", thread_ns(proc, pid)
        except OSError:
            pass
    return out


def busy_ns():
    """What all processors of the machine have been busy for."""
    with open("/proc/stat") as f:
        ticks = [int(v) for v in f.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) * 10**9 // os.sysconf("SC_CLK_TCK")


def cpu_by_process(proc):
    """{pid: (name, ns)}; with the kernel's workers, and the machine as a whole."""
    out = kernel_workers(proc)
    out["machine"] = "machine", busy_ns()
    for d in os.listdir("/proc"):
        if not d.isdigit():
            continue
        try:
            out[int(d)] = comm_of("/proc", d), thread_ns("/proc", d)
        except OSError:
            pass
    return out


def note_cpu(figures, way, kind, before, after, received):
    """Seconds of processor time for a GB; "all": without terminal and program; "machine": with everything."""
    spent = {}
    for pid, (comm, ns) in after.items():
        if not comm.startswith(("python", "bench-probe")):
            comm = re.sub(r"[:/].*", "", comm)
            spent[comm] = spent.get(comm, 0) + ns - before.get(pid, (comm, 0))[1]
    machine, title = spent.pop("machine"), "processor time for 1 GB of %s: " % kind.name
    for comm, ns in sorted(spent.items()):
        if ns > 1e6 and (kind.share == 1 or comm.startswith(OURS)):
            figures.add(title + comm, way, ns / received, "s")
    figures.add(title + "all", way, sum(spent.values()) / received, "s")
    figures.add(title + "machine", way, machine / received, "s")


def one(figures, plan, kind, want, t):
    way, before = t.way.name, cpu_by_process(plan.kernel_proc)
    ns, got = t.run(kind.command(), 60)
    after = cpu_by_process(plan.kernel_proc)
    if way in (PLAIN, HELD) and got < want:
        raise Failed("%s: %d bytes of %s came, %d were printed" % (way, got, kind.name, want))
    figures.add("bulk, %s: speed" % kind.name, way, want / ns * 1000, "MB/s")
    figures.add("bulk, %s: received" % kind.name, way, 100.0 * got / want, "%")
    note_cpu(figures, way, kind, before, after, got)


def bulk(host, figures, plan):
    # mosh sends only what differs on the screen: no end to be waited for
    terms = {n: t for n, t in open_all(host, figures, plan).items() if n != "mosh"}
    for kind in KINDS:
        kind.write(plan.bulk_bytes)
        want = kind.size()
        for i in range(plan.bulk_rounds):
            for way, t in list(terms.items()):
                if plan.verbose:
                    print("bulk %s %d %s" % (kind.name, i, way), flush=True)
                try:
                    one(figures, plan, kind, want, t)
                except Failed as e:
                    figures.fail("bulk, " + kind.name, way, e)
                    del terms[way]
    for way in (HELD, CLIENT):
        if way in terms and not any(s["state"] == "attached" for s in host.sessions()):
            raise Failed("%s: no session is attached: this was not held" % way)
    for t in terms.values():
        t.exit()
