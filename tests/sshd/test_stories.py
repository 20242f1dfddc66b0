# SPDX-License-Identifier: MIT
"""What people expect who come back: after lunch, after a reboot, with one window or with ten.

The story of a week, in which nobody can wait, is told by tests/unit/test_choose.c.
"""
import os

from laptop import Laptop
from term import check, equal, next_millisecond, wait_until

SIZES = [(24, 80), (30, 100), (40, 120), (50, 132), (25, 81), (31, 101), (41, 121), (51, 133), (26, 82), (32, 102)]


def open_windows(host, laptop, sizes, **kw):
    """A login from a window of each size, all at once: the windows, and the pids of their shells, by size."""
    terms = {size: laptop.ssh(host, size=size, **kw) for size in sizes}
    return terms, {size: t.shell_pid() for size, t in terms.items()}


def test_one_window_after_lunch(host):
    """The laptop slept, and wakes up in another network; nobody has noticed that the connection is dead."""
    laptop = Laptop()
    t = laptop.login(host)
    marked = host.mark(t)
    laptop.move("10.99.0.7")
    equal(host.session()["state"], "attached", "state while nobody has noticed")
    t2 = laptop.ssh(host)
    marked.same(t2)
    check("resumed session" in t2.text(), "no line says that the session was resumed")
    equal(len(host.sessions()), 1, "sessions")
    equal(host.session()["attachments"], 1, "attachments")


def test_ten_windows_after_lunch(host):
    laptop = Laptop()
    _, before = open_windows(host, laptop, SIZES)
    laptop.move("10.99.0.7")
    _, after = open_windows(host, laptop, reversed(SIZES))
    equal(after, before, "each window's shell")
    equal(len(host.sessions()), len(SIZES), "sessions")


def test_ten_windows_that_sshd_has_noticed(host):
    laptop = Laptop()
    terms, before = open_windows(host, laptop, SIZES)
    for t in terms.values():
        t.kill()
    host.wait_sessions(len(SIZES), "dropped")
    _, after = open_windows(host, laptop, SIZES[3:] + SIZES[:3])
    equal(after, before, "each window's shell")


def test_some_noticed_and_some_not(host):
    """Of three windows one has output under way, so that TCP gives its connection up; the others are silent."""
    with open("/proc/sys/net/ipv4/tcp_retries2", "w") as f:
        f.write("2")
    laptop = Laptop()
    terms, before = open_windows(host, laptop, SIZES[:3])
    terms[SIZES[1]].line("while sleep 0.1; do echo tick; done &")
    terms[SIZES[1]].wait_for("tick\r\n")
    laptop.move("10.99.0.7")
    host.wait_sessions(1, "dropped")
    _, after = open_windows(host, laptop, SIZES[:3])
    equal(after, before, "each window's shell")


def test_one_after_the_other(host):
    """Windows of the same size, opened anew one by one: all come back before a new one does."""
    laptop = Laptop()
    windows = [laptop.login(host) for _ in range(4)]
    pids = []
    for t in windows:
        pids.append(t.shell_pid())
        t.prompt()
        next_millisecond()
    laptop.move("10.99.0.7")
    got = [laptop.ssh(host).shell_pid() for _ in range(4)]
    equal(got[0], pids[3], "the first window's shell: the one that was used last")
    equal(sorted(got), sorted(pids), "the shells")
    check(laptop.ssh(host).shell_pid() not in pids, "a fifth window has an old shell")


def test_reboot_of_the_laptop(host):
    """It comes up with the same address, and answers old connections with a reset."""
    laptop = Laptop()
    terms, before = open_windows(host, laptop, SIZES[:4])
    laptop.reboot(terms.values())
    equal(len(host.sessions()), 4, "sessions")
    _, after = open_windows(host, laptop, SIZES[:4])
    equal(after, before, "each window's shell")
    equal(len(host.sessions()), 4, "sessions")


def test_control_master(host):
    """Three windows over one connection; they share a ticket."""
    laptop = Laptop()
    shared = ["-o", "ControlMaster=auto", "-o", "ControlPath=/home/laptop/cm", "-o", "ControlPersist=no"]
    sizes = SIZES[:3]

    def windows():
        terms = {sizes[0]: laptop.ssh(host, size=sizes[0], options=shared)}
        wait_until(lambda: os.path.exists("/home/laptop/cm"), "the master's socket")
        for size in sizes[1:]:
            terms[size] = laptop.ssh(host, size=size, options=shared)
        return terms, {size: t.shell_pid() for size, t in terms.items()}
    terms, before = windows()
    equal(len(set(before.values())), 3, "different shells")
    equal(len(host.records()), 1, "logins")
    # a fourth window while the connection lives takes none of them
    extra = laptop.login(host, options=shared)
    check(extra.shell_pid() not in before.values(), "a live session was taken")
    extra.line("exit")
    extra.wait_exit()
    laptop.move("10.99.0.7")
    for t in terms.values():
        t.kill()
    os.path.exists("/home/laptop/cm") and os.unlink("/home/laptop/cm")
    _, after = windows()
    equal(after, before, "each window's shell")
    equal(len(host.sessions()), 3, "sessions")


def test_one_window_was_closed_on_purpose(host):
    laptop = Laptop()
    stays, ends = laptop.login(host), laptop.login(host)
    pid = stays.shell_pid()
    ends.line("exit")
    equal(ends.wait_exit(), 0, "the status of ssh")
    host.wait_sessions(1, "attached")
    laptop.move("10.99.0.7")
    equal(laptop.ssh(host).shell_pid(), pid, "the shell")
    check(laptop.ssh(host).shell_pid() != pid, "one shell in two windows")
    equal(len(host.sessions()), 2, "sessions")


def test_size_and_term_of_the_last_attachment(host):
    """A window that was resized, and one whose TERM is another than the session began with."""
    a, b = host.login(size=(24, 80)), host.login(size=(24, 80))
    pid_a, pid_b = a.shell_pid(), b.shell_pid()
    a.resize(33, 91)
    wait_until(lambda: a.ask("$(stty size)") == "33 91", "the new size in the shell")
    a.kill()
    b.kill()
    host.wait_sessions(2, "dropped")
    b, a = host.ssh(size=(24, 80)), host.ssh(size=(33, 91))
    equal((b.shell_pid(), a.shell_pid()), (pid_b, pid_a), "the shells by size")
    a.resize(24, 80)
    wait_until(lambda: a.ask("$(stty size)") == "24 80", "the size in the shell")
    a.kill()
    b.kill()
    host.wait_sessions(2, "dropped")
    v = host.ssh(size=(24, 80), term="vt220")
    pid_v = v.shell_pid()
    v.kill()
    host.wait_sessions(2, "dropped")
    equal(host.ssh(size=(24, 80), term="xterm-256color").shell_pid(), pid_a + pid_b - pid_v, "the shell by TERM")
    equal(host.ssh(size=(24, 80), term="vt220").shell_pid(), pid_v, "the other one")
