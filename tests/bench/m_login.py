# SPDX-License-Identifier: MIT
"""How long a login takes: plain, held, resumed; the module alone; and coming back after a cut."""
import os
import subprocess
import time

from template import write
from term import Failed, wait_until
from ways import CLIENT, HELD, OFF, PLAIN, PROBE, Terminal, present

LINES = 2000


def timed(host, way):
    """A login to the prompt: the terminal, and milliseconds from the start of ssh."""
    t = Terminal(host, way)
    ns, _ = t.wait("PROMPT$")
    return t, ns / 1e6


PAINTER = "holdfast-paint"


def wait_parked(host):
    """The painters have gone."""
    wait_until(lambda: not host.named(PAINTER), "no painter is left", 90)


def fresh(host, figures, way):
    t, ms = timed(host, way)
    t.shell = t.shell_pid()
    comm = os.path.basename(os.readlink("/proc/%d/exe" % parent(t.shell)))
    if (way.name != PLAIN) != comm.startswith("holdfast"):
        raise Failed("%s: a login whose shell is a child of %s" % (way.name, comm))
    figures.add("login to the prompt", way.name, ms, "ms")
    t.exit()
    host.wait_none()


def parent(pid):
    with open("/proc/%d/stat" % pid) as f:
        text = f.read()
    return int(text[text.rindex(")") + 2:].split()[1])


def login(host, figures, plan):
    ways = [w for w in present(plan.only) if w.name in (PLAIN, HELD, CLIENT)]
    held = next(w for w in ways if w.name == HELD)
    timed(host, ways[0])[0].kill()
    for i in range(plan.login_rounds):
        for way in ways:
            try:
                fresh(host, figures, way)
            except Failed as e:
                figures.fail("login to the prompt", way.name, e)
        # one that is resumed stands beside a new plain one, with the painter gone and with it still there
        for figure in ("resume of %d lines" % LINES, "resume of %d lines, painter gone" % LINES):
            plain, ms = timed(host, ways[0])
            figures.add(figure, PLAIN, ms, "ms")
            plain.kill()
            figures.add(figure, HELD, resume(host, held, "gone" in figure), "ms")


def resume(host, way, parked):
    t, _ = timed(host, way)
    shell = t.shell_pid()
    t.run("seq -f 'line-%%g-of-it' 1 %d" % LINES)
    t.kill()
    host.wait_sessions(1, "dropped")
    if parked:
        wait_parked(host)
    t = Terminal(host, way)
    ns, _ = t.wait("line-%d-of-it" % LINES)
    shown, _ = t.wait("PROMPT$")
    leave(host, t, shell)
    return max(ns, shown) / 1e6


def module(host, figures, plan):
    conf = "/run/bench-pam"
    os.makedirs(conf, exist_ok=True)
    write(conf + "/without", "session optional pam_permit.so\n")
    write(conf + "/with", "session optional pam_holdfast.so begin service=with\nsession optional pam_permit.so\n"
          "session optional pam_holdfast.so service=with\n")
    r = subprocess.run([PROBE, "-p", str(plan.module_rounds), conf], capture_output=True, text=True)
    if r.returncode:
        raise Failed("the module gave no ticket: bench-probe -p ended with %d" % r.returncode)
    pairs = [[int(v) for v in line.split()] for line in r.stdout.splitlines()]
    for without, with_module in pairs[5:]:
        figures.add("pam_open_session by the module alone", "held", (with_module - without) / 1000, "µs")


def recovery(host, figures, plan):
    """The connection is cut; from then to a screen with a prompt that answers."""
    for way in [w for w in present(plan.only) if w.name in (HELD, CLIENT)]:
        for _ in range(plan.recovery_rounds):
            try:
                figures.add("network cut to a usable screen", way.name, cut(host, way), "ms")
            except Failed as e:
                figures.fail("network cut to a usable screen", way.name, e)
    link_returns(host, figures, plan)


def link_returns(host, figures, plan):
    """The laptop's link is down until the client has said so; up again, to the answer of a command in the same shell.

    With its address the old connection goes on, with another one a new one is made.  Beside it what it costs anybody to
    make a connection: ssh with a command that does nothing.
    """
    from laptop import SERVER, Laptop
    way = next((w for w in present(plan.only) if w.name == CLIENT), None)
    if not way:
        return
    laptop, address = Laptop(), ["-o", "HostName=" + SERVER]
    once = ["ssh", *address, *OFF, "-l", "alice", "server", "true"]
    for _ in range(plan.recovery_rounds):
        start = time.monotonic()
        subprocess.run(laptop.command(host, once), check=True, stdin=subprocess.DEVNULL,
                       env={"HOME": "/home/laptop", "PATH": "/usr/bin:/bin"})
        once_ms = (time.monotonic() - start) * 1e3
        for moves in (False, True):
            figure = "the link's return to a usable screen" + (", another address" if moves else "")
            figures.add(figure, PLAIN, once_ms, "ms")
            figures.add(figure, CLIENT, link_returns_once(host, way, laptop, address, moves), "ms")


def link_returns_once(host, way, laptop, address, moves):
    t = Terminal(host, way, options=address, laptop=laptop).ready()
    shell = t.shell
    laptop.cut()
    t.wait("does not answer")
    if moves:
        laptop.move("10.99.0.9" if laptop.address != "10.99.0.9" else "10.99.0.2")
    laptop.mend()
    ns, _ = t.run("true")
    leave(host, t, shell)
    return ns / 1e6


def leave(host, t, shell):
    """Ends the session that T has come back to, whose shell must be the one from before."""
    if t.shell_pid() != shell:
        raise Failed("not the shell from before the cut")
    t.shell = shell
    t.exit()
    host.wait_none()


def cut(host, way):
    from throttle import Throttle
    with Throttle(rate=None) as link:
        t = Terminal(host, way, options=link.options())
        t.ready()
        shell = t.shell
        link.cut()
        if way.name == HELD:
            # stock ssh ends, and the person types the same command again, at once
            t.kill()
            host.wait_sessions(1, "dropped")
            link.mend()
            t = Terminal(host, way, options=link.options())
            ns, _ = t.wait("PROMPT$")
        else:
            # what was on the screen is there all the time: only a command's answer shows that the shell is
            link.mend()
            ns, _ = t.run("true")
        leave(host, t, shell)
    return ns / 1e6
