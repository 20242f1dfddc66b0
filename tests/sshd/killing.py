# SPDX-License-Identifier: MIT
"""Kills of keepers at random moments, and what has to hold afterwards: for test_kills.

HOLDFAST_TESTS_KILLS says how many a case makes, HOLDFAST_TESTS_SEED with which seed; a case prints its seed, and a
failure names the kill.  Five deaths within a minute would park a session, so that each session gets fewer."""
import collections
import os
import random
import re
import signal
import threading
import time

from term import Failed, equal, wait_until

KILLS, SEED = "HOLDFAST_TESTS_KILLS", "HOLDFAST_TESTS_SEED"
PER_SESSION = 3
SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT)
KEEPER = "holdfast-keeper"


def stat_of(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            text = f.read()
    except OSError:
        return None
    return text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()[0]


def descriptors(pid):
    """How many descriptors of each kind PID has, without numbers of terminals, sockets and processes."""
    found = collections.Counter()
    for name in os.listdir("/proc/%d/fd" % pid):
        try:
            found[re.sub(r"\d+", "N", os.readlink("/proc/%d/fd/%s" % (pid, name)))] += 1
        except FileNotFoundError:
            pass
    return found


def wait_descriptors(pid, wanted, what, fewer=False):
    """Waits until PID has the descriptors WANTED, or FEWER; PID may be a function."""
    found = []

    def probe():
        found[:] = [descriptors(pid() if callable(pid) else pid)]
        return found[0] == wanted or (fewer and not found[0] - wanted)
    try:
        wait_until(probe, what, 20)
    except Failed:
        equal(sorted(found[0].items()), sorted(wanted.items()), what)


class Victim:
    """The session S of a host, whose keepers are killed."""

    def __init__(self, host, session, rng, signals):
        self.host, self.session, self.rng, self.signals = host, session, rng, signals
        self.leader = host.leader_of(session)
        self.kills = []  # (seconds that were waited, signal, pid)
        self.trouble = None

    def keeper(self):
        """The pid of the keeper that lives, or None."""
        try:
            with open("/proc/%d/task/%d/children" % (self.leader, self.leader)) as f:
                children = [int(p) for p in f.read().split()]
        except OSError:
            return None
        for pid in children:
            name, state = stat_of(pid) or ("", "Z")
            if name == KEEPER and state not in "ZX":
                return pid
        return None

    def kill(self, within):
        """Waits for a random part of WITHIN seconds and kills the keeper."""
        wait = self.rng.uniform(0, within)
        time.sleep(wait)
        pid = wait_until(self.keeper, "a keeper of the leader %d" % self.leader)
        sig = self.signals.pop(0)
        self.kills.append((round(wait, 4), sig.name, pid))
        os.kill(pid, sig)
        return pid

    def wait_next(self, before):
        """Until there is another keeper than BEFORE and it answers; the session's status."""
        wait_until(lambda: self.keeper() not in (None, before), "another keeper")
        found = wait_until(lambda: [s for s in self.host.sessions() if s["id"] == self.session["id"]
                                    and s.get("keeper_pid") not in (None, 0, before)], "another keeper answers")[0]
        equal(found["shell_pid"], self.session["shell_pid"], "the shell's pid")
        return found

    def during(self, count, within):
        """Kills COUNT times, each within WITHIN seconds after the one before was replaced, beside what is in the block."""
        return Beside(self, count, within)


class Beside:
    def __init__(self, victim, count, within):
        self.victim, self.count, self.within = victim, count, within
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        try:
            for _ in range(self.count):
                before = self.victim.kill(self.within)
                wait_until(lambda: self.victim.keeper() not in (None, before), "another keeper")
        except BaseException as e:
            self.victim.trouble = e

    def __enter__(self):
        self.thread.start()

    def __exit__(self, kind, *_):
        if kind:
            return
        self.thread.join()
        if self.victim.trouble:
            raise self.victim.trouble


def nothing_left(host, before):
    """No process, descriptor or directory of a session; BEFORE: the descriptors of holdfastd before the first one."""
    host.wait_none()
    for name in (KEEPER, "holdfast-login", "holdfast-paint", "holdfast-resume"):
        wait_until(lambda: not host.named(name), "no process %s" % name)
    wait_until(lambda: host.named("holdfastd") == [host.holdfastd.pid], "no leader, and no helper")
    uid = host.ids("alice")[0]
    wait_until(lambda: not [p for p in host.processes() if p["uid"] == uid], "no process of alice's")
    # it had one more while a helper was starting
    wait_descriptors(host.holdfastd.pid, before, "holdfastd's descriptors", fewer=True)
    left = []
    for top in ("/run/holdfast/sessions", "/run/holdfast/leaders", "/run/holdfast/agent"):
        for where, _, files in os.walk(top):
            left += [os.path.join(where, f) for f in files]
    equal(left, [], "files of sessions")


def campaign(host, one, default=PER_SESSION):
    """Calls ONE(host, a maker of victims, kills, rng) with a few kills each, until all are made."""
    kills = int(os.environ.get(KILLS) or default)
    seed = int(os.environ.get(SEED) or random.randrange(1 << 32))
    rng, done = random.Random(seed), 0
    host.note("%d kills, seed %d" % (kills, seed))
    before = descriptors(host.holdfastd.pid)
    while done < kills:
        now, victims = min(PER_SESSION, kills - done), []
        signals = [SIGNALS[(done + i) % len(SIGNALS)] for i in range(now)]

        def victim(session):
            victims.append(Victim(host, session, rng, signals))
            return victims[-1]
        try:
            one(host, victim, now, rng)
            equal(signals, [], "signals that were not sent")
            nothing_left(host, before)
        except BaseException as e:
            raise Failed("seed %d, after %d kills, then %s: %s: %s" % (
                seed, done, [v.kills for v in victims], type(e).__name__, e)) from e
        done += now
