# SPDX-License-Identifier: MIT
"""The client, holdfast(1), against a real sshd and real keepers: cuts, commands, lists, a host without holdfast."""
import json
import os
import signal

from host import by_hand
from term import Skip, Term, check, equal, wait_until

CLIENT = "/usr/bin/holdfast"
HOME = "/home/laptop"


def client(host, *args, user="alice", env=None, **kw):
    """The client in a terminal of laptop's."""
    if not os.access(CLIENT, os.X_OK):
        raise Skip("the client was not built")
    t = Term([CLIENT, "-l", user, *args, "server"], env={"HOME": HOME, **(env or {})}, ids=host.ids("laptop"),
             cwd=HOME, log=host.log, **kw)
    host.terms.append(t)
    return t


def run(host, *args, **kw):
    """The client without a terminal: a CompletedProcess."""
    if not os.access(CLIENT, os.X_OK):
        raise Skip("the client was not built")
    return host.ssh_run(argv=["setsid", CLIENT, "-l", "alice", *args], **kw)


def cut(host):
    """The server's end of all of alice's connections is killed."""
    pids = host.sshd_of("alice", "user")
    check(pids, "no connection of alice's")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def attached(host):
    wait_until(lambda: [s for s in host.sessions() if s["state"] == "attached"], "attached")


def test_shell_and_cuts(host):
    t = client(host).prompt()
    marked = host.mark(t)
    for _ in range(3):
        cut(host)
        attached(host)
        marked.same(t)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "status")


def test_output_over_cuts(host):
    """Numbered lines come once and in order, whatever is cut meanwhile."""
    t = client(host, "--new").prompt()
    t.line("for i in $(seq 1 400); do echo line-$i-; sleep 0.005; done; echo all-$((1+1))-lines")
    for n in (50, 150, 300):
        t.wait_for("line-%d-" % n)
        cut(host)
    t.wait_for("all-2-lines")
    numbers = [int(x.split("-")[1]) for x in t.text().replace("\r", "\n").split("\n") if x.startswith("line-")]
    if "does not answer" in t.text():
        # away for so long that the notice was shown: the screen was drawn once more after it
        numbers = list(dict.fromkeys(numbers))
    equal(numbers, list(range(1, 401)), "lines")


def test_held_command(host):
    r = run(host, "server", "cat; echo err >&2; exit 3", input=b"through\n" * 20000)
    equal((r.returncode, r.stdout), (3, b"through\n" * 20000), "status and output; %s" % r.stderr)
    check(b"err" in r.stderr, r.stderr)


def test_list(host):
    t = client(host, "--session", "work").prompt()
    r = run(host, "--list", "--json", "server")
    sessions = json.loads(r.stdout)["sessions"]
    equal([(s["name"], s["state"]) for s in sessions], [("work", "attached")], "list; %s" % r.stderr)
    t.line("exit")
    equal(t.wait_exit(), 0, "status")


def test_window_size(host):
    t = client(host, size=(30, 100)).prompt()
    equal(t.ask("$(stty size)"), "30 100", "size")
    t.resize(40, 120)
    wait_until(lambda: t.ask("$(stty size)") == "40 120", "new size")


@by_hand
def test_host_without_holdfast(host):
    for path in ("/etc/ssh/sshd_config.d/holdfast.conf", CLIENT + "ctl"):
        if os.path.exists(path):
            os.unlink(path)
    host.start_sshd()
    r = run(host, "--require", "server", "true")
    equal(r.returncode, 69, "status; %s" % r.stderr)
    r = run(host, "server", "echo plain; exit 5")
    equal((r.returncode, r.stdout), (5, b"plain\n"), "status; %s" % r.stderr)
    check(b"no holdfast" in r.stderr, r.stderr)


def resident(pid):
    """KB, and how often it has slept."""
    with open("/proc/%d/status" % pid) as f:
        fields = dict(line.split(":", 1) for line in f)
    return int(fields["VmRSS"].split()[0]), int(fields["voluntary_ctxt_switches"])


def test_small_and_idle(host):
    """At most 8 MB, and no wake-up while nothing happens (the ping comes once a minute)."""
    t = client(host).prompt()
    t.quiet(1)
    rss, before = resident(t.pid)
    t.quiet(3)
    equal(resident(t.pid)[1] - before, 0, "wake-ups in 3 s")
    check(rss <= 8192, "%d KB resident" % rss)
    print("resident: %d KB" % rss)


def test_small_after_a_flood(host):
    """What a flood needed is given back with the next ping that nothing but idleness calls for."""
    t = client(host, "-o", "ServerAliveInterval=1").prompt()
    t.line("seq 1 200000; echo all-$((1+1))-lines")
    t.wait_for("all-2-lines")
    most = resident(t.pid)[0]
    wait_until(lambda: resident(t.pid)[0] < most - 40, "the client is smaller than the %d KB after the flood" % most)
    print("resident: %d KB, %d after a flood" % (resident(t.pid)[0], most))
