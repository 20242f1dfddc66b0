# SPDX-License-Identifier: MIT
"""What comes with another terminal at a resume: its control characters, flow that was stopped, its character set."""
import re

from screens import need
from term import Term, check, equal, wait_until

OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]


def login(host, settings, user="alice", **kw):
    """A stock ssh in a terminal with these settings (stty)."""
    argv = ["sh", "-c", 'stty "$0"; stty %s && exec "$@"' % settings, "sane", *host.ssh_argv(user, kw.pop("options", ()))]
    t = Term(argv, (24, 80), "xterm-256color", {"HOME": "/home/laptop"}, host.ids("laptop"), "/home/laptop", host.log)
    host.terms.append(t)
    return t


def settings(t):
    said = t.ask("$(stty -a | tr '\\n' ' ')")
    found = {k: re.search(k + r" = ([^;]*);", said).group(1) for k in ("erase", "intr", "kill", "susp")}
    return dict(found, utf8=" iutf8" in said)


def test_control_characters(host):
    """They are the terminal's that is there now, but for what was changed in the session."""
    t = login(host, "iutf8").prompt()
    first = settings(t)
    equal(first, {"erase": "^?", "intr": "^C", "kill": "^U", "susp": "^Z", "utf8": True}, "the first terminal's")
    t.run("stty kill ^X")
    host.drop(t)
    t = login(host, "erase ^H intr ^Y kill ^P susp ^G -iutf8")
    t.prompt()
    t.ask("$(true)")
    wanted = {"erase": "^H", "intr": "^Y", "kill": "^X", "susp": "^G", "utf8": False}
    wait_until(lambda: settings(t) == wanted, "the second terminal's: %s" % wanted)
    # They stay so: the shell has them as its own.
    for i in range(3):
        equal(settings(t), wanted, "the second terminal's")
    cat(host, t, "cat >typed")
    t.send("abX\x08c\r\x04")
    t.prompt()
    equal(t.ask("$(cat typed)"), "abc", "a line that was corrected with the terminal's own key")
    host.drop(t)
    t = login(host, "erase ^H intr ^Y kill ^P susp ^G -iutf8")
    t.prompt()
    equal(settings(t), wanted, "another terminal like that")


def test_control_characters_of_a_program(host):
    """A program that waits in the terminal's own line mode has them at once."""
    t = login(host, "iutf8").prompt()
    cat(host, t, "cat >typed")
    host.drop(t)
    t = login(host, "erase ^H eof ^B iutf8")
    t.wait_for("resumed")
    wait_until(lambda: "attached" == host.session()["state"], "attached")
    t.send("abX\x08c\r\x02")
    equal(t.ask("$(cat typed)"), "abc", "a line that was corrected with the terminal's own key")


def cat(host, t, line):
    """Runs LINE, up to where cat reads."""
    t.line(line)
    pid = wait_until(lambda: host.named("cat", "alice"), "cat runs")[0]

    def reads():
        with open("/proc/%d/wchan" % pid) as f:
            return f.read() in ("0", "n_tty_read", "wait_woken") and state(pid) == "S"
    wait_until(reads, "cat reads")


def state(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rsplit(")", 1)[1].split()[0]


def silent(t):
    """The terminal's output has been stopped: it does not echo any more."""
    def probe():
        t.read(0)
        t.send("x\x7f")
        return t.quiet(0.1)
    wait_until(probe, "the output is stopped")


def test_a_stop_does_not_outlive_its_terminal(host):
    """Ctrl-S, and the one who pressed it is gone: dropped, taken over, or joined by another."""
    t = host.login()
    cat(host, t, "cat")
    t.send("\x13stopped\r")
    host.drop(t)
    t = host.ssh()
    t.wait_for("resumed")
    t.send("again\r")
    t.wait_for("again\r\n")
    t.send("\x13")
    silent(t)
    t2 = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=1"])
    t2.wait_for("session 1")
    t2.send("taken\r")
    t2.wait_for("taken\r\n")
    t3 = host.login(options=OFF)
    t3.line("holdfastctl attach -j 1")
    wait_until(lambda: host.session()["attachments"] == 2, "joined")
    t3.wait_for("attached session")
    t2.send("\x13")
    silent(t2)
    t2.kill()
    wait_until(lambda: host.session()["attachments"] == 1, "one is left")
    t3.send("alone\r")
    t3.wait_for("alone\r\n")
    t3.send("\x04")
    equal(t3.ask("clean"), "clean", "the shell")


def test_another_character_set(host):
    """A terminal of Latin-1: what was printed comes back as it was, on the screen and above it."""
    host.configure_sshd("AcceptEnv LC_CTYPE\n")
    t = login(host, "-iutf8", options=["-o", "SetEnv=LC_CTYPE=de_DE.ISO-8859-1"]).prompt()
    t.run("for i in $(seq 30); do printf 'gr\\374\\337e %s\\n' $i; done; printf 'an \\344lle\\n'")
    check(b"an \xe4lle\r\n" in t.data, "live: %r" % bytes(t.data[-100:]))
    host.drop(t)
    t = login(host, "-iutf8", options=["-o", "SetEnv=LC_CTYPE=de_DE.ISO-8859-1"])
    t.wait_for(r"resumed session 1 - away")
    t.prompt()
    for text in (b"an \xe4lle\r\n", b"gr\xfc\xdfe 1\r\n", b"gr\xfc\xdfe 30\r\n"):
        check(text in t.data, "%r is not in %r" % (text, bytes(t.data[-600:])))


def test_tmux_control_mode(host):
    """tmux -CC is left before another terminal is shown the screen: that one is inside no DCS, and is fed no control text."""
    need("/usr/bin/tmux")
    t = host.login()
    t.line("tmux -CC -f /dev/null -L cc new")
    t.wait_for(r"\x1bP1000p%begin")
    # More than a string is kept of.
    t.send("send-keys 'seq 2000' Enter\n")
    t.wait_for(r"%output .*\\015\\0121999\\015\\012")
    host.drop(t)
    t = host.ssh()
    t.prompt()
    data = bytes(t.data)
    check(b"%begin" not in data and b"%output" not in data and b"%exit" not in data, "control text: %r" % data[-600:])
    check(b"\x1bP" not in data and b"\x1bX" not in data, "a string is open: %r" % data[-600:])
    equal(t.ask("clean"), "clean", "the shell")
    check("1 windows" in t.ask("$(tmux -L cc ls)"), "tmux's own session is there")
    t.line("tmux -L cc kill-server")


def test_a_string_that_nobody_ends(host):
    """A program is killed inside of a DCS: the next terminal is not left in it."""
    t = host.login()
    t.line("printf '\\033P0;0;0q'; for i in $(seq 1000); do echo '#0~~~~'; done; kill -STOP $$")
    t.wait_for(r"(#0~~~~\r\n){1000}")
    host.drop(t)
    t = host.ssh()
    t.wait_for("resumed")
    t.wait_for(r"\x1bX[^\x1b]*\x1b\\")
