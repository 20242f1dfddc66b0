# SPDX-License-Identifier: MIT
"""The process that has the terminal model: killed or stopped it costs a repaint; idle it is not there."""
import os
import signal
import time

from replay import painters, same_screen, settle, shown, wait_painter
from template import write
from term import Skip, check, equal, wait_until

BUSY = "sh ~/busy"  # one process group: a Ctrl-C always finds somebody


def make_busy():
    write("/home/alice/busy", "while :; do echo busy; sleep 0.01; done\n")


def rebuilt(host, want="rebuilt from recent output"):
    t2 = host.ssh()
    t2.wait_for("resumed session")
    check(want in t2.text() or t2.wait_for(want), "it is not said")
    return t2


def busy_and_dropped(host):
    make_busy()
    t = host.login()
    marked = host.mark(t)
    t.line(BUSY)
    t.wait_for(r"busy\r\nbusy\r\n")
    host.drop(t)
    return marked


def test_painter_killed_while_away(host):
    marked = busy_and_dropped(host)
    for _ in range(3):
        pid = wait_painter(host)
        os.kill(pid, signal.SIGKILL)
        host.wait_gone(pid)
    t = rebuilt(host)
    t.send("\x03")
    t.prompt()
    marked.same(t)


def test_painter_stopped_while_away(host):
    """Found out and replaced while output goes on; nothing waits for it for long."""
    marked = busy_and_dropped(host)
    pid = wait_painter(host)
    os.kill(pid, signal.SIGSTOP)
    host.wait_gone(pid, timeout=10)
    t = rebuilt(host)
    t.send("\x03")
    t.prompt()
    marked.same(t)


def test_painter_stopped_before_a_resume(host):
    t = host.login()
    marked = host.mark(t)
    t.run("echo some text; seq 1 50")
    t.line("until [ -e go ]; do read -t 0.05 x; done; echo went")
    host.drop(t)
    write("/home/alice/go", "")
    pid = wait_painter(host)
    try:
        os.kill(pid, signal.SIGSTOP)
    except ProcessLookupError as e:
        raise Skip("it was gone already") from e
    t = host.ssh()
    t.wait_for(r"resumed session")
    t.wait_for(r"\b50\b")
    t.prompt()
    marked.same(t)


def test_painter_killed_while_attached(host):
    make_busy()
    t = host.login()
    marked = host.mark(t)
    t.line("seq 1 800000; " + BUSY)
    killed = 0
    while b"busy\r\nbusy\r\n" not in t.data[-200:] and killed < 20:
        t.read(0.05)
        for pid in painters(host):
            try:
                os.kill(pid, signal.SIGKILL if killed % 2 else signal.SIGSTOP)
                killed += 1
            except ProcessLookupError:
                pass
    t.wait_for(r"\n800000\r\n")
    check(killed, "there was no painter to kill")
    t.wait_for(r"busy\r\nbusy\r\n")
    host.drop(t)
    t = host.ssh()
    t.wait_for(r"busy\r\nbusy\r\n")
    t.send("\x03")
    t.prompt()
    marked.same(t)


def flooded(host, disturb=None):
    t = host.login()
    marked = host.mark(t)
    t.line("printf 'wai%s\\n' ting; until [ -e ~/go ]; do sleep 0.05; done; seq 1 3000000; echo seq-over >~/over")
    t.wait_for("waiting")
    host.drop(t)
    write("/home/alice/go", "")

    def over():
        if disturb:
            disturb()
        return os.path.exists("/home/alice/over")
    wait_until(over, "20 MB of output while nobody is attached")
    t = host.ssh()
    t.wait_for(r"2999999[^0-9]*\r\n3000000")
    t.prompt()
    marked.same(t)
    return t


def test_flood_while_away(host):
    t = flooded(host)
    check("rebuilt" not in t.text(), "the model was lost in a flood")


def test_flood_while_away_with_stopped_painters(host):
    def stop():
        for pid in painters(host):
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:
                pass
    t = flooded(host, stop)
    check("rebuilt from recent output" in t.text(), "it is not said that the screen was rebuilt")


def test_full_screen_program_after_a_loss(host):
    """A redraw is forced: the program's own screen is there in the end."""
    if not os.access("/usr/bin/less", os.X_OK):
        raise Skip("no less")
    t = host.login()
    t.line("seq 1 300000 >numbers; cat numbers; less numbers")
    t.wait_for(r"\n300000\r\n")
    t.wait_for("numbers")
    settle(t)
    t.send("G")
    settle(t)
    text = shown(t)
    host.drop(t)
    for pid in painters(host):
        os.kill(pid, signal.SIGKILL)
    t = host.ssh()
    settle(t)
    same_screen(t, text)
    t.send("q")
    t.prompt()


def switches(pid):
    with open("/proc/%d/status" % pid) as f:
        return sum(int(line.split()[1]) for line in f if "ctxt_switches" in line)


def test_idle_painter_leaves(host):
    """Attached or not, an idle session carries none, and comes back whole."""
    t = host.login()
    t.run("echo some text")
    host.drop(t)
    wait_until(lambda: not painters(host), "the painter has left")
    pid = host.session()["keeper_pid"]
    time.sleep(0.3)
    before = switches(pid)
    time.sleep(3.0)
    equal(switches(pid) - before, 0, "wake-ups of the keeper in 3 s")
    t = host.ssh()
    t.wait_for("some text")
    check("rebuilt" not in t.text(), "the model was lost")
    wait_until(lambda: not painters(host), "the painter has left")
    time.sleep(0.3)
    before = switches(pid)
    time.sleep(3.0)
    equal(switches(pid) - before, 0, "wake-ups of the keeper in 3 s, attached")


def test_painter_is_confined(host):
    busy_and_dropped(host)
    pid = wait_painter(host)
    with open("/proc/%d/status" % pid) as f:
        status = dict(line.split(":\t", 1) for line in f.read().splitlines() if ":\t" in line)
    equal(status["Seccomp"].strip(), "2", "Seccomp of the painter")
    equal(status["NoNewPrivs"].strip(), "1", "NoNewPrivs of the painter")
    equal(sorted(os.listdir("/proc/%d/fd" % pid)), ["0"], "descriptors of the painter")
    equal(os.stat("/proc/%d/mem" % pid).st_uid, 0, "who may look into the painter's memory")
    keeper = host.session()["keeper_pid"]
    os.kill(keeper, signal.SIGKILL)
    host.wait_gone(pid, "the painter goes with its keeper")
