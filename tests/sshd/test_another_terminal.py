# SPDX-License-Identifier: MIT
"""The terminal that resumes is another one: it is sent what it takes, and no more."""
import os
import socket
import sys
import threading

from host import RUN
from term import check, equal
from test_client import client
from test_liars import listener_of

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "screen"))
import terminals  # noqa: E402

# All that a newer terminal has.
DRAWN = (b"\x1b[38;2;255;0;0mred\x1b[m \x1b(0lqk\x1b(B \x1b]8;;http://a/\x1b\\link\x1b]8;;\x1b\\ \x1b[4:3mcurly\x1b[m "
         b"\xc3\xa4\xe2\x86\x92|\x1b]2;title\x07\x1b[>4;1m\x1b[?1004h\x1b[>1u\n")
ATTACH_MSG_STATUS, ATTACH_MSG_CLAIM, ATTACH_MSG_REFUSED = 1, 2, 67  # common/messages/attach.h
REFUSAL_BAD, REFUSAL_BUSY = 5, 1
TARGET = b"\xff\xff\xff\xff"
TARGET_BYTES = 4 + 8 + 4 + 256


def draw(t):
    with open("/home/alice/drawn", "wb") as f:
        f.write(DRAWN)
    t.run("cat drawn")


def restored(t):
    """What T was sent when it came, and of that the line that DRAWN has made."""
    t.wait_for(r"curly.*?PROMPT\$ ")
    data = bytes(t.data)
    at = data.rindex(b"curly")
    return data, data[data.rindex(b"\n", 0, at) + 1:data.index(b"\n", at)]


def only_known(t, term):
    """T, of that TERM, was sent no sequence of which terminfo does not say that it knows it."""
    found = set(terminals.words(bytes(t.data))) - terminals.allowed(term) - {"control 00"}
    equal(found, set(), "sequences that TERM=%s does not have" % term)


def drawn(host):
    """A session on a newer terminal that shows DRAWN, and that is dropped."""
    t = host.login()
    # The shell's own modes would come live.
    t.run("PS1='PROMPT$ '; bind 'set enable-bracketed-paste off'")
    draw(t)
    host.drop(t)


def set_and_detached(host, t):
    """What T is sent when it is detached while a program has kitty's keys, the mouse and the alternate screen on."""
    t.line(r"printf '\e[?1049h\e[>1u\e[?1003;1006h\e[?2004h'; printf 'se%s\n' t; sleep 98765")
    t.wait_for(r"set\r")
    at = len(t.data)
    equal(host.ctl("alice", "detach", str(host.session()["id"])).returncode, 0, "detach")
    equal(t.wait_exit(), 0, "the status of ssh")
    return bytes(t.data[at:])


def test_what_programs_have_set_is_reset_at_a_detach(host):
    """Also what terminfo does not list, of a new session's terminal, and of one of another TERM that resumes."""
    for term in "xterm-256color", "xterm":
        t = host.login(term=term)
        sent = set_and_detached(host, t)
        for reset in b"\x1b[<99u", b"\x1b[?1049l", b"1003l", b"\x1b[?2004l":
            check(reset in sent, "no %r at the detach of TERM=%s: %r" % (reset, term, sent))
        t = host.login(term=term)
        t.send(b"\x03")
        equal(t.ask("there"), "there", "the shell")
        host.drop(t)


def test_vt100(host):
    """Lines by its charset, no colours, and no sequence of others; a newer terminal gets all again."""
    drawn(host)
    t = host.ssh(term="vt100")
    t.wait_for("resumed")
    _, line = restored(t)
    check(b"red \x1b(0lqk\x1b(B link \x1b[0;4mcurly\x1b[0m \xc3\xa4\xe2\x86\x92|" in line, "the line: %r" % line)
    only_known(t, "vt100")
    host.drop(t)
    t = host.login()
    data, line = restored(t)
    check(b"\x1b[38;5;196mred" in line and b"curly" in line, "the line: %r" % line)
    check(b"\x1b]2;title\x1b\\" in data and b"\x1b[?1004h" in data, "the modes and the title: %r" % data)
    host.drop(t)
    # And of that TERM again, as the programs wrote it.
    t = host.login()
    data, line = restored(t)
    check(b"\x1b[38;2;255;0;0mred" in line and b"\x1b[4:3m" in line and b"\x1b[>1u" in data, "the line: %r" % line)


def test_linux_in_latin_1(host):
    """The console: eight colours, characters of its locale's set."""
    host.configure_sshd("AcceptEnv LC_CTYPE\n")
    drawn(host)
    t = host.ssh(term="linux", options=["-o", "SetEnv=LC_CTYPE=de_DE.ISO-8859-1"])
    t.wait_for("resumed session 1 - away")
    _, line = restored(t)
    check(b"\x1b[0;1;31mred\x1b[0m \x1b(0lqk\x1b(B link \x1b[0;4mcurly\x1b[0m \xe4>|" in line, "the line: %r" % line)
    only_known(t, "linux")


def test_several(host):
    """Each of the terminals of one session gets its own; the one that stands still gets it again as before."""
    draw(host.login())
    others = {}
    for term in ("linux", "screen-256color", "xterm-256color"):
        t = host.ssh(options=["-t"], args=["holdfastctl attach -j 1"], term=term)
        others[term] = restored(t)[1]
    check(b"\x1b[0;1;31mred" in others["linux"], "linux: %r" % others["linux"])
    check(b"\x1b[38;5;196mred" in others["screen-256color"] and b"]8;;" not in others["screen-256color"],
          "screen: %r" % others["screen-256color"])
    check(b"38;5;196" in others["xterm-256color"] or b"38;2;255;0;0" in others["xterm-256color"],
          "xterm: %r" % others["xterm-256color"])


def test_client(host):
    """holdfast(1) on a console."""
    t = host.login()
    draw(t)
    host.ctl("alice", "rename", "1", "work")
    t = client(host, "--session", "work", term="linux")
    _, line = restored(t)
    check(b"\x1b[0;1;31mred" in line and b"]8;;" not in line, "the line: %r" % line)


class OlderKeeper(threading.Thread):
    """In the place of the keeper PID: it refuses a claim that is longer than it knows."""
    def __init__(self, pid, path):
        super().__init__(daemon=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.connect(path)
            s.send(bytes([ATTACH_MSG_STATUS]))
            self.status = s.recv(1024)
        self.listener = listener_of(pid)
        self.claims = []
        self.start()

    def run(self):
        while True:
            with self.listener.accept()[0] as s:
                for m in iter(lambda: s.recv(65536), b""):
                    code = REFUSAL_BAD if TARGET in m[-TARGET_BYTES:] else REFUSAL_BUSY
                    answer = bytes([ATTACH_MSG_REFUSED, 0, 0, 0, code, 0, 0, 0, 4]) + b"busy"
                    if m[0] == ATTACH_MSG_CLAIM:
                        self.claims.append(m)
                    s.send(answer if m[0] == ATTACH_MSG_CLAIM else self.status)


def test_a_keeper_of_an_older_version(host):
    """It does not know what a terminal takes, so the login claims without that."""
    host.login()
    s = host.session()
    older = OlderKeeper(s["keeper_pid"], "%s/sessions/%d/%d/sock" % (RUN, host.ids("alice")[0], s["id"]))
    t = host.ssh(options=["-o", "SetEnv=LC_HOLDFAST=1"], term="vt100")
    t.wait_for("busy")
    long, short = older.claims[:2]
    equal(len(long) - len(short), TARGET_BYTES, "bytes that the second claim lacks")
    equal(long[:len(short)], short, "the rest of it")
    older.listener.shutdown(socket.SHUT_RDWR)
