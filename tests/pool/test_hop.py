# SPDX-License-Identifier: MIT
"""A login that lands on one node goes over to its session on another: as if it were held where the login is."""
import re
import time

import places
from machine import AS_INSTALLED
from test_agent import FORWARD, agent, has_key
from term import Term, check, equal, wait_until

HOME = "/home/laptop"
CLIENT = "/usr/bin/holdfast"


def known(pool, state, user="alice"):
    """Waits until the pool's directory has one session of the user, in STATE."""
    return pool.wait_published(lambda v: [s["state"] for s in v] == [state], "one session %s is published" % state, user)


def left(pool, node="login2", **kw):
    """A session on NODE whose connection is lost, and what is in its shell."""
    t = pool.login(node, **kw)
    marked = pool.mark(t, node)
    pool.drop(t, node)
    known(pool, "dropped")
    return marked


def client(pool, node, *more, env=None):
    t = Term([CLIENT, "-o", "HostName=" + node, *more, "-l", "alice", "cluster"], env={"HOME": HOME, **(env or {})},
             ids=pool.ids("laptop"), cwd=HOME, log=pool.log)
    pool.terms.append(t)
    return t.prompt()


def over(pool, node, to="login2", log_in=None, **kw):
    """A login on NODE (by LOG_IN, or a stock ssh) that has gone over to the session on TO."""
    t = log_in() if log_in else pool.login(node, **kw)
    equal(pool.node_of(t), to, "the node of the shell; the login said %r" % t.text()[-300:])
    return t


def test_over_and_back(pool):
    """Land anywhere: keys, size, exit status; the laptop's ssh dies: dropped there, and the next node finds it again."""
    marked = left(pool)
    t = over(pool, "login1")
    marked.same(t)
    t.resize(31, 97)
    wait_until(lambda: t.ask("$(stty size)") == "31 97", "the size has come through")
    equal(pool["login2"].session()["state"], "attached", "state")
    t.kill()
    pool["login2"].wait_sessions(1, "dropped")
    wait_until(lambda: not pool["login1"].named("holdfast", "alice"), "the client on login1 has ended")
    known(pool, "dropped")
    t = over(pool, "login3")
    marked.same(t)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of the shell")
    pool["login2"].wait_none()


def ctrl_c(t):
    """Seconds until the prompt after Ctrl-C in the middle of a flood, and the bytes that came before it."""
    t.line("yes 'the quick brown fox jumps over the lazy dog'")
    t.wait_for("lazy dog\r\n")
    end = time.monotonic() + 4
    while time.monotonic() < end:
        t.read(0.1)
    at = len(t.data)
    start = time.monotonic()
    t.send("\x03")
    # megabytes are not searched, and are read as fast as they come
    wait_until(lambda: t.read(0.1) and b"PROMPT$ " in t.data[-100:], "the prompt", interval=0)
    took, t.mark = time.monotonic() - start, len(t.data)
    return took, t.mark - at


def test_ctrl_c_in_a_flood(pool):
    """A slow line to the laptop: what is typed is not answered behind all that two sshds and their kernels take in.
    Neither is it when the line has become slower, and what was known of it is wrong."""
    plain = pool.login("login1", options=["-o", "SetEnv=LC_HOLDFAST=off"])
    marked = left(pool)
    t = over(pool, "login1")
    marked.same(t)
    for rate in ("2mbit", "20mbit", "2mbit"):
        pool.router.slow("laptop", rate)
        without, there = ctrl_c(plain)
        took, came = ctrl_c(t)
        pool.note("%s: the prompt came %.2f s and %d bytes after Ctrl-C, without holdfast %.2f s and %d bytes"
                  % (rate, took, came, without, there))
        # a line that is quicker may bring all of it before this machine has typed Ctrl-C
        check(rate != "2mbit" or came < there / 2,
              "%d bytes came before the prompt, and without holdfast %d" % (came, there))
        pool.router.slow("laptop", None)
    marked.same(t)


def test_line_between_nodes(pool):
    """The line between the nodes is cut: the relay says so, keeps what is typed, and comes back."""
    marked = left(pool)
    t = over(pool, "login1")
    marked.same(t)
    pool.router.cut("login1", "login2")
    t.line("echo typed >~/typed")
    t.wait_for("does not answer for .*keys kept")
    pool.router.mend("login1", "login2")
    wait_until(lambda: "typed" in pool["login2"].shell("cat /home/alice/typed 2>/dev/null; true"), "what was typed has come")
    marked.same(t)


def test_frozen(pool):
    """The node is frozen: a new session within seconds, with one line; thawed, the other one is found again."""
    marked = left(pool)
    pool["login1"].configure(**AS_INSTALLED)
    pool.router.freeze("login2")
    start = time.monotonic()
    t = pool.login("login1")
    took = time.monotonic() - start
    pool.note("login to prompt, the other node frozen: %.2f s" % took)
    check("is on login2, which does not answer; this is a new one" in t.text(), "it said %r" % t.text())
    equal(pool.node_of(t), "login1", "the node of the new session")
    pool.router.thaw("login2")
    t.line("exit")
    t.wait_exit()
    marked.same(over(pool, "login3"))


def test_by_name(pool):
    """work, and login2:work, from any node; a name that is taken makes no second session."""
    t = pool.login("login2", options=["-o", "SetEnv=LC_HOLDFAST=work"])
    marked = pool.mark(t, "login2")
    pool.drop(t, "login2")
    known(pool, "dropped")
    for node, name in (("login3", "work"), ("login1", "login2:work"), ("login1", "login2:1")):
        t = pool.login(node, options=["-o", "SetEnv=LC_HOLDFAST=" + name])
        marked.same(t)
        pool.drop(t, "login2")
        known(pool, "dropped")
    t = over(pool, "login1")
    marked.same(t)
    t.line("holdfastctl detach")
    equal(t.wait_exit(), 0, "the status of a login that was detached")
    check("detached from session work (1) on login2" in t.text(), "it said %r" % t.text()[-200:])


def test_holdfastctl(pool):
    """From a held shell on one node to a session on another, and back; rename and kill reach it."""
    marked = left(pool)
    t = pool.login("login1", options=["-o", "SetEnv=LC_HOLDFAST=new"])
    here = pool.mark(t, "login1")
    t.line("holdfastctl attach login2:1")
    t.wait_for("resumed session")
    equal(pool.node_of(t), "login2", "the node of the shell, gone over")
    marked.same(t)
    t.line("holdfastctl attach login1:1")
    t.wait_for("resumed session")
    equal(pool.node_of(t), "login1", "the node of the shell, back again")
    here.same(t)
    pool.wait_published(lambda v: len(v) == 2 and "dropped" in [s["state"] for s in v], "two sessions, one dropped")
    equal(t.run("holdfastctl rename login2:1 far"), 0, "the status of rename")
    equal(pool["login2"].session()["name"], "far", "the name")
    pool.wait_published(lambda v: "far" in [s["name"] for s in v], "the name is published")
    equal(t.run("holdfastctl kill far"), 0, "the status of kill")
    pool["login2"].wait_none()


def test_agent(pool):
    """The agent that the login forwards answers in the session, also after the next login; without one, none does."""
    env = agent(pool)
    marked = left(pool, options=FORWARD, env=env)
    for node in ("login1", "login3"):
        t = over(pool, node, options=FORWARD, env=env)
        marked.same(t)
        check(has_key(t), "the forwarded agent does not answer in the session")
        pool.drop(t, "login2")
        known(pool, "dropped")
    t = over(pool, "login1")
    marked.same(t)
    check(not has_key(t), "an agent that nobody has forwarded answers")


def test_our_client(pool):
    """REDIRECT: the client goes to the node itself, or is relayed where it may not; both come back after a cut."""
    marked = left(pool)
    for more, direct in (((), True), (("-L", "9999:localhost:1"), False), (("-L", "9999:localhost:1", "--session", "login2:1"),
                                                                           False)):
        t = over(pool, "login1", log_in=lambda more=more: client(pool, "login1", *more))
        marked.same(t)
        relays = pool["login1"].named("holdfast", "alice")
        equal(bool(relays), not direct, "whether login1 relays (%s)" % relays)
        pool.router.cut("laptop", "login2" if direct else "login1")
        t.line("echo typed-%s >~/typed" % direct)
        t.wait_for("does not answer for .*keys kept")
        pool.router.mend("laptop", "login2" if direct else "login1")
        wait_until(lambda d=direct: "typed-%s" % d in pool["login2"].shell("cat /home/alice/typed 2>/dev/null; true"), "back")
        marked.same(t)
        t.kill()
        pool["login2"].wait_sessions(1, "dropped")
        known(pool, "dropped")


def test_agent_of_the_node(pool):
    """holdfastctl attach NODE:ID: an agent that was started on the node stays there."""
    marked = left(pool)
    t = pool.login("login1", options=["-o", "SetEnv=LC_HOLDFAST=off"])
    t.line('eval "$(ssh-agent -s)" >/dev/null; DISPLAY=:7; export DISPLAY; ssh-add -q ~/.ssh/id_ed25519')
    check("between" in t.ask("$(ssh-add -l)"), "the agent has a key")
    t.line("holdfastctl attach login2:1")
    t.wait_for("resumed session")
    marked.same(t)
    check("between" not in t.ask("$(ssh-add -l 2>&1)"), "the node's agent answers on the other node")
    t.line("holdfastctl detach")
    t.wait_for("detached from session")
    t.line("kill $SSH_AGENT_PID")


def test_redirect_to_another_key(pool):
    """A host may send our client to no host whose key the person has not accepted for that host's own name."""
    marked = left(pool)
    path = "/home/laptop/.ssh/known_hosts"
    with open(path) as f:
        lines = f.readlines()
    with open("/etc/ssh/ssh_known_hosts") as f:
        public = next(l for l in f if l.startswith("login2,")).split()[1:3]
    with open(path, "w") as f:
        f.writelines([l for l in lines if public[1] not in l] + ["login2.%s %s\n" % (places.DOMAIN, " ".join(public))])
    logins = "Accepted .* for alice from " + re.escape(places.address("laptop"))
    accepted = len(pool["login2"].said(logins))
    t = client(pool, "login1", "--session", "login2:1")
    marked.same(t)
    check(pool["login1"].named("holdfast", "alice"), "login1 does not relay")
    check("IDENTIFICATION" not in t.text(), "ssh warns of a host that nobody has asked for: %r" % t.text())
    equal(len(pool["login2"].said(logins)), accepted, "logins from the laptop itself on login2")


def test_no_new_key(pool):
    """A host whose key is not known is not believed, and nobody is asked."""
    left(pool)
    pool["login1"].write("/etc/ssh/ssh_known_hosts", "")
    t = pool.login("login1")
    check("is on login2, and cannot be had" in t.text(), "it said %r" % t.text())
    equal(pool.node_of(t), "login1", "the node of the new session")
    check("login2" not in pool["login1"].shell("cat /home/alice/.ssh/known_hosts 2>/dev/null; true"), "a key was learned")
