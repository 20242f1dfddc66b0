# SPDX-License-Identifier: MIT
"""X11 over a hop: programs in a session on another node show on the laptop's display, as if it were held where the login
is."""
from term import check, equal, wait_until
from test_client_x11 import COOKIE, Display, asks
from test_hop import client, known, left, over

TRUSTED, UNTRUSTED = ["-Y"], ["-X", "-o", "ForwardX11Trusted=no"]
SAID = "no X11: the sshd of this node forwards none"
FORWARDS, FORWARDS_NOT = "X11Forwarding yes\nX11UseLocalhost yes\n", "X11Forwarding no\n"


def display_of(pool, hook=True):
    """The laptop's X server, which all nodes may forward to; with HOOK alice's shells follow the present login."""
    display = Display(pool)
    for node in ("login1", "login2", "login3"):
        pool[node].configure_sshd(FORWARDS)
    if hook:
        pool["login1"].shell("echo 'eval \"$(holdfastctl hook bash)\"' >>/home/alice/.bashrc")
    return display


def again(pool, marked, node, **kw):
    """The next login, on NODE, which goes over to the session on login2; its shell knows of it at the prompt."""
    t = over(pool, node, **kw)
    marked.same(t)
    t.line("")
    return t


def leave(pool, t):
    pool.drop(t, "login2")
    known(pool, "dropped")


def test_display(pool):
    """Login after login, over each node: the display is the login's; one without X11 brings none, and the next one does."""
    display = display_of(pool)
    x11 = {"options": TRUSTED, "env": display.env}
    marked = left(pool, **x11)
    # what the session's first login had as its display is another login's now
    other = pool.login("login2", "bob", **x11)
    for n, node in enumerate(("login1", "login3", "login1"), 1):
        t = again(pool, marked, node, **x11)
        check(asks(t, n), "no display over %s, login %d" % (node, n))
        leave(pool, t)
    t = again(pool, marked, "login3")
    wait_until(lambda: t.ask("${DISPLAY-none}") == "none", "a login without X11 leaves the shell no display", 20)
    leave(pool, t)
    t = again(pool, marked, "login1", **x11)
    check(asks(t, 4), "no display after a login without one")
    check(other.alive(), "bob's login has ended")
    equal(other.run("xdpyinfo >/dev/null 2>&1"), 0, "the status of a program of bob's, in a login that has stayed")
    cookies = pool["login1"].run_as("alice", ["xauth", "list"]).stdout
    check(cookies.count("MIT-MAGIC-COOKIE-1") >= 2, "cookies on the nodes: %s" % cookies)
    check(COOKIE not in cookies, "the display's own cookie is on the nodes: %s" % cookies)


def test_begun_without(pool):
    """A session that began without X11 has a display over a hop, for a command that is told of it and for no stranger."""
    display = display_of(pool, hook=False)
    marked = left(pool)
    t = again(pool, marked, "login1", options=TRUSTED, env=display.env)
    equal(t.ask("${DISPLAY-none}"), "none", "DISPLAY of a shell without the hook")
    t.line('eval "$(holdfastctl env)"')
    check(asks(t, 1), "no display after holdfastctl env")
    for node in ("login1", "login2"):
        listeners = pool[node].shell("ss -Hltn | grep -o ':60[0-9][0-9] ' | sort -u").split()
        equal(len(listeners), 1, "listeners for X11 on " + node)
        name = "localhost:%d" % (int(listeners[0][1:]) - 6000)
        for cookie in (COOKIE, None):
            stranger = {"DISPLAY": name, "XAUTHORITY": "/home/bob/stranger-%s" % cookie}
            if cookie:
                pool[node].run_as("bob", ["xauth", "add", name, ".", cookie], env=stranger)
            r = pool[node].run_as("bob", ["xdpyinfo"], env=stranger)
            check(r.returncode != 0, "a stranger got in on %s with the cookie %s" % (node, cookie))
    check(asks(t, 2), "the person is shut out")


def test_untrusted(pool):
    """ssh -X: what the laptop's ssh does not trust is not trusted over a hop."""
    display = display_of(pool)
    marked = left(pool)
    for n, options, trusted in ((1, TRUSTED, 1), (2, UNTRUSTED, 0)):
        t = again(pool, marked, "login1", options=options, env=display.env)
        check(asks(t, n), "no display with %s" % options)
        t.line("xdpyinfo -queryExtensions | grep -c SECURITY | sed 's/^/security-%d-/'" % n)
        t.wait_for("security-%d-%d" % (n, trusted))
        leave(pool, t)


def test_our_client(pool):
    """The client on the laptop, sent on to the node and relayed to it: a display, and after a cut the new one."""
    display = display_of(pool)
    marked = left(pool)
    for n, (more, end) in enumerate(((("-Y",), "login2"), (("-Y", "-L", "9999:localhost:1"), "login1"))):
        t = again(pool, marked, "login1", log_in=lambda more=more: client(pool, "login1", *more, env=display.env))
        equal(bool(pool["login1"].named("holdfast", "alice")), end == "login1", "whether login1 relays")
        check(asks(t, 10 * n), "no display with %s" % (more,))
        for pid in pool[end].sshd_of("alice", "user"):
            pool[end].shell("kill -9 %d" % pid)
        wait_until(lambda: pool["login2"].session()["state"] == "attached", "attached again")
        t.line("")
        check(asks(t, 10 * n + 1), "no display after a cut with %s" % (more,))
        marked.same(t)
        leave(pool, t)


def test_line_between_nodes(pool):
    """The connection between the nodes dies: the relay makes another one, with a display that is the laptop's."""
    display = display_of(pool)
    marked = left(pool)
    t = again(pool, marked, "login1", options=TRUSTED, env=display.env)
    check(asks(t, 1), "no display")
    for pid in pool["login2"].sshd_of("alice", "user"):
        pool["login2"].shell("kill -9 %d" % pid)
    wait_until(lambda: pool["login2"].session()["state"] == "attached", "attached again")
    t.line("")
    check(asks(t, 2), "no display over the second connection between the nodes")
    marked.same(t)


def test_refused(pool):
    """A node that forwards no X11, either of them: the session is there without a display, and who asked for it is told."""
    display = display_of(pool)
    marked = left(pool)
    for node in ("login1", "login2"):
        pool[node].configure_sshd(FORWARDS_NOT)
        t = again(pool, marked, "login1", options=TRUSTED, env=display.env)
        wait_until(lambda: t.ask("${DISPLAY-none}") == "none", "no display where %s forwards none" % node, 20)
        # the laptop's own ssh says it of login1
        equal(t.text().count(SAID), 1 if node == "login2" else 0, "lines about login2's X11 where %s forwards none" % node)
        leave(pool, t)
        t = again(pool, marked, "login1")
        check(SAID not in t.text(), "a login that asks for no X11 is told that there is none")
        leave(pool, t)
        if node == "login2":
            t = again(pool, marked, "login1", log_in=lambda: client(pool, "login1", "-Y", "-L", "9999:localhost:1", env=display.env))
            equal(t.text().count(SAID), 1, "lines about login2's X11 where login1 relays")
            leave(pool, t)
        pool[node].configure_sshd(FORWARDS)
    t = again(pool, marked, "login1", options=TRUSTED, env=display.env)
    check(asks(t, 1), "no display where both forward")
    check(SAID not in t.text(), "a login with a display is told that there is none")
