# SPDX-License-Identifier: MIT
"""Command lines: the client understands each as the ssh of this machine does.

Two things tell how ssh understands one: `ssh -G` prints host, user and port, and a master of shared connections
(OpenSSH's PROTOCOL.mux), which this file plays, is asked for the session: command, terminal, subsystem, escape.
"""
import concurrent.futures
import os
import pty
import shlex
import shutil
import socket
import struct
import subprocess
import threading

import person
from cases import begun_first
from person import check, equal

WORKERS = 6  # forms at a time: each takes four processes, one after another

HELLO, NEW_SESSION, ALIVE_CHECK, OK, IS_ALIVE = 1, 0x10000002, 0x10000004, 0x80000001, 0x80000005
NO_ESCAPE = 0xffffffff
CONFIG = """
Host cmd
	RemoteCommand in the file
Host tty
	RequestTTY yes
Host force
	RequestTTY force
Host notty
	RequestTTY no
Host none
	SessionType none
Host sub
	SessionType subsystem
Host held
	SessionType subsystem
	RemoteCommand resume
	RequestTTY force
Host null
	StdinNull yes
Host fork
	ForkAfterAuthentication yes
Host esc
	EscapeChar ^B
Host *
	ControlPath %s
	HostName 127.0.0.1
	User configured
	Port 2200
"""

FORMS = r"""
host
host ls
host ls -l /
host 'ls -l' "a  b"
host ''
-- host
-- host -l me
-- -host ls
host -- -x
host -- -x --
host ls -- -x
-l me host
host -l me
me@host
me@host -l you
-l you me@host
a@b@host
-l 'a b' host
@host
ssh://host
ssh://me@host
ssh://me@host:2201
ssh://me@host:2201 -p 7
-p 7 ssh://me@host:2201
ssh://me%40x@host
ssh://host:99999
ssh://host/path
ssh://[::1]:2201
::1
-p 7 host
-p7 host
-p 7 -p 8 host
-p 0 host
-p x host
-p 99999 host
host -p 7 ls
-o Port=7 host
-o Port=7 -p 8 host
-p 8 -o Port=7 host
-oPort=7 -oUser=me host
-o User=me -l you host
-o User=me you@host
you@host -o User=me
-o 'Port 7' host
-o Nonsense=1 host
-t host ls
-tt host ls
-t -t host ls
-t host
-T host
-Tt host ls
-tT host ls
-tTt host ls
-ttT host ls
-T -tt host ls
host -t ls -t
-tAv host ls
-4tCq host ls
-n host ls
-nt host ls
-ntt host ls
-n host
-N host
-Nt host
-N host ls
-fN host
-f host ls
-f host
-fn host ls
-s host sftp
host -s sftp
-x -a -2 host -s sftp
-s host
-sN host sftp
-s host resume
-tt -s host resume
-oSessionType=subsystem host sftp
-oSessionType=subsystem host
-o 'SessionType subsystem' -tt host resume
-N -oSessionType=subsystem host
-e none host
-e ^B host ls
-e x host
-e xx host
-e none -e y host
-o EscapeChar=none host
-e y -o EscapeChar=none host
-o EscapeChar=none -e y host
esc
-1 host
-2 host ls
-K host ls
-k host ls
-y host ls
-M -S none host ls
-w 0:1 host ls
-w x host
-L 8080:web:80 host
-L x host
-D 1080 -R 1:h:2 host ls
-J jump host ls
-J jump -J again host
-J j1,me@j2:7 host ls
-c aes128-ctr -m hmac-sha2-256 host ls
-c nonsense host
-i /nonexistent host ls
-g -C -X host ls
-Y -x host ls
-u host
-p
-l
-o
--
-W web:80 host
-O check host
-Q cipher
-G host
-V
cmd
cmd ls
-t cmd
-T cmd
-N cmd
tty
tty ls
tty -T ls
force ls
force
notty
notty -t ls
none
none ls
none -N
sub sftp
sub resume
held
held ls
-T held
null ls
null
fork ls
fork
fork -N
"""


class Master(threading.Thread):
    """Answers one ssh, and keeps what it asks for."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.server.bind(path)
        self.server.listen(5)
        self.asked = {}
        self.done = threading.Event()
        self.start()

    def run(self):
        while True:
            s, _ = self.server.accept()
            try:
                self.converse(s)
            except (OSError, struct.error, EOFError):
                pass
            s.close()
            self.done.set()

    @staticmethod
    def take(s, n):
        data = b""
        while len(data) < n:
            more = s.recv(n - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def converse(self, s):
        s.sendall(struct.pack(">III", 8, HELLO, 4))
        while True:
            body = self.take(s, struct.unpack(">I", self.take(s, 4))[0])
            kind = struct.unpack(">I", body[:4])[0]
            if kind == ALIVE_CHECK:
                s.sendall(struct.pack(">III", 12, IS_ALIVE, struct.unpack(">I", body[4:8])[0]) + struct.pack(">I", 1))
            elif kind == NEW_SESSION:
                self.session(body[8:])
                return
            elif kind != HELLO:
                s.sendall(struct.pack(">III", 8, OK, struct.unpack(">I", body[4:8])[0]))  # a forward

    def session(self, body):
        reserved = struct.unpack(">I", body[:4])[0]
        tty, _x11, _agent, subsystem, escape = struct.unpack(">IIIII", body[4 + reserved:24 + reserved])
        strings, at = [], 24 + reserved
        while at < len(body):
            n = struct.unpack(">I", body[at:at + 4])[0]
            strings.append(body[at + 4:at + 4 + n].decode())
            at += 4 + n
        self.asked = {"tty": tty, "subsystem": subsystem, "command": strings[1],
                      "escape": -1 if escape == NO_ESCAPE else escape}


def ssh_asks(master, argv, stdin):
    """What ssh asks the master for; {} if it asks for nothing."""
    master.asked = {}
    master.done.clear()
    p = subprocess.Popen(argv, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    person.STARTED.append(p)
    person.wait_until(lambda: master.done.is_set() or p.poll() is not None, "ssh asks or ends")
    if p.poll() is None:
        p.kill()
    p.communicate()
    return master.asked


def settings(text):
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        found.setdefault(name, value)
    return found


def ours(words, stdin):
    r = subprocess.run([person.ARGV, *words], stdin=stdin, stdout=subprocess.PIPE, text=True, timeout=person.LIMIT)
    return settings(r.stdout)


def is_ssh_alone(asked):
    """A subsystem, but for "resume" at a terminal."""
    return asked["subsystem"] and (asked["command"] != "resume" or not asked["tty"])


def compare(form, words, master, stdin, terminal):
    """What differs, as text."""
    mine = ours(words, stdin)
    if form in ("-V", "-Q cipher"):
        return [] if mine["what"] in ("versions", "ssh") else [mine]
    if mine.get("what") == "ssh" and form in ("-sN host sftp", "-O check host", "-W web:80 host", "-G host"):
        return []
    g = subprocess.run(["ssh", "-G", *words], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                       timeout=person.LIMIT)
    if g.returncode or "refused" in mine:
        return [] if g.returncode and "refused" in mine else ["ssh -G: status %d; ours: %s" % (g.returncode, mine)]
    theirs = settings(g.stdout)
    asked = ssh_asks(master, ["ssh", *words], stdin)
    wrong = []
    if mine["what"] == "ssh":
        return ["given to ssh: %s" % asked] if asked and not is_ssh_alone(asked) else []
    if asked and is_ssh_alone(asked):
        wrong.append("held: %s" % asked)
    for name in ("host", "hostname", "user", "port"):
        if name in theirs and mine[name] != theirs[name]:
            wrong.append("%s: %s, and not %s" % (name, mine[name], theirs[name]))
    for name, yes, no in (("session", "sessiontype", "none"), ("stdin", "stdinnull", "yes")):
        # ssh_config(5): ForkAfterAuthentication implies StdinNull, which ssh -G does not show
        implied = name == "stdin" and mine["background"] == "1"
        if yes in theirs and not implied and (mine[name] == "1") != (theirs[yes] != no):
            wrong.append("%s: %s, ssh has %s" % (name, mine[name], theirs[yes]))
    if theirs.get("forkafterauthentication", "no") != ("yes" if mine["background"] == "1" else "no"):
        wrong.append("background: %s" % mine["background"])
    if asked and mine["session"] == "1":
        command = "" if asked["subsystem"] and asked["command"] == "resume" else asked["command"]
        if (mine["command"], int(mine["tty"])) != (command, asked["tty"]):
            wrong.append("command and tty: %s, %s, and not %s" % (mine["command"], mine["tty"], asked))
        if terminal and int(mine["escape"]) != asked["escape"]:
            wrong.append("escape: %s, and not %s" % (mine["escape"], asked["escape"]))
    elif mine["session"] == "1" and "-S none" not in form:
        wrong.append("ssh asked for no session")
    return wrong


def some_forms(number, terminal):
    """Each WORKERS-th form, from the NUMBERth on: what is wrong, and how often ssh asked its master."""
    fds = pty.openpty() if terminal else ()
    stdin = fds[1] if terminal else subprocess.DEVNULL
    mux, config = (os.path.join(person.WORK, "%s%d" % (name, number)) for name in ("mux", "config"))
    with open(config, "w") as f:
        f.write(CONFIG % mux)
    master = Master(mux)
    wrong, asked = [], 0
    for form in FORMS.strip().splitlines()[number::WORKERS]:
        words = ["-F", config, *shlex.split(form)]
        wrong += ["%s: %s" % (form, w) for w in compare(form, words, master, stdin, terminal)]
        asked += bool(master.asked)
    for fd in fds:
        os.close(fd)
    return wrong, asked


def forms(terminal):
    if not shutil.which("ssh"):
        print("no ssh here: nothing to compare with")
        return
    os.environ["TERM"] = "xterm"
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(some_forms, range(WORKERS), [terminal] * WORKERS))
    wrong, asked = [w for f in found for w in f[0]], sum(f[1] for f in found)
    print("\n".join(wrong))
    equal(len(wrong), 0, "forms that ssh understands otherwise")
    check(asked > 50, "ssh asked the master only %d times" % asked)


@begun_first
def test_at_a_terminal():
    forms(True)


@begun_first
def test_on_pipes():
    forms(False)
