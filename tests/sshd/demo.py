# SPDX-License-Identifier: MIT
"""The body of ./demo: the main job, shown to a person, in a world that shares only the host's network."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import run  # noqa: E402
import world  # noqa: E402
from host import Host  # noqa: E402
from template import write  # noqa: E402
from term import Failed, wait_until  # noqa: E402

BASHRC = r"""
PS1='\[\e[1;32m\]\u@demo\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]$ '
PROMPT_COMMAND=
"""
# A rendering begins each change of looks with a 0.
PROMPT = r"@demo\x1b\[0m:\x1b\[(0;)?1;34m~\x1b\[0m\$ "
OUTPUT_LINE = "a line that was on the screen before"


def narrate(text):
    print("\n\x1b[1m# %s\x1b[0m" % text, flush=True)


def show(text):
    """Prints the output to the ssh client's terminal, indented, without control sequences but colours."""
    text = text.rsplit("\x1b[H", 1)[-1]  # behind the last clearing of the screen
    text = re.sub(r"\x1b\[[0-9;?=>!]*[A-HJKSTXfhlnpqrsu]|\x1b[=>()][0AB]?|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\r", "", text)
    for line in text.strip("\n").rstrip().split("\n"):
        print("    \x1b[2m|\x1b[0m %s\x1b[0m" % line, flush=True)


class Demo:
    prompt = PROMPT

    def __init__(self, host, port):
        self.host, self.port, self.ok = host, port, True

    def found(self, what, before, after):
        same = before == after
        self.ok &= same
        print("    %s %s: before %s, now %s" % ("\x1b[32msame\x1b[0m" if same else "\x1b[31mNOT THE SAME\x1b[0m", what,
                                                before, after), flush=True)

    def client(self):
        return self.host.ssh(options=["-p", str(self.port)], name=None)

    def type(self, t, command):
        t.line(command)
        t.wait_for(self.prompt)

    def counter(self):
        try:
            with open("/home/alice/counter") as f:
                return int(f.read() or 0)
        except (FileNotFoundError, ValueError):
            return 0

    def tell(self):
        host = self.host
        narrate("A login with stock ssh: ssh alice@127.0.0.1.  It sets a variable, starts a job that counts, and prints in colour.")
        t = self.client()
        t.wait_for(self.prompt)
        self.type(t, "colour=blue; cd ~")
        self.type(t, "while sleep 0.2; do n=$((n+1)); echo $n >~/counter; done & job=$!")
        self.type(t, r"printf '\e[1;35m%s\e[0m\n' '" + OUTPUT_LINE + "'")
        before = self.ask(t)
        show(t.text())
        wait_until(lambda: self.counter() > 3, "the job counts")

        narrate("kill -9 of that ssh client: the connection is gone.")
        t.kill()
        session = host.wait_sessions(1, "dropped")[0]
        count = self.counter()
        wait_until(lambda: self.counter() > count + 5, "the job counts on")
        print("    session %d is %s; meanwhile the job has counted from %d to %d"
              % (session["id"], session["state"], count, self.counter()), flush=True)
        show(host.ctl("alice", "ls").stdout)

        narrate("The same command again: ssh alice@127.0.0.1.  The terminal shows:")
        t = self.client()
        t.wait_for(OUTPUT_LINE)
        t.wait_for(r"colour blue.*" + self.prompt)
        show(t.text())
        screen = t.text()

        narrate("The same question again:")
        t.mark = start = len(t.data)
        after = self.ask(t)
        show(t.text(start))

        narrate("Is it the same?")
        for what, old, new in zip(("shell", "job", "variable"), before, after):
            self.found(what, old, new)
        self.found("state of the job", "running", "running" if host.exists(int(before[1])) else "gone")
        coloured = re.search(r"\x1b\[(0;)?1;35m" + OUTPUT_LINE, screen)
        self.found("coloured line on the screen", "there", "there" if coloured else "missing")
        self.found("number of shells", 1, len(host.sessions()))
        t.kill()
        host.wait_sessions(1, "dropped")

    def ask(self, t):
        t.line('echo "shell $$, job $job, colour $colour"')
        answer = t.wait_for(r"[\r\n]shell (\d+), job (\d*), colour (\w*)\r\n").groups()
        t.wait_for(self.prompt)
        return answer


def inside(src, log, extra):
    """Runs in the world."""
    port = extra["port"]
    path = "/etc/ssh/sshd_config.d/00-test.conf"
    with open(path) as f:
        text = re.sub(r"Port \d+", "Port %d" % port, f.read()).replace("0.0.0.0", "127.0.0.1")
    write(path, text.replace("PasswordAuthentication yes", "PasswordAuthentication no\nAllowUsers alice"))
    write("/home/alice/.bashrc", BASHRC)
    write("/home/alice/.profile", ". ~/.bashrc\n")
    write("/home/alice/.bash_logout", "")
    for name in ("key1", "known_hosts"):
        with open("/home/laptop/.ssh/" + name) as f:
            write(os.path.join(log, name), f.read(), 0o600)
    host = Host(src, log)
    demo = Demo(host, port)
    try:
        host.start()
        demo.tell()
    except KeyboardInterrupt:
        return 130
    except Failed as e:
        print("\n\x1b[31mdemo: %s\x1b[0m" % e, flush=True)
        demo.ok = False
    narrate("Everything is the same." if demo.ok else "Something differs; see above.")
    if not extra["once"]:
        by_hand(port, extra["keys"])
    return 0 if demo.ok else 1


def by_hand(port, keys):
    narrate("Try it by hand, from another terminal, until Ctrl-C here:")
    print("    ssh -p %d -i %s/key1 -o IdentitiesOnly=yes -o UserKnownHostsFile=%s/known_hosts \\\n"
          "        -o HostKeyAlias=server alice@127.0.0.1\n" % (port, keys, keys)
          + "    Type something, close that terminal (or press Enter ~ .), and run the command again.", flush=True)
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        print("\nbye", flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main():
    once = "--once" in sys.argv[1:]
    build = os.environ.get("HOLDFAST_DEMO_BUILD", os.path.join(run.SRC, "build-demo"))
    base = run.isolate()
    keys = tempfile.mkdtemp(prefix="holdfast-demo.")
    try:
        run.stage(base, build)
        text = world.spec(base, run.SRC, keys, net=False, entry="demo:inside",
                          extra={"port": free_port(), "once": once, "keys": keys})
        p = subprocess.Popen(world.argv(text, net=False))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *a: p.kill())
        return p.wait()
    finally:
        shutil.rmtree(keys, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
