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
    equal(new[2], old[2], "SSH_TTY, the session's own terminal")
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


def with_term(host, user, term):
    """A resume from a terminal of that kind, and the next prompt."""
    t = host.ssh(user, term=term)
    t.prompt()
    t.line("")
    return t


def takes_term(host, user, shell):
    """TERM follows the terminal, unless the person has set another one, or the shell is in a pane of something."""
    with_hook(host, user, shell)
    t = host.login(user)
    for term in ("vt100", "linux", "xterm-256color"):
        host.drop(t, user=user)
        t = with_term(host, user, term)
        wait_until(lambda: t.ask("$TERM") == term, "TERM is %s" % term, 20)
        equal(t.ask("$(env | grep ^TERM=)"), "TERM=" + term, "TERM of programs")
    t.run("export TERM=xterm-mine")
    host.drop(t, user=user)
    t = with_term(host, user, "vt100")
    wait_until(lambda: t.ask("$HOLDFAST_SEEN") == t.ask("$(cat $HOLDFAST_PLACE/login)"), "the shell has looked", 20)
    equal(t.ask("$TERM"), "xterm-mine", "the person's own TERM")


def test_term_bash(host):
    takes_term(host, "alice", "bash")


def test_term_zsh(host):
    need("/usr/bin/zsh")
    takes_term(host, "zoe", "zsh")


def test_term_fish(host):
    need("/usr/bin/fish")
    with_hook(host, "finn", "fish")
    t = host.login("finn")
    for term in ("vt100", "linux"):
        host.drop(t, user="finn")
        t = host.ssh("finn", term=term)
        t.line("")
        t.line("")
        t.line("printf 'q%s%s\\n' 1 [$TERM]")
        t.wait_for(r"q1\[%s\]" % term)


def test_term_in_a_pane(host):
    """A shell on another terminal inside of the session has that one's TERM."""
    with_hook(host, "alice", "bash")
    t = host.login(term="vt100")
    t.line("exec script -q /dev/null")
    t.prompt()
    equal(t.ask("$TERM"), "vt100", "TERM in the pane")
    host.drop(t)
    t = with_term(host, "alice", "linux")
    wait_until(lambda: t.ask("$HOLDFAST_SEEN") != "", "the shell has looked", 20)
    equal(t.ask("$TERM"), "vt100", "TERM in the pane after the resume")


PROMPTS = (
    # what is before the hook's line in ~/.bashrc, what is behind it
    ("", 'PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND; }mine"\n'),
    ("PROMPT_COMMAND=mine\n", ""),
    ("PROMPT_COMMAND=(mine)\n", ""),
    ("export PROMPT_COMMAND=\n", 'PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND; }mine"\n'),
    ("set -u; unset PROMPT_COMMAND\n", "PROMPT_COMMAND+=(mine)\n"),
    ("set -e\n", 'PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND; }mine"\n'),
)


def test_status_in_the_prompt(host):
    """However the person shows $? and PIPESTATUS, before the hook or behind it."""
    for before, behind in PROMPTS:
        write("/home/alice/.bashrc", "HISTFILE=\nPS1='PROMPT$ '\n"
              "mine() { local s=$? p=${PIPESTATUS[*]}; PS1=\"[$s,$p]PROMPT\\$ \"; }\n"
              + before + 'eval "$(holdfastctl hook bash)"\n' + behind)
        t = host.login()
        what = "with %r and %r" % (before, behind)
        t.line("")
        t.wait_for(r"\[0,0\]PROMPT\$ ", what="the prompt " + what)
        t.line("! true")
        t.wait_for(r"\[1,%s\]PROMPT\$ " % ("0" if "export" not in before else "[01]"), what="the status " + what)
        if "set -e" not in before:
            t.line("(exit 3) | true | (exit 5)")
            t.wait_for(r"\[5,%s\]PROMPT\$ " % ("3 0 5" if "export" not in before else "[0-9]"),
                       what="the statuses of a pipeline " + what)
        check(t.alive(), "the shell has ended " + what)
        t.line("exit 0")
        t.wait_exit()
        host.wait_none()


def test_status_in_the_prompt_of_zsh(host):
    need("/usr/bin/zsh")
    with_hook(host, "zoe", "zsh")
    with open("/home/zoe/.zshrc", "a") as f:
        f.write("mine() { PROMPT=\"[$?]PROMPT\\$ \" }\nprecmd_functions+=(mine)\n")
    t = host.login("zoe")
    t.line("(exit 7)")
    t.wait_for(r"\[7\]PROMPT\$ ")
    t.line("true")
    t.wait_for(r"\[0\]PROMPT\$ ")


def test_status_in_the_prompt_of_fish(host):
    need("/usr/bin/fish")
    with_hook(host, "finn", "fish")
    with open("/home/finn/.config/fish/config.fish", "a") as f:
        f.write("function fish_prompt; echo -n \"[$status]PROMPT\\$ \"; end\n")
    t = host.login("finn")
    t.line("sh -c 'exit 7'")
    t.wait_for(r"\[7\]PROMPT\$ ")
    t.line("true")
    t.wait_for(r"\[0\]PROMPT\$ ")


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
