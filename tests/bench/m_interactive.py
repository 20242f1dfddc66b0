# SPDX-License-Identifier: MIT
"""The echo of a keystroke, bulk output, and what the processes on the way spend on it."""
import os
import random
import re
import signal

from figures import quantile
from term import Failed, wait_until
from ways import HELD, CLIENT, PLAIN, Terminal, present

GAP_US = 4000  # between keys: everything on the way is asleep again


def open_all(host, figures, plan):
    terms = {}
    for way in present(plan.only):
        try:
            terms[way.name] = Terminal(host, way).ready()
        except Failed as e:
            figures.fail("login", way.name, e)
    return terms


def end_flood(t):
    """Ends the program in T's shell, and so the shell: a session that is left would be resumed by the next login."""
    for pid in [int(n) for n in os.listdir("/proc") if n.isdigit()] if t.shell else []:
        try:
            with open("/proc/%d/stat" % pid) as f:
                if int(f.read().rpartition(")")[2].split()[1]) == t.shell:
                    os.kill(pid, signal.SIGTERM)
        except OSError:
            pass
    wait_until(lambda: not t.shell or not os.path.exists("/proc/%d" % t.shell), "the flood's shell has ended", 10)


def measure_echo(figures, name, terms, plan):
    for _ in range(plan.echo_rounds):
        for way, t in terms.items():
            try:
                times = [v / 1000 for v in t.echo(plan.echo_keys, GAP_US)]
            except Failed as e:
                figures.fail(name, way, e)
                continue
            figures.add(name + ", p50", way, quantile(times, 0.50), "µs")
            figures.add(name + ", p99", way, quantile(times, 0.99), "µs")


def echo(host, figures, plan):
    terms = open_all(host, figures, plan)
    measure_echo(figures, "echo", terms, plan)
    # another session of the same kind that prints at a steady 2 MB/s, and somebody who reads that
    for way in list(terms):
        busy = None
        try:
            busy = Terminal(host, terms[way].way).ready()
            busy.send("%s -g 2000000; exit\r" % os.path.realpath("/usr/libexec/holdfast/bench-probe"))
            busy.wait("the quick brown fox")
            busy.p.stdin.write("drain 100000\n")
            busy.p.stdin.flush()
            measure_echo(figures, "echo beside a busy session", {way: terms[way]}, plan)
        except Failed as e:
            figures.fail("echo beside a busy session", way, e)
        finally:
            if busy:
                end_flood(busy)
                busy.p.kill()
                busy.p.wait()
    for t in terms.values():
        t.exit()


# bulk ----------------------------------------------------------------------------------------------------------------


def make_files(plan):
    """Name, path, and the bytes that a terminal gets of it (newlines become CR LF)."""
    rnd = random.Random(7)
    words = "accepted session connection closed opened error warning request timeout worker thread user".split()
    wide = "日本語の文字列 한국어 문자열 中文字符 café naïve Ελληνικά 😀🎉 русский текст "
    frame = "".join("\x1b[%d;1H\x1b[3%dm%s" % (r + 1, r % 8, "".join(rnd.choices("abcdefgh #.", k=79)))
                    for r in range(24))
    kinds = {
        "log lines": lambda i: "Nov 21 12:%02d:%02d host daemon[%d]: %s\n" % (i // 60 % 60, i % 60, i,
                                                                             " ".join(rnd.choices(words, k=8))),
        "coloured": lambda i: "\x1b[1mmain.c:%d:%d:\x1b[0m \x1b[31;1merror:\x1b[0m %s \x1b[32m'%s'\x1b[0m\n"
                    % (i, i % 80, " ".join(rnd.choices(words, k=6)), words[i % 11]),
        "wide": lambda i: "%06d %s\n" % (i, wide),
        "frames": lambda i: frame,
    }
    out = []
    for name, line in kinds.items():
        size = plan.bulk_bytes if name == "log lines" else plan.bulk_bytes // 3
        some = [line(i) for i in range(2000)]
        chunk = "".join(some).encode()
        path = "/var/tmp/bench-%s" % name.replace(" ", "-")
        with open(path, "wb") as f:
            for _ in range(max(1, size // len(chunk))):
                f.write(chunk)
            f.write(b"\x1b[0m\x1b[24;1H\n" if name == "frames" else b"")
        size = os.path.getsize(path)
        with open(path, "rb") as f:
            newlines = sum(block.count(b"\n") for block in iter(lambda: f.read(1 << 20), b""))
        out.append((name, path, size + newlines))
    return out


def cpu_by_process():
    """Nanoseconds on a processor of every process (its main thread): {pid: (name, ns)}."""
    out = {}
    for d in os.listdir("/proc"):
        if not d.isdigit():
            continue
        try:
            with open("/proc/%s/schedstat" % d) as f:
                ns = int(f.read().split()[0])
            with open("/proc/%s/stat" % d) as f:
                stat = f.read()
            out[int(d)] = (stat[stat.index("(") + 1:stat.rindex(")")], ns)
        except OSError:
            pass
    return out


def note_cpu(figures, way, name, before, received):
    after = cpu_by_process()
    spent = {}
    for pid, (comm, ns) in after.items():
        used = ns - before.get(pid, (comm, 0))[1]
        if comm.startswith(("python", "bench-probe")):
            continue
        comm = re.sub(r"[:/].*", "", comm)
        spent[comm] = spent.get(comm, 0) + used
    total = 0
    for comm, ns in sorted(spent.items()):
        if ns > 1e6:
            figures.add("processor time for 1 GB of %s: %s" % (name, comm), way, ns / received, "s")
            total += ns
    figures.add("processor time for 1 GB of %s: all" % name, way, total / received, "s")


def bulk(host, figures, plan):
    # mosh sends only what differs on the screen: no end to be waited for
    terms = {n: t for n, t in open_all(host, figures, plan).items() if n != "mosh"}
    for name, path, want in make_files(plan):
        for i in range(plan.bulk_rounds):
            for way, t in list(terms.items()):
                if plan.verbose:
                    print("bulk %s %d %s" % (name, i, way), flush=True)
                before = cpu_by_process()
                try:
                    ns, got = t.run("cat " + path, 60)
                except Failed as e:
                    figures.fail("bulk, " + name, way, e)
                    del terms[way]
                    continue
                if way in (PLAIN, HELD) and got < want:
                    raise Failed("%s: %d bytes of %s came, %d were printed" % (way, got, name, want))
                figures.add("bulk, %s: speed" % name, way, want / ns * 1000, "MB/s")
                figures.add("bulk, %s: received" % name, way, 100.0 * got / want, "%")
                if name == "log lines":
                    note_cpu(figures, way, name, before, got)
    for way in (HELD, CLIENT):
        if way in terms and not any(s["state"] == "attached" for s in host.sessions()):
            raise Failed("%s: no session is attached: this was not held" % way)
    for t in terms.values():
        t.exit()
