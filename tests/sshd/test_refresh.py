# SPDX-License-Identifier: MIT
"""Old shells learn the new login: at the next prompt, and cheaply; X11 forwarding works again."""
import os
import shutil
import socket
import struct
import threading

from template import write
from term import Skip, check, equal, wait_until


def with_hook(host, user, shell):
    path, line = {"bash": (".bashrc", 'eval "$(holdfastctl hook bash)"\n'),
                  "zsh": (".zshrc", 'eval "$(holdfastctl hook zsh)"\n'),
                  "fish": (".config/fish/config.fish", "holdfastctl hook fish | source\n")}[shell]
    with open(os.path.join("/home", user, path), "a") as f:
        f.write(line)


def need(path):
    if not os.path.exists(path):
        raise Skip("no %s" % path)


def env_of(host, t, ask):
    return [ask(t, name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")]


def refreshed(host, user, ask):
    t = host.login(user)
    old = env_of(host, t, ask)
    host.drop(t, user=user)
    t = host.ssh(user, options=["-o", "BindAddress=127.0.0.2"])
    # the prompt that is there is an old one
    t.line("")
    wait_until(lambda: env_of(host, t, ask)[0].startswith("127.0.0.2 "), "the new address", 20)
    new = env_of(host, t, ask)
    check(new[1].startswith("127.0.0.2 "), "SSH_CLIENT is %r" % new[1])
    login = [p for p in host.named("holdfast-login", user)][0]
    equal(new[2], host.environ(login)["SSH_TTY"], "SSH_TTY")
    check(old != new, "nothing new")


def sh_ask(t, name):
    return t.ask("${%s-none}" % name)


def test_bash(host):
    with_hook(host, "alice", "bash")
    refreshed(host, "alice", sh_ask)


def test_zsh(host):
    need("/usr/bin/zsh")
    with_hook(host, "zoe", "zsh")
    refreshed(host, "zoe", sh_ask)


def test_fish(host):
    need("/usr/bin/fish")
    with_hook(host, "finn", "fish")
    t = host.login("finn")
    host.drop(t, user="finn")
    t = host.ssh("finn", options=["-o", "BindAddress=127.0.0.2"])
    t.line("")
    t.line("")
    t.line("printf 'q1%s\\n' [$SSH_CONNECTION]")
    t.wait_for(r"q1\[127\.0\.0\.2 ")


def test_no_process_for_a_prompt(host):
    """Only a change costs a process, and the exit status that the prompt shows is the command's."""
    with_hook(host, "alice", "bash")
    with open("/home/alice/.bashrc", "a") as f:
        f.write("PS1='[$?]PROMPT$ '\n")
    write("/home/alice/.profile", ". ~/.bashrc\n")
    t = host.login()
    first = int(t.ask("$(exec sh -c 'echo $$')"))
    for _ in range(10):
        t.line("")
    last = int(t.ask("$(exec sh -c 'echo $$')"))
    check(last - first <= 3, "processes made by ten prompts: %d" % (last - first - 1))
    t.line("(exit 7)")
    t.wait_for(r"\[7\]PROMPT\$ ")


def test_shell_within(host):
    """A shell that was started from an old environment catches up as well."""
    with_hook(host, "alice", "bash")
    t = host.login()
    host.drop(t)
    t = host.ssh(options=["-o", "BindAddress=127.0.0.2"])
    t.line("exec bash")
    t.line("")
    wait_until(lambda: t.ask("$SSH_CONNECTION").startswith("127.0.0.2 "), "the new address", 20)


def test_joined_terminal_leaves(host):
    """With two terminals the one that stays is the live one again."""
    with_hook(host, "alice", "bash")
    t = host.login(options=["-o", "BindAddress=127.0.0.3"])
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off", "-o", "BindAddress=127.0.0.2"])
    t2.line("holdfastctl attach -j 1")
    wait_until(lambda: host.session()["attachments"] == 2, "joined")
    t2.line("")
    wait_until(lambda: t2.ask("$SSH_CONNECTION").startswith("127.0.0.2 "), "the second's address", 20)
    t2.kill()
    wait_until(lambda: host.session()["attachments"] == 1, "one has left")
    t.line("")
    wait_until(lambda: t.ask("$SSH_CONNECTION").startswith("127.0.0.3 "), "the first's again", 20)


class Display(threading.Thread):
    """An X server that knows one thing: whether a client came with the right cookie."""

    def __init__(self, number):
        super().__init__(daemon=True)
        os.makedirs("/tmp/.X11-unix", exist_ok=True)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.bind("/tmp/.X11-unix/X%d" % number)
        os.chmod("/tmp/.X11-unix/X%d" % number, 0o777)
        self.sock.listen()
        self.cookies = []
        self.start()

    def run(self):
        while True:
            s = self.sock.accept()[0]
            head = s.recv(12, socket.MSG_WAITALL)
            name, data = struct.unpack("<HH", head[6:10])
            rest = s.recv((name + 3) // 4 * 4 + (data + 3) // 4 * 4, socket.MSG_WAITALL)
            self.cookies.append(rest[(name + 3) // 4 * 4:][:data].hex())
            s.sendall(b"\0\0" + struct.pack("<HHH", 11, 0, 0))
            s.close()


CLIENT = """
import os, re, socket, struct, subprocess, sys
host, n = re.match(r"(.*):(\\d+)", os.environ["DISPLAY"]).groups()
out = subprocess.run(["xauth", "list", os.environ["DISPLAY"]], capture_output=True, text=True).stdout
cookie = bytes.fromhex(out.split()[-1])
s = socket.create_connection((host, 6000 + int(n)))
name = b"MIT-MAGIC-COOKIE-1"
s.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie)) + name + b"\\0\\0" + cookie)
print("x-" + sys.argv[1] + ("answer" if len(s.recv(8)) == 8 else "nothing"))
"""


def test_x11(host):
    if not shutil.which("xauth"):
        raise Skip("no xauth")
    with_hook(host, "alice", "bash")
    host.configure_sshd("X11Forwarding yes\nX11UseLocalhost yes\n")
    write("/home/alice/client.py", CLIENT)
    cookie = "0123456789abcdef0123456789abcdef"
    display = Display(7)
    env = {"DISPLAY": ":7", "XAUTHORITY": "/home/laptop/.Xauthority"}
    host.as_user("laptop", ["xauth", "add", ":7", ".", cookie], env=env)
    t = host.login(options=["-Y"], env=env)
    t.line("/usr/bin/python3 client.py 1")
    t.wait_for("x-1answer")
    equal(display.cookies, [cookie], "cookies, from the first login")
    # another display's number than before: this one is taken meanwhile
    host.drop(t)
    other = host.login("bob", options=["-Y"], env=env)
    t = host.ssh(options=["-Y"], env=env)
    t.line("")
    t.line("/usr/bin/python3 client.py 2")
    t.wait_for("x-2answer")
    equal(display.cookies, [cookie] * 2, "cookies, after the resume")
    check(t.ask("$DISPLAY") != "" and other.alive(), "DISPLAY")
    # without forwarding there is none
    host.drop(t)
    t = host.ssh()
    t.line("")
    wait_until(lambda: t.ask("${DISPLAY-none}") == "none", "DISPLAY is gone", 20)
