# SPDX-License-Identifier: MIT
"""What bash, zsh and fish complete for holdfast(1), in real shells that load the installed files by themselves."""
import os
import re
import shutil
import subprocess

from template import write
from term import Skip, Term, check, equal, wait_until
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

    def __init__(self, host, argv, setup):
        if not shutil.which(argv[0]):
            raise Skip("no " + argv[0])
        self.t = Term(argv, (300, 160), "dumb", {"HOME": HOME, "PS1": "READY$ "}, host.ids("laptop"), HOME, host.log)
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

    def __init__(self, host):
        if not shutil.which("fish"):
            raise Skip("no fish")
        self.host = host

    def words(self, line, wanted):
        r = self.host.as_user("laptop", ["fish", "-c", "complete -C '%s'" % line], text=True)
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


def test_bash(host):
    prepare(host)
    complete(host, Typed(host, ["bash", "--norc", "-i"], (
        ". /usr/share/bash-completion/completions/holdfast",
        "bind 'set completion-query-items 1000'; bind 'set page-completions off'; "
        "bind 'set enable-bracketed-paste off'")))


def test_zsh(host):
    """compinit finds the file in the directories that this zsh searches."""
    prepare(host)
    complete(host, Typed(host, ["zsh", "-f", "-i"], (
        "autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste; LISTMAX=10000; PS1='READY$ '",
        "[[ -n $_comps[holdfast] ]] && echo loaded")))


def test_fish(host):
    prepare(host)
    complete(host, Asked(host))
