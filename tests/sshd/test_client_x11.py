# SPDX-License-Identifier: MIT
"""X11 through the client: a real X server on the laptop, its cookie, and programs at the other end, over cuts."""
import os
import shutil
import subprocess

from template import write
from term import Skip, check, equal, wait_until
from test_client import attached, client, cut, run

COOKIE = "00112233445566778899aabbccddeeff"
AUTHORITY = "/home/laptop/.Xauthority"


class Display:
    """Xvfb on the laptop; only who shows a cookie that it knows gets in."""

    def __init__(self, host, number=7):
        for program in ("Xvfb", "xauth", "xdpyinfo"):
            if not shutil.which(program):
                raise Skip("no " + program)
        self.env = {"DISPLAY": ":%d" % number, "XAUTHORITY": AUTHORITY}
        os.makedirs("/tmp/.X11-unix", exist_ok=True)
        os.chmod("/tmp/.X11-unix", 0o1777)
        host.as_user("laptop", ["xauth", "add", ":%d" % number, ".", COOKIE], env=self.env)
        uid, gid, groups = host.ids("laptop")
        self.log = open(os.path.join(host.log, "Xvfb.log"), "ab")
        self.p = subprocess.Popen(["Xvfb", ":%d" % number, "-auth", AUTHORITY, "-screen", "0", "320x200x24", "-noreset",
                                   "+extension", "SECURITY"], stdout=self.log, stderr=self.log, user=uid, group=gid,
                                  extra_groups=groups, env={"PATH": "/usr/bin:/bin", "HOME": "/home/laptop"})
        host.x_server = self
        wait_until(lambda: host.as_user("laptop", ["xdpyinfo"], env=self.env).returncode == 0, "the X server answers")
        stranger = host.as_user("laptop", ["xdpyinfo"], env={**self.env, "XAUTHORITY": "/nowhere"})
        check(stranger.returncode != 0, "the X server lets everybody in")


def forwarding(host, more=""):
    host.configure_sshd("X11Forwarding yes\nX11UseLocalhost yes\n" + more)


def asks(t, n):
    """Whether a program that is started now reaches the display, by the shell's DISPLAY."""
    t.line("xdpyinfo >/tmp/x 2>&1 && grep -c 'dimensions: *320x200' /tmp/x | sed 's/^/x-%d-/'; "
           "echo done-%d-$((6*7))" % (n, n))
    t.wait_for("done-%d-42" % n)
    return "x-%d-1" % n in t.text()


def test_shell(host):
    """A held shell's programs show on the laptop, after a cut too; the display's own cookie stays on the laptop."""
    display = Display(host)
    forwarding(host)
    t = client(host, "-Y", env=display.env).prompt()
    check(asks(t, 1), "no display, first connection")
    marked = host.mark(t)
    # the display's number is taken while the session is away: there is another one after it
    other = host.login("bob", options=["-Y"], env=display.env)
    for n in (2, 3):
        cut(host)
        attached(host)
        t.line("")
        check(asks(t, n), "no display, after cut %d" % (n - 1))
    marked.same(t)
    check(other.alive(), "bob's login")
    here = host.as_user("alice", ["xauth", "list"], text=True).stdout
    check(COOKIE not in here and "MIT-MAGIC-COOKIE-1" in here, "cookies at the other end: %s" % here)


def test_false_cookie(host):
    """Who has not got the cookie does not reach the display, though sshd listens for all users of the host."""
    display = Display(host)
    forwarding(host)
    t = client(host, "-Y", env=display.env).prompt()
    name = t.ask("$DISPLAY")
    write("/tmp/own", "", 0o666)
    bad = {"DISPLAY": name, "XAUTHORITY": "/home/bob/x"}
    host.as_user("bob", ["xauth", "add", name, ".", COOKIE], env=bad)
    r = host.as_user("bob", ["xdpyinfo"], env=bad, text=True)
    check(r.returncode != 0, "a stranger with the display's own cookie got in")
    check(asks(t, 1), "the person is shut out")


def test_untrusted(host):
    """-X: a cookie without trust, made for this; and nothing that it must not do."""
    display = Display(host)
    forwarding(host)
    t = client(host, "-X", "-o", "ForwardX11Trusted=no", env=display.env).prompt()
    check(asks(t, 1), "no display")
    t.line("xdpyinfo -queryExtensions | grep -c SECURITY | sed 's/^/security-/'")
    t.wait_for("security-0")
    cut(host)
    attached(host)
    t.line("")
    check(asks(t, 2), "no display after a cut")


def test_timeout(host):
    """ForwardX11Timeout: no new programs after it, over a reconnect too."""
    display = Display(host)
    forwarding(host)
    t = client(host, "-X", "-o", "ForwardX11Trusted=no", "-o", "ForwardX11Timeout=3", env=display.env).prompt()
    count = iter(range(1, 1000))
    wait_until(lambda: not asks(t, next(count)), "programs are refused", interval=0.5)
    cut(host)
    attached(host)
    t.line("")
    check(not asks(t, next(count)), "a program was let in after a reconnect")


def test_command_and_refusal(host):
    """A held command has DISPLAY; a host that forbids X11 says so in one line, and everything else works."""
    display = Display(host)
    forwarding(host)
    r = run(host, "-Y", "server", "xdpyinfo | grep dimensions", env=display.env)
    check(b"320x200" in r.stdout, "a command's display: %r, %r" % (r.stdout, r.stderr))
    r = run(host, "--transport", "ssh", "-Y", "server", "xdpyinfo | grep dimensions", env=display.env)
    check(b"320x200" in r.stdout, "through the ssh command: %r, %r" % (r.stdout, r.stderr))
    host.configure_sshd("X11Forwarding no\n")
    r = run(host, "-Y", "server", "echo ${DISPLAY-none}", env=display.env)
    equal((r.returncode, r.stdout), (0, b"none\n"), "a command without a display")
    check(b"does not forward X11" in r.stderr, r.stderr)
    r = run(host, "-x", "server", "echo ${DISPLAY-none}", env=display.env)
    equal((r.stdout, r.stderr), (b"none\n", b""), "-x")
