# SPDX-License-Identifier: MIT
"""The echo of a keystroke."""
import os
import signal

from figures import quantile
from term import Failed, wait_until
from ways import Terminal, present

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
