# SPDX-License-Identifier: MIT
"""holdfastd and keepers that are not there, hang, end, or say what they must not: the login is then the plain login."""
import contextlib
import os
import signal
import socket
import struct
import threading

from broken import AWAY, EITHER, HELD, Broken, Table, daemon_hung, directory, garbage, loop, missing
from host import RUN
from template import LIBEXEC, write
from term import equal, wait_until

SOCK = RUN + "/holdfastd.sock"
FACTS, REFUSED, PROGRESS, READY, STARTED = 1, 2, 3, 4, 5


def cstring(text):
    return struct.pack(">I", len(text)) + text


def facts(timeout_ms=600000, more=b""):
    """struct vouch_reply as common/messages/vouch.c writes it."""
    return bytes([FACTS]) + b"i" * 32 + struct.pack(">I", timeout_ms) + cstring(b"alice") + cstring(b"127.0.0.1") + \
        cstring(b"publickey") + more


def ready(number):
    return bytes([READY]) + struct.pack(">I", number)


# holdfastd itself -----------------------------------------------------------------------------------------------------

@contextlib.contextmanager
def killed(host):
    host.stop_holdfastd(signal.SIGKILL)
    yield
    host.start_holdfastd()


@contextlib.contextmanager
def ended(host):
    host.stop_holdfastd()
    if os.path.lexists(SOCK):
        os.unlink(SOCK)
    yield
    host.start_holdfastd()


def listens():
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        return s.connect_ex(SOCK) == 0


def test_daemon(host):
    table = Table(host)
    for what, state in (("killed", killed), ("ended, and its socket gone", ended), ("stopped", daemon_hung)):
        with state(host):
            table.row("holdfastd: " + what)
            table.row("holdfastd: %s, a second time" % what)
        table.row("holdfastd: no more " + what, HELD)
    for breakage in (missing, garbage, directory, loop):
        with Broken(breakage, SOCK):
            table.row("holdfastd's socket: " + breakage.__name__, EITHER)  # it makes it anew
    # the socket that is back is an old one, until holdfastd has noticed
    wait_until(listens, "holdfastd listens at its socket")
    table.row("holdfastd's socket as it was", HELD)
    table.end()


# somebody in its place ------------------------------------------------------------------------------------------------

class Impostor(threading.Thread):
    """Listens in holdfastd's place: to each request the next of ANSWERS; None: hang up; at their end, silence."""

    def __init__(self, answers=(), kind=socket.SOCK_SEQPACKET, backlog=16, uid=0, serves=True):
        super().__init__(daemon=True)
        self.answers, self.serves, self.conns = answers, serves, []
        self.sock = socket.socket(socket.AF_UNIX, kind)
        self.sock.bind(SOCK)
        os.chmod(SOCK, 0o666)
        os.seteuid(uid)  # SO_PEERCRED shows who listens
        self.sock.listen(backlog)
        os.seteuid(0)

    def run(self):
        while True:
            try:
                conn = self.sock.accept()[0]
            except OSError:
                return
            self.conns.append(conn)
            if self.serves:
                threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def serve(self, conn):
        for said in self.answers:
            try:
                if said is None or not (said[0] == PROGRESS or conn.recv(4096)):
                    conn.close()
                    return
                conn.send(said)
                if said[0] == PROGRESS:
                    continue
            except OSError:
                return


@contextlib.contextmanager
def instead(host, accepts=True, **kw):
    """While entered, an Impostor is there, which ACCEPTS or leaves who connects in its backlog."""
    os.kill(host.holdfastd.pid, signal.SIGSTOP)  # it would make its socket anew
    os.rename(SOCK, SOCK + AWAY)
    them = Impostor(**kw)
    if accepts:
        them.start()
    yield them
    them.sock.shutdown(socket.SHUT_RDWR)
    them.sock.close()
    for c in them.conns:
        c.close()
    os.unlink(SOCK)
    os.rename(SOCK + AWAY, SOCK)
    os.kill(host.holdfastd.pid, signal.SIGCONT)


ANSWERS = (
    ("nothing", ()), ("hangs up", (None,)), ("zeros", (b"\0" * 100,)), ("text", (b"exit 0\nnormal\n",)),
    ("too much", (b"\1" * 60000,)), ("an unknown type", (b"\x63abcdefgh",)), ("a type of another time", (ready(1),)),
    ("facts cut short", (facts()[:40],)), ("facts of a newer version", (facts(more=b"\0\0\0\1"),)),
    ("facts, then nothing", (facts(),)), ("facts, then hangs up", (facts(), None)),
    ("facts again", (facts(), facts())), ("facts, then a session of nobody's", (facts(), ready(4711))),
    ("facts, then session 0", (facts(), ready(0))), ("facts, then session -1", (facts(), ready(0xffffffff))),
    ("a refusal without a text", (bytes([REFUSED]) + struct.pack(">I", 8) + cstring(b""),)),
    ("a refusal of many lines", (bytes([REFUSED]) + struct.pack(">I", 8) + cstring(b"a\nb\nc\x1b[2J"),)),
    ("a refusal without an end", (bytes([REFUSED]) + struct.pack(">II", 8, 0xffffff) + b"a" * 50,)),
    ("facts, progress and a refusal", (facts(), bytes([PROGRESS]), bytes([REFUSED]) + struct.pack(">I", 8) + cstring(b"no"))),
)


def test_impostor(host):
    """Another version of holdfastd, or something else, behind its socket."""
    table = Table(host)
    for what, answers in ANSWERS:
        with instead(host, answers=answers):
            table.row("answers: " + what)
    with instead(host, kind=socket.SOCK_STREAM):
        table.row("a stream socket")
    with instead(host, kind=socket.SOCK_STREAM, answers=(b"x" * 70,)):
        table.row("a stream socket that talks")
    with instead(host, answers=(facts(), ready(1)), uid=host.ids("bob")[0], serves=False) as them:
        table.row("another user's socket")
        equal([c.recv(100) for c in them.conns], [b""], "what that user is told")
    with instead(host, accepts=False):
        table.row("nobody accepts")
    with instead(host, accepts=False, backlog=0):
        first = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        first.connect(SOCK)
        table.row("a full backlog")
        first.close()
    table.row("holdfastd again", HELD)
    table.end()


# keepers --------------------------------------------------------------------------------------------------------------

KEEPERS = (
    ("exits with 0", "exit 0"), ("exits with 1", "exit 1"), ("crashes", "kill -SEGV $$"), ("kills itself", "kill -KILL $$"),
    ("never gets ready", "sleep 100000"), ("never gets ready and minds no signal", "trap '' TERM HUP; while :; do sleep 1000; done"),
    ("stops", "kill -STOP $$"), ("has no interpreter", None),
    ("says garbage", "printf 'garbage' >&4; sleep 100000"), ("talks to the terminal", "echo hello >&3; exit 0"),
    ("closes its end", "exec 4>&-; sleep 100000"),
)


def test_keepers(host):
    path = LIBEXEC + "/holdfast-keeper"
    table = Table(host)
    for what, script in KEEPERS:
        with Broken(missing, path):
            write(path, "#!/bin/sh\n" + script + "\n" if script else "#!/nowhere\n", 0o755)
            table.row("a keeper that " + what)
    table.row("a keeper as it was", HELD)
    table.end()


def test_skipped(host):
    """What is slow without being broken, a PAM stack for instance, is waited for; Ctrl-C skips it."""
    Table(host)
    with instead(host, answers=(facts(), bytes([PROGRESS]))) as them:
        t = host.ssh()
        wait_until(lambda: them.conns, "holdfast-login asks")
        t.send("\x03")
        t.prompt()
        equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION")
        t.line("exit 7")
        equal(t.wait_exit(), 7, "the status of ssh")
    with instead(host, answers=(facts(1500), bytes([PROGRESS]))):
        t = host.login()
        equal(t.ask("$HOLDFAST_SESSION"), "", "HOLDFAST_SESSION after LoginTimeout")
