# SPDX-License-Identifier: MIT
"""The body of ./demo --pool: a session of one login node, resumed on another, in a lab of its own."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "sshd")]
sys.dont_write_bytecode = True
import demo  # noqa: E402
import places  # noqa: E402
import relay  # noqa: E402
import world  # noqa: E402
from demo import OUTPUT_LINE, narrate, show  # noqa: E402
from places import NODES  # noqa: E402
from template import write  # noqa: E402
from term import Failed, wait_until  # noqa: E402

BASHRC = r"""
PS1='\[\e[1;32m\]\u@\h\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]$ '
PROMPT_COMMAND=
"""


class Demo(demo.Demo):
    prompt = r"@login\d\x1b\[0m:\x1b\[(0;)?1;34m~\x1b\[0m\$ "

    def __init__(self, pool):
        super().__init__(pool, None)
        self.pool = pool

    def tell(self):
        narrate("Three login nodes, login1, login2 and login3, behind the name \"cluster\".  ssh alice@cluster: login1 answers.")
        t = self.pool.ssh("login1")
        t.wait_for(self.prompt)
        self.type(t, "colour=blue; sleep 98765 & job=$!")
        self.type(t, r"printf '\e[1;35m%s\e[0m\n' '" + OUTPUT_LINE + "'")
        before = self.where(t), *self.ask(t)
        show(t.text())

        narrate("kill -9 of that ssh client: the connection is gone.  login3 knows, by the pool's directory:")
        t.kill()
        self.pool["login1"].wait_sessions(1, "dropped")
        wait_until(lambda: [s for s in self.pool["login3"].everywhere() if s["state"] == "dropped"], "login3 knows", 20)
        show(self.pool["login3"].ctl("alice", "ls").stdout)

        narrate("The same command again: ssh alice@cluster.  Now login3 answers.  The terminal shows:")
        t = self.pool.ssh("login3")
        t.wait_for(OUTPUT_LINE)
        t.wait_for(r"colour blue.*" + self.prompt)
        show(t.text())
        screen, start = t.text(), len(t.data)
        narrate("The same question again:")
        after = self.where(t), *self.ask(t)
        show(t.text(start))

        narrate("Is it the same?")
        for what, old, new in zip(("node", "shell", "job", "variable"), before, after):
            self.found(what, old, new)
        coloured = re.search(r"\x1b\[(0;)?1;35m" + OUTPUT_LINE, screen)
        self.found("coloured line on the screen", "there", "there" if coloured else "missing")
        t.kill()
        self.pool["login1"].wait_sessions(1, "dropped")

    def where(self, t):
        t.line("uname -n")
        node = t.wait_for(r"[\r\n](login\d)\r\n").group(1)
        t.wait_for(self.prompt)
        return node

    def without_a_node(self):
        narrate("Without power for login1, ssh alice@cluster gets a new session, and a line that says so:")
        self.pool.power_off("login1")
        t = self.pool.ssh("login2")
        t.wait_for(self.prompt)
        show(t.text())
        self.found("node of the new session", "login2", self.where(t))
        t.kill()
        self.pool.start_node("login1")


def inside(src, log, extra):
    """The entry of the laptop's world."""
    import pool
    lab = pool.Pool(src, log, extra["base"])
    shown = Demo(lab)
    try:
        home = places.home(extra["base"])
        for name, text in ((".bashrc", BASHRC), (".profile", ". ~/.bashrc\n"), (".bash_logout", "")):
            write(os.path.join(home, "alice", name), text)
        for name in ("key1", "known_hosts"):
            with open("/home/laptop/.ssh/" + name) as f:
                write(os.path.join(log, name), f.read(), 0o600)
        lab.start()
        shown.tell()
        shown.without_a_node()
    except KeyboardInterrupt:
        return 130
    except Failed as e:
        print("\n\x1b[31mdemo: %s\x1b[0m" % e, flush=True)
        shown.ok = False
    narrate("Everything is the same." if shown.ok else "Something differs; see above.")
    if not extra["once"]:
        by_hand(extra["ports"], extra["keys"])
    return 0 if shown.ok else 1


def by_hand(ports, keys):
    narrate("Try it by hand, from another terminal, until Ctrl-C here:")
    for name, port in zip(NODES, ports):
        print("    ssh -p %d -i %s/key1 -o IdentitiesOnly=yes -o UserKnownHostsFile=%s/known_hosts \\\n"
              "        -o HostKeyAlias=cluster alice@127.0.0.1       # %s" % (port, keys, keys, name))
    print("\n    Type something, close that terminal (or press Enter ~ .), and log in to another node.", flush=True)
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        print("\nbye", flush=True)


class Way(relay.Relay):
    """From a port of this machine's loopback to a node: it listens out here, and connects in the lab's network."""

    def __init__(self, port, to, lab):
        self.lab = lab
        super().__init__(port, to)

    def serve(self):
        # of this thread alone
        with open("/proc/%d/ns/net" % self.lab) as f:
            world.setns(f.fileno(), 0x40000000)
        super().serve()


def main():
    import router
    from labs import SRC, sshd_run, stage
    once = "--once" in sys.argv[1:]
    build = os.environ.get("HOLDFAST_DEMO_BUILD", os.path.join(SRC, "build-demo"))
    base = sshd_run.isolate()
    keys = tempfile.mkdtemp(prefix="holdfast-demo.")
    try:
        stage(base, build)
        ports = [demo.free_port() for _ in NODES]
        p = subprocess.Popen(router.argv({
            "base": base, "src": SRC, "log": keys, "entry": "demo_pool:inside", "show": True,
            "extra": {"once": once, "keys": keys, "ports": ports}}))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *a: p.kill())
        if not once:
            threading.Timer(1, lambda: [Way(port, (places.address(n), 22), p.pid) for n, port in zip(NODES, ports)]).start()
        return p.wait()
    finally:
        shutil.rmtree(keys, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
