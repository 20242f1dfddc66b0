# SPDX-License-Identifier: MIT
"""Many held sessions that do nothing: memory, kernel objects, wake-ups, and how the rest behaves beside them."""
import os
import re
import subprocess
import time

from figures import quantile
from m_interactive import GAP_US
from m_login import PAINTER, parent, wait_parked
from term import Failed, wait_until
from ways import HELD, SERVER, WAYS, Terminal, settle

IDLE = "/usr/libexec/holdfast/bench-idle"
NEW = ["-o", "SetEnv=LC_HOLDFAST=new"]
BATCH = 8
SESSION = "memfd:holdfast-session"
OWN = 100     # so many of the logins have a connection of their own: a thousand of those would take five minutes
MUX = "/home/laptop/mux"
FULL = 30000  # lines: more than the ring and the scrollback keep


def held_way():
    return next(w for w in WAYS if w.name == HELD)


def open_many(host, figures, count, state, command=None):
    """COUNT sessions of alice's, detached; each has run COMMAND.

    The last OWN are logins as any other, and timed; the rest share a connection.  On a busy machine LoginTimeout may
    come first; those are made up for, to a limit.
    """
    missed = 0
    if count > OWN:
        missed = open_shared(host, count - OWN, command)
    start = time.monotonic()
    missed += open_up_to(host, count, command)
    figures.add("%d %s sessions: one more login" % (count, state), "held",
                (time.monotonic() - start) * 1e3 / min(count, OWN), "ms")
    figures.add("%d %s sessions: logins that were not held" % (count, state), "held", missed, "")


def open_shared(host, count, command):
    master = Terminal(host, ["ssh", "-N", "-M", "-o", "ControlPath=" + MUX, "-l", "alice", SERVER])
    wait_until(lambda: os.path.exists(MUX), "the shared connection is there", 20)
    try:
        return open_up_to(host, count, command, ["-o", "ControlPath=" + MUX])
    finally:
        master.kill()


def open_up_to(host, count, command, options=()):
    """How many logins were not held."""
    missed = 0
    while True:
        open_some(host, count - len(host.sessions()), command, options)
        missing = count - len(host.sessions())
        missed += missing
        if not missing or missed > count // 4:
            break
    host.wait_sessions(count, "dropped", timeout=120)
    return missed


def open_some(host, count, command, options):
    for done in range(0, count, BATCH):
        terms = [Terminal(host, held_way(), options=[*NEW, *options]) for _ in range(min(BATCH, count - done))]
        for t in terms:
            t.wait("PROMPT$", 120)
        for t in terms:
            if command:
                t.run(command)
        for t in terms:
            t.kill()


def end_all(host):
    for s in host.sessions():
        try:
            os.kill(s["keeper_pid"], 15)
        except ProcessLookupError:
            pass
    wait_until(lambda: not host.named("holdfast-keeper"), "all keepers have ended", 120)


def ours(host):
    """Our processes: pids by what they are."""
    keepers = host.named("holdfast-keeper")
    return {"keeper": keepers, "leader": [parent(k) for k in keepers], "painter": host.named(PAINTER),
            "holdfastd": [host.holdfastd.pid]}


def pss(pid):
    """Bytes: of all, and of what is mapped of the session's memory."""
    shared = 0
    with open("/proc/%d/smaps" % pid) as f:
        text = f.read()
    for part in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", text):
        if SESSION in part.split("\n", 1)[0]:
            shared += int(re.search(r"^Pss:\s+(\d+)", part, re.M).group(1))
    return 1024 * sum(int(v) for v in re.findall(r"^Pss:\s+(\d+)", text, re.M)), 1024 * shared


def session_bytes(pid):
    """What the session's memory holds, the ring too, mapped or not."""
    for fd in os.listdir("/proc/%d/fd" % pid):
        path = "/proc/%d/fd/%s" % (pid, fd)
        try:
            if SESSION in os.readlink(path):
                return os.stat(path).st_blocks * 512
        except OSError:
            pass
    return 0


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def ptys():
    return len([n for n in os.listdir("/dev/pts") if n.isdigit()])


def cgroup_usage(path):
    for name in ("memory.current", "memory.usage_in_bytes"):
        try:
            with open(os.path.join(path or "/nowhere", name)) as f:
                return int(f.read())
        except OSError:
            pass
    return None


def note_memory(host, figures, count, state):
    pids, name = ours(host), "memory of an idle session, %d %s: " % (count, state)
    if len(pids["keeper"]) != count:
        raise Failed("%d keepers for %d sessions" % (len(pids["keeper"]), count))
    total = 0
    for part in ("keeper", "leader", "painter"):
        both = [pss(p) for p in pids[part]]
        used = sum(a - shared for a, shared in both)
        figures.add(name + part, "held", used / count / 1024, "KB")
        total += used
    memories = sum(session_bytes(p) for p in pids["keeper"])
    if not memories:
        raise Failed("no keeper has a session's memory: its name is not %s" % SESSION)
    figures.add(name + "the session's memory", "held", memories / count / 1024, "KB")
    figures.add(name + "all", "held", (total + memories) / count / 1024, "KB")
    for part in ("keeper", "leader"):
        figures.add("descriptors of a session, %d: %s" % (count, part), "held",
                    sum(descriptors(p) for p in pids[part]) / count, "")


def schedule(pid):
    with open("/proc/%d/status" % pid) as f:
        text = f.read()
    with open("/proc/%d/schedstat" % pid) as f:
        ns = int(f.read().split()[0])
    return sum(int(v) for v in re.findall(r"^\w*voluntary_ctxt_switches:\s+(\d+)", text, re.M)), ns


def idle(host, figures, name, plan, sessions=1):
    settle(2)  # what came before has its after-effects
    pids = [p for part in ours(host).values() for p in part]
    before = {p: schedule(p) for p in pids}
    settle(plan.idle_seconds)
    wakes = ns = 0
    for p in pids:
        after = schedule(p)
        wakes += after[0] - before[p][0]
        ns += after[1] - before[p][1]
    figures.add("wake-ups a minute, " + name, "held", wakes * 60 / plan.idle_seconds, "")
    figures.add("processor time, " + name, "held", ns / 1e6 / plan.idle_seconds, "ms/s")


def wakeups(host, figures, plan):
    t = Terminal(host, held_way()).ready()
    keeper = host.session()["keeper_pid"]
    before = schedule(keeper)[0]
    t.run("true")
    if schedule(keeper)[0] == before:
        raise Failed("a command in the session did not wake its keeper: wake-ups are not seen")
    wait_parked(host)
    idle(host, figures, "one session attached", plan)
    t.send("sleep 1; seq 1 10000\r")
    t.kill()
    wait_until(lambda: host.named(PAINTER), "a painter is seen while a detached session prints")
    host.wait_sessions(1, "dropped")
    wait_parked(host)
    idle(host, figures, "one session detached", plan)
    end_all(host)


def beside(host, figures, count, plan):
    """A resume, a list, and typing beside COUNT sessions, one of which floods."""
    name = "beside %d sessions: " % count
    for _ in range(3):
        t = Terminal(host, held_way())
        ns, _ = t.wait("PROMPT$", 120)
        figures.add(name + "resume", "held", ns / 1e6, "ms")
        if len(host.sessions()) != count:
            raise Failed("that was no resume")
        t.kill()
        host.wait_sessions(count, "dropped", timeout=120)
        start = time.monotonic()
        host.ctl("alice", "ls")
        figures.add(name + "holdfastctl ls", "held", (time.monotonic() - start) * 1e3, "ms")
    floods, types = Terminal(host, held_way()), Terminal(host, held_way())
    floods.wait("PROMPT$", 120)
    types.wait("PROMPT$", 120)
    floods.send("yes\r")
    floods.do("drain 0")
    floods.tell("drain 100000")
    keys = [v / 1000 for v in types.echo(plan.echo_keys, GAP_US)]
    figures.add(name + "echo, p50, another one floods", "held", quantile(keys, 0.5), "µs")
    figures.add(name + "echo, p99, another one floods", "held", quantile(keys, 0.99), "µs")
    floods.p.kill()
    floods.p.wait()
    types.kill()


def least(figures, plan):
    """What processes take that only wait, as the keeper and the leader do: idle.c."""
    count = str(min(100, max(plan.sessions)))
    for name, args in (("executed", []), ("with a PAM session", ["holdfast", "alice"])):
        with subprocess.Popen([IDLE, count, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as p:
            pids = []
            for line in p.stdout:
                if line == "ready\n":
                    break
                pids.append(int(line))
            else:
                raise Failed("bench-idle ended before all were there")
            figures.add("memory of an idle process, one of %s: %s" % (count, name), "least",
                        sum(pss(pid)[0] for pid in pids) / len(pids) / 1024, "KB")
            p.stdin.close()


def memory(host, figures, plan):
    path = plan.cgroup
    least(figures, plan)
    for count in plan.sessions:
        for state in plan.states:
            if state == "full" and count > 100:
                continue
            command = "seq 1 %d" % FULL if state == "full" else None
            before, at = cgroup_usage(path), ptys()
            open_many(host, figures, count, state, command)
            wait_parked(host)
            note_memory(host, figures, count, state)
            figures.add("ptys of a session, %d" % count, "held", (ptys() - at) / count, "")
            if before is not None:
                figures.add("memory of an idle session, %d %s: cgroup, shell and kernel included" % (count, state), "held",
                            (cgroup_usage(path) - before) / count / 1024, "KB")
            if state == "empty":
                if count > 1:
                    idle(host, figures, "%d sessions detached" % count, plan, count)
                beside(host, figures, count, plan) if count > 1 else None
            end_all(host)
