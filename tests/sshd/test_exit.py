# SPDX-License-Identifier: MIT
"""How a session ends: the status arrives, after the last byte."""
import os
import time

from template import write
from term import check, equal, wait_until


def lines_of(path):
    try:
        with open(path) as f:
            return len(f.readlines())
    except FileNotFoundError:
        return 0


def ended(host, t, status):
    equal(t.wait_exit(), status, "the status of ssh")
    host.wait_none()
    wait_until(lambda: not host.named("holdfast-keeper"), "the keeper has gone")
    equal(len(host.named("holdfastd")), 1, "processes of holdfastd: the leader has gone")


def test_status(host):
    for status in (0, 7, 255):
        t = host.login()
        pid = t.shell_pid()
        t.line("exit %d" % status)
        ended(host, t, status)
        check(not host.exists(pid), "the shell is still there")


def test_next_login_is_new(host):
    t = host.login()
    pid = t.shell_pid()
    t.line("exit 7")
    ended(host, t, 7)
    t2 = host.login()
    check(t2.shell_pid() != pid, "a new shell")
    check("resumed" not in t2.text(), "it says that it resumed")


def test_killed_by_a_signal(host):
    """The same as without us."""
    found = {}
    for off in (True, False):
        for sig in ("KILL", "TERM", "HUP"):
            t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"] if off else [])
            equal(bool(t.ask("$HOLDFAST_SESSION")), not off, "held")
            # not bash itself: on a terminal it ignores SIGTERM
            t.line("exec sh -c 'kill -%s $$'" % sig)
            found[off, sig] = t.wait_exit()
            host.wait_none()
    for sig in ("KILL", "TERM", "HUP"):
        equal(found[False, sig], found[True, sig], "the status of ssh after SIG" + sig)


def test_control_d(host):
    t = host.login()
    t.send("\x04")
    ended(host, t, 0)


def expected_output(n):
    return b"".join(b"%d\r\n" % i for i in range(1, n + 1))


def test_byte_exact(host):
    for _ in range(3):
        t = host.login()
        t.line("seq 1 200000; exit 7")
        ended(host, t, 7)
        want = expected_output(200000)
        at = t.data.find(b"1\r\n2\r\n")
        check(at >= 0, "no output")
        equal(bytes(t.data[at:at + len(want)]) == want, True, "the output is exact")
        rest = bytes(t.data[at + len(want):])
        check(len(rest) < 200, "more output than expected: %r" % rest[:200])


def test_byte_exact_slow_reader(host):
    """Two megabytes in small sips: slowed, not lost."""
    t = host.login()
    t.line("seq 1 300000; exit 7")
    while t.alive() or t.read(0):
        t.read(1.0)
        time.sleep(0.0005)
        if t.eof:
            break
    ended(host, t, 7)
    want = expected_output(300000)
    at = t.data.find(b"1\r\n2\r\n")
    equal(bytes(t.data[at:at + len(want)]) == want, True, "the output is exact")


def test_binary_is_untouched(host):
    """Every byte value, escape sequences included, while attached."""
    data = bytes(range(1, 256)) * 400
    with open("/home/alice/binary", "wb") as f:
        f.write(data)
    t = host.login()
    t.line("stty raw -echo; cat binary; printf 'cat-%s\\n' over; exit 4")
    ended(host, t, 4)
    check(data + b"cat-over\n" in bytes(t.data), "the bytes of the file are not in the output")


def test_input_is_untouched(host):
    """100 KB typed at once, all values, arrive."""
    data = bytes(range(256)) * 400
    t = host.login()
    t.line("stty raw -echo; printf 'rea%%s\\r\\n' dy; head -c %d >got; stty sane; printf 'do%%s\\r\\n' ne"
           % len(data))
    t.wait_for("ready\r\n")
    # ssh's own escape character counts only after a newline
    data = data.replace(b"\n~", b"\n.").replace(b"\r~", b"\r.")
    t.send(data)
    t.wait_for("done\r*\n")
    with open("/home/alice/got", "rb") as f:
        equal(f.read() == data, True, "the input is exact")


def test_logout_file_runs_once(host):
    for how in ("exit", "logout"):
        before = lines_of("/home/alice/.logout-log")
        t = host.login()
        t.line(how)
        ended(host, t, 0)
        equal(lines_of("/home/alice/.logout-log") - before, 1, "times that ~/.bash_logout ran")


def test_logout_file_after_a_resume(host):
    t = host.login()
    host.drop(t)
    t = host.ssh()
    t.ask("1")
    t.line("exit 5")
    ended(host, t, 5)
    equal(lines_of("/home/alice/.logout-log"), 1, "times that ~/.bash_logout ran")
    equal(lines_of("/home/alice/.profile-log"), 1, "times that ~/.profile was read")


def test_background_job_keeps_the_terminal(host):
    """A job that holds the pty open delays nothing."""
    t = host.login()
    t.run("sleep 300 & disown")
    t.line("exit 2")
    equal(t.wait_exit(20), 2, "the status of ssh")
    host.wait_none()


def test_exit_while_away(host):
    t = host.login()
    t.line("printf 'wai%s\\n' ting; until [ -e ~/go ]; do sleep 0.05; done; exit 9")
    t.wait_for("waiting")
    host.drop(t)
    write("/home/alice/go", "")
    host.wait_none()
    t2 = host.login()
    equal(len(host.sessions()), 1, "sessions")
    check(t2.ask("$HOLDFAST_SESSION"), "a new held shell")


def test_terminal_settings_are_left_sane(host):
    """After a detach in raw mode the login's own terminal is as it was."""
    t = host.login()
    t.line("stty raw -echo; sleep 1000")
    s = host.session()
    host.drop(t)
    t2 = host.ssh()
    t2.wait_for("resumed session")
    for pid in (host.leader_of(host.session()), host.session()["keeper_pid"]):
        os.kill(pid, 9)
    # whatever follows, a shell or the end: if a shell, then one that echoes
    t2.read(1.0)
    if t2.alive():
        t2.line("")
        t2.prompt()
        check("-echo " not in t2.ask("$(stty -a | tr '\\n' ' ')"), "the terminal does not echo")
    check(s, "a session")
