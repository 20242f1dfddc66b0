# SPDX-License-Identifier: MIT
"""A session that is attached out of itself, by ssh to its own host, would print what it prints without an end."""
import os
import shutil

from template import PORT, write
from term import check, equal, wait_until

REFUSED = r"comes from inside session (\S+); a session cannot be shown inside itself: this shell is not held"


def key_for(host, user="alice"):
    """ssh from the host to itself."""
    shutil.copy("/home/laptop/.ssh/key1", "/home/%s/.ssh/id" % user)
    shutil.chown("/home/%s/.ssh/id" % user, user)
    write("/home/%s/.ssh/config" % user, "Host *\n Port %d\n IdentityFile ~/.ssh/id\n StrictHostKeyChecking no\n"
          " UserKnownHostsFile /dev/null\n LogLevel ERROR\n" % PORT, 0o600, host.ids(user)[:2])


def named(name):
    return ["-o", "SetEnv=LC_HOLDFAST=" + name]


def go(t, name, before=""):
    t.line(before + "ssh -o SetEnv=LC_HOLDFAST=%s 127.0.0.1" % name)


def test_by_name(host):
    key_for(host)
    t = host.login(options=named("work"))
    shell = t.shell_pid()
    go(t, "work")
    equal(t.wait_for(REFUSED).group(1), "work", "the session that is refused")
    t.prompt()
    inner = t.shell_pid()
    check(inner != shell, "the same shell")
    equal(t.ask("$HOLDFAST_SESSION"), "", "the session within")
    s = host.session()
    equal((s["state"], s["attachments"]), ("attached", 1), "the session")
    # nor by holdfastctl, in the login that was refused; but another session is none of it
    check(t.run("holdfastctl attach -j work") != 0, "attached by holdfastctl")
    t.line("exit")
    t.wait_for("logout")
    t.prompt()
    equal(t.shell_pid(), shell, "the shell after that")


def test_two_steps(host):
    key_for(host)
    t = host.login(options=named("a"))
    go(t, "b")
    t.prompt()
    wait_until(lambda: len(host.sessions()) == 2, "two sessions")
    second = t.ask("$HOLDFAST_SESSION")
    check(second, "the second one is not held")
    go(t, "a")
    equal(t.wait_for(REFUSED).group(1), "a", "the session that is refused")
    t.prompt()
    # and by way of a shell that is not held
    go(t, "off")
    t.prompt()
    go(t, "b")
    equal(t.wait_for(REFUSED).group(1), "b", "the session that is refused")
    t.prompt()
    equal(len(host.sessions()), 2, "sessions")


def test_by_itself(host):
    """A login within a dropped session that has the same key does not resume that."""
    key_for(host)
    t = host.login(options=named("work"))
    t.line("touch ~/typed; until [ -e ~/go ]; do sleep 0.05; done; ssh 127.0.0.1")
    wait_until(lambda: os.path.exists("/home/alice/typed"), "the shell has got the line")
    host.drop(t)
    write("/home/alice/go", "")
    wait_until(lambda: len(host.sessions()) == 2, "a second session")
    equal(host.session(name="work")["state"], "dropped", "the first")


def test_under_a_multiplexer(host):
    """What has left its terminal and its parents still has the number in its environment."""
    key_for(host)
    t = host.login(options=named("work"))
    t.run("setsid -f script -qfc \"stty rows 24 cols 80; ssh -o SetEnv=LC_HOLDFAST=work 127.0.0.1\" ~/out </dev/null >/dev/null 2>&1")
    def said():
        if not os.path.exists("/home/alice/out"):
            return False
        with open("/home/alice/out") as f:
            return "cannot be shown inside itself" in f.read()
    wait_until(said, "it is refused", 20)


def test_from_elsewhere_in_the_host(host):
    """A login from the same host that comes out of no session, or out of another user's, is as any other."""
    key_for(host, "bob")
    t = host.login(options=named("work"))
    marked = host.mark(t)
    host.drop(t)
    t = host.login("bob")
    t.line("ssh -o SetEnv=LC_HOLDFAST=work alice@127.0.0.1")
    t.prompt()
    marked.same(t)
