# SPDX-License-Identifier: MIT
"""
What bash, zsh and fish complete for holdfast(1) and holdfastctl(1), in real shells that load the installed files by
themselves.
"""
import os
import re
import shutil
import subprocess

from template import write
from term import Skip, Term, check, equal, wait_until
from test_answers import commands
from test_client import CLIENT, client, run

HOME = "/home/laptop"
TRAP = "$(touch$IFS/tmp/trap)"  # a shell that expands it a second time makes the file
CONFIG = """Include more.conf
Host alpha *.pattern
	HostName alpha.example
Host=beta
"""
KNOWN = """gamma,10.1.2.3 ssh-ed25519 AAAA
[delta]:2222 ssh-ed25519 AAAA
|1|aGFzaGVk|aGFzaGVk ssh-ed25519 AAAA
@cert-authority *.example ssh-ed25519 AAAA
%s ssh-ed25519 AAAA
""" % TRAP
HOSTS = {"alpha", "beta", "gamma", "delta", "10.1.2.3", "included"}


def prepare(host):
    if not os.access(CLIENT, os.X_OK):
        raise Skip("the client was not built")
    ids = host.ids("laptop")[:2]
    with open(HOME + "/.ssh/config") as f:
        write(HOME + "/.ssh/config", CONFIG + f.read(), 0o600, ids)
    write(HOME + "/.ssh/more.conf", "Host included\n", 0o600, ids)
    with open(HOME + "/.ssh/known_hosts") as f:
        write(HOME + "/.ssh/known_hosts", f.read() + KNOWN, 0o600, ids)


def options():
    """Every option that --help names."""
    text = subprocess.run([CLIENT, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    letters = "".join(re.findall(r"\[-(\w+)[\] ]", text))
    found = {"-" + c for c in letters} | set(re.findall(r"--[a-z-]+", text))
    check(len(found) > 45 and "--transport" in found and "-W" in found, "options of --help: %s" % sorted(found))
    return found | {"-h", "--help", "--version"}


class Typed:
    """A shell in a terminal in which a person presses Tab."""

    def __init__(self, host, argv, setup, user="laptop"):
        if not shutil.which(argv[0]):
            raise Skip("no " + argv[0])
        home = "/home/" + user
        self.t = Term(argv, (300, 160), "dumb", {"HOME": home, "PS1": "READY$ "}, host.ids(user), home, host.log)
        host.terms.append(self.t)
        for line in setup:
            self.t.line(line)
        self.t.line("echo set-$((6*7))")
        self.t.wait_for("set-42")

    def words(self, line, wanted):
        """What Tab shows behind LINE, once all of WANTED is there."""
        start = len(self.t.data)
        self.t.send("\x15" + line + "\t\t")

        def shown():
            self.t.read(0.1)
            text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|[\x07\r]", b" ", self.t.data[start:]).decode("utf-8", "replace")
            found = set(text.split())
            return found if wanted <= found else None
        try:
            return wait_until(shown, "completions", 15)
        finally:
            self.t.send("\x15")


class Asked:
    """fish, which tells."""

    def __init__(self, host, user="laptop"):
        if not shutil.which("fish"):
            raise Skip("no fish")
        self.host, self.user = host, user

    def words(self, line, wanted):
        r = self.host.as_user(self.user, ["fish", "-c", "complete -C '%s'" % line], text=True)
        return {word.split("\t")[0] for word in r.stdout.splitlines()}


def complete(host, shell):
    """Options, hosts, and the sessions that were seen."""
    wanted = options()
    found = shell.words("holdfast -", wanted)
    equal(sorted(wanted - found), [], "options of --help that are not completed")
    found = shell.words("holdfast ", HOSTS)
    equal(sorted(HOSTS - found), [], "hosts that are not completed")
    check(not [w for w in found if "*" in w or "|" in w or "touch" in w], "what is no host: %s" % sorted(found))
    t = client(host, "--session", "build").prompt()
    t2 = client(host, "--session", "other").prompt()
    found = shell.words("holdfast --session ", {"build", "other"})
    check({"build", "other"} <= found, "sessions that were attached: %s" % sorted(found))
    t2.line("exit")
    equal(t2.wait_exit(), 0, "status")
    found = shell.words("holdfast --session ", {"build"})
    check("build" in found and "other" not in found, "sessions: %s" % sorted(found))
    t.kill()
    seen = HOME + "/.cache/holdfast/hosts"
    os.unlink(seen)
    equal(run(host, "--list", "server").returncode, 0, "--list")
    with open(seen, "a") as f:
        f.write("session 99999999999 server %s\nsession x server y\nsession\n" % TRAP)
    found = shell.words("holdfast --session ", {"build"})
    check("build" in found and not [w for w in found if "touch" in w], "sessions after --list: %s" % sorted(found))
    check(not os.path.exists("/tmp/trap"), "a name was executed")


BASH = (["bash", "--norc", "-i"], (
    ". /usr/share/bash-completion/completions/holdfast; . /usr/share/bash-completion/completions/holdfastctl",
    "bind 'set completion-query-items 1000'; bind 'set page-completions off'; "
    "bind 'set enable-bracketed-paste off'"))
ZSH = (["zsh", "-f", "-i"], (
    "autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste; LISTMAX=10000; PS1='READY$ '",
    "[[ -n $_comps[holdfast] && -n $_comps[holdfastctl] ]] && echo loaded"))


def test_bash(host):
    prepare(host)
    complete(host, Typed(host, *BASH))


def test_zsh(host):
    """compinit finds the file in the directories that this zsh searches."""
    prepare(host)
    complete(host, Typed(host, *ZSH))


def test_fish(host):
    prepare(host)
    complete(host, Asked(host))


def offered(host, *words, user="alice"):
    """What holdfastctl says may stand in the place of the last of WORDS."""
    argv = ["/usr/bin/holdfastctl", "--complete", *words]
    if user == "root":
        r = subprocess.run(argv, capture_output=True, text=True, check=True)
    else:
        r = host.as_user(user, argv, text=True)
    equal((r.returncode, r.stderr), (0, ""), "holdfastctl --complete %s" % (words,))
    return [line.split("\t")[0] for line in r.stdout.splitlines()]


def options_of(name):
    """The options that the help of a subcommand lists."""
    text = subprocess.run(["/usr/bin/holdfastctl", name, "--help"], capture_output=True, text=True, check=True).stdout
    lines = re.findall(r"^ +(-\w)?(?:, )?(--[a-z-]+)?(?: [A-Z]|  )", text.split("\n", 1)[1], re.M)
    return {o for line in lines for o in line if o} | {"--help"}


def test_holdfastctl(host):
    """What it says itself, of every command: options, sessions, users, files, words."""
    t = host.login("alice")
    number = str(host.session()["id"])
    host.ctl("alice", "rename", number, "work")
    sessions = {number, "work"}
    names = commands()
    check(set(names) <= set(offered(host, "")), "commands")
    equal(sorted(offered(host, "help", "")), sorted(names), "help")
    for name in names:
        found = offered(host, name, "-")
        equal(sorted(found), sorted(options_of(name)), "options of " + name)
    for words, wanted in ((("attach", ""), sessions), (("attach", "-d", ""), sessions), (("kill", "-s", "KILL", ""), sessions),
                          (("message", "-t", ""), sessions), (("rename", ""), sessions), (("rename", "work", ""), set()),
                          (("attach", "work", ""), set()), (("attach", "--", ""), sessions), (("attach", "--", "-"), sessions),
                          (("ls", ""), set()), (("ls", "-u", ""), {":users"}), (("ls", "--user", "=", ""), {":users"}),
                          (("check-config", "--file", ""), {":files"}), (("check-config", "--file", "x", ""), set()),
                          (("doctor", ""), {":users"}), (("doctor", "--json", ""), {":users"}), (("message", ""), set()),
                          (("hook", ""), {"sh", "bash", "zsh", "fish", "tcsh"}), (("new", "-n", ""), set()),
                          (("record", ""), sessions), (("record", "work", ""), {":files"}), (("send", "-e", ""), sessions),
                          (("send", "work", ""), set()), (("wait", "--for", "x", ""), sessions), (("print", ""), sessions),
                          (("frobnicate", ""), set())):
        equal(set(offered(host, *words)), wanted, "holdfastctl --complete %s" % (words,))
    check({"HUP", "KILL"} <= set(offered(host, "kill", "-s", "")), "signals")
    check("1d" in offered(host, "kill", "--older-than", ""), "times")
    equal(offered(host, "attach", "", user="bob"), [], "alice's sessions, for bob")
    equal(offered(host, "kill", "-u", "alice", "", user="bob"), [], "alice's sessions, for bob")
    equal(set(offered(host, "kill", "-u", "alice", "", user="root")), sessions, "alice's sessions, for root")
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: number in offered(host, "last", ""), "a session that has ended")


def complete_ctl(host, shell):
    t = host.login("alice")
    number = str(host.session()["id"])
    host.ctl("alice", "rename", number, "work")
    for line, wanted in (("holdfastctl ", set(commands())), ("holdfastctl check-config -", options_of("check-config")),
                         ("holdfastctl attach ", {number, "work"}), ("holdfastctl check-config --user ", {"alice", "bob"}),
                         ("holdfastctl hook ", {"bash", "zsh", "fish"}), ("holdfastctl check-config -f /etc/ssh/ssh", {})):
        found = shell.words(line, set(wanted))
        equal(sorted(set(wanted) - found), [], "what is not completed behind %r" % line)
        check(not [w for w in found if w.startswith(":")], "%r: %s" % (line, sorted(found)))
    check(t.alive(), "alice is logged in")


def test_holdfastctl_bash(host):
    complete_ctl(host, Typed(host, *BASH, user="alice"))


def test_holdfastctl_zsh(host):
    complete_ctl(host, Typed(host, *ZSH, user="alice"))


def test_holdfastctl_fish(host):
    complete_ctl(host, Asked(host, "alice"))
