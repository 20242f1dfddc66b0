# SPDX-License-Identifier: MIT
"""The ways to a shell on the private host that are measured side by side, and a terminal on one of them."""
import os
import re
import shutil
import subprocess
import time

from term import Failed, wait_until

PROBE = "/usr/libexec/holdfast/bench-probe"
RELAY = "/usr/libexec/holdfast/bench-relay"
SERVER = "server"
OFF = ["-o", "SetEnv=LC_HOLDFAST=off"]


class Way:
    """How to get to a shell.  HOLDER is the name of the process that the shell must turn out to be a child of."""

    def __init__(self, name, holder, needs=(), remote=None, argv=None):
        self.name, self.holder, self.needs, self.remote, self._argv = name, holder, needs, remote, argv

    def there(self):
        return all(shutil.which(n) for n in self.needs)

    def argv(self, host=SERVER, options=()):
        if self._argv:
            return self._argv(host, list(options))
        off = [] if self.name == "held" else OFF
        remote = ["-t", host, self.remote % {"n": Terminal.count}] if self.remote else [host]
        return ["ssh", *options, *off, "-l", "alice", *remote]


def client_argv(host, options):
    return ["holdfast", *options, "alice@" + host]


def pipes_argv(host, options):
    # without a terminal at the other end ssh leaves ours alone
    return ["sh", "-c", 'stty raw -echo; exec ssh -T "$@"', "sh", *OFF, *options, "-l", "alice", host, RELAY + " bash -i"]


def mosh_argv(host, options):
    return ["mosh", "--predict=never", "--ssh=ssh -l alice %s" % " ".join(OFF + options), "alice@" + host]


PLAIN, HELD, CLIENT = "plain", "held", "client"
# the least that anybody between sshd and a shell costs, with the login's pty and without it: relay.c
FLOORS = ("relay", "pipes")
WAYS = (
    Way(PLAIN, r"sshd"),
    Way(HELD, r"holdfastd|holdfast-keeper"),  # the leader
    Way(CLIENT, r"holdfastd|holdfast-keeper", ("holdfast",), argv=client_argv),
    Way("relay", r"bench-relay", remote=RELAY + " bash"),
    Way("pipes", r"bench-relay", argv=pipes_argv),
    Way("dtach", r"dtach", ("dtach",), "dtach -A /tmp/dtach-%(n)d -z bash"),
    Way("abduco", r"abduco", ("abduco",), "abduco -A bench-%(n)d bash"),
    Way("tmux", r"tmux: server", ("tmux",), "tmux -L bench-%(n)d -f /dev/null new bash"),
    Way("screen", r"screen", ("screen",),
        "mkdir -m 700 /tmp/screens-%(n)d; SCREENDIR=/tmp/screens-%(n)d screen -c /dev/null -S bench-%(n)d bash"),
    Way("mosh", r"mosh-server", ("mosh", "mosh-server"), argv=mosh_argv),
)


class Terminal:
    """bench-probe with a command in its pty, run by the user laptop."""
    count = 0

    def __init__(self, host, way, target=SERVER, options=(), laptop=None):
        """LAPTOP: a machine of its own (laptop.py) that it runs on."""
        Terminal.count += 1
        self.number, self.way = Terminal.count, way
        uid, gid, groups = host.ids("laptop")
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/home/laptop", "LANG": "C.UTF-8",
               "TERM": "xterm-256color", "USER": "laptop", "LOGNAME": "laptop"}
        argv = way.argv(target, options) if isinstance(way, Way) else way
        ids = {"user": uid, "group": gid, "extra_groups": groups}
        argv = [PROBE, *argv]
        if laptop:
            argv, ids = laptop.command(host, argv), {}
        self.p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  env=env, cwd="/home/laptop", **ids)
        self.pid = int(self.answer()[0])
        self.shell = None

    def answer(self, of="start"):
        line = self.p.stdout.readline().split()
        if not line or line[0] != "ok":
            raise Failed("%s: %s: %s" % (self.name(), of, " ".join(line) or "the probe has ended"))
        return line[1:]

    def name(self):
        return self.way.name if isinstance(self.way, Way) else self.way[0]

    def tell(self, text):
        self.p.stdin.write(text + "\n")
        self.p.stdin.flush()

    def do(self, text):
        self.tell(text)
        return [int(v) for v in self.answer(text)]

    def send(self, text):
        self.do("send " + text.encode().hex())

    def wait(self, text, seconds=60):
        """Nanoseconds since the last send (or the start) and bytes of output since then."""
        return self.do("wait %d %s" % (seconds * 1000, text))

    def run(self, command, seconds=120):
        """Sends COMMAND and waits for its end: nanoseconds and bytes."""
        Terminal.count += 1
        self.send("%s; printf 'E%%s-%d\\n' nd\r" % (command, Terminal.count))
        return self.wait("End-%d" % Terminal.count, seconds)

    def ready(self, check=True):
        """At the prompt, and held by who is to hold it."""
        self.wait("PROMPT$")
        if check:
            self.shell = self.shell_pid()
            comm = parent_comm(self.shell)
            if not re.match(self.way.holder, comm):
                raise Failed("%s: its shell's parent is %s: this would measure something else" % (self.way.name, comm))
        return self

    def shell_pid(self):
        path = "/tmp/bench-shell-%d" % self.number
        self.run("echo $$ >%s" % path)
        with open(path) as f:
            return int(f.read())

    def echo(self, count, gap_us):
        """Nanoseconds from each of COUNT keys to its echo by the remote tty, with a program there that reads keys."""
        self.run("stty -icanon")
        self.send("cat >/dev/null\r")
        self.do("drain 100")
        try:
            return self.do("echo %d %d" % (count, gap_us))
        finally:
            self.send("\x03")
            self.wait("PROMPT$")
            self.run("stty icanon")

    def kill(self):
        """The client goes as when its machine loses power, as far as a process can do that."""
        self.p.stdin.close()
        self.p.wait(30)
        self.p.stdout.close()

    def exit(self):
        self.send("\x15exit\r")
        try:
            wait_until(lambda: not os.path.exists("/proc/%d" % self.shell), "its shell has ended", 10)
            self.ended()
        finally:
            self.kill()

    def ended(self):
        """Its program ends by itself: a session whose client has gone before it heard of the end waits for that a minute."""
        try:
            self.do("wait 10000 what-nobody-prints")
        except Failed as e:
            if "eof" not in str(e):
                raise


def parent_comm(pid):
    with open("/proc/%d/status" % pid) as f:
        parent = int(re.search(r"^PPid:\s+(\d+)", f.read(), re.M).group(1))
    with open("/proc/%d/comm" % parent) as f:
        return f.read().strip()


def present(only=None):
    return [w for w in WAYS if w.there() and (not only or w.name in only)]


def settle(seconds):
    """Lets SECONDS go by in which only what is measured happens."""
    time.sleep(seconds)
