# SPDX-License-Identifier: MIT
"""Something of the pool fails: the right session or a new one in time, one line that says where the other is, nothing lost."""
import re
import signal
import time

from host import takes_long
from machine import AS_INSTALLED
from places import MEMBERS, NODES
from term import check, equal, wait_until
from test_knows import NAMED, known

HOP = 2.0      # seconds: a hop that holdfast chose
SLACK = 3.0    # of a machine that has other cases to run
LEASE = 60.0


def dropped_on(pool, node):
    """A session of alice that is dropped on NODE, and known to all: its mark."""
    t = pool.login(node)
    marked = pool.mark(t, node)
    pool.drop(t, node)
    known(pool, 1)
    return marked


def gets_new(pool, node, limit=HOP, line=r"session .*is on login1, (which|and)", **kw):
    """A login on NODE gets a session of its own there within LIMIT, and one line that has LINE; the login."""
    pool[node].configure(**AS_INSTALLED)
    plain = took(pool, node, ["-o", "SetEnv=LC_HOLDFAST=off"])
    begin = time.monotonic()
    t = pool.login(node, **kw)
    seconds = time.monotonic() - begin
    check(seconds <= plain + limit + SLACK, "the login took %.1f s, without holdfast %.1f s" % (seconds, plain))
    lines = [l for l in re.split(r"[\r\n]+", t.text()) if l.startswith("holdfast:")]
    if line:
        equal(len([l for l in lines if re.search(line, l)]), 1, "lines that say where the session is, of %s" % lines)
    equal(len(lines), 1 if line else 0, "lines of holdfast's: %s" % lines)
    equal(pool.node_of(t), node, "the node of the new session")
    check(t.ask("$HOLDFAST_SESSION"), "the new shell is not held")
    pool.note("%s: a new session after %.2f s; without holdfast %.2f s; %s" % (node, seconds, plain, lines))
    return t


def took(pool, node, options=()):
    begin = time.monotonic()
    t = pool.login(node, options=options)
    seconds = time.monotonic() - begin
    t.line("exit")
    t.wait_exit()
    return seconds


def test_node_dies(pool):
    """Without power: its entries go when their lease ends; until then a login tries it, and says so."""
    dropped_on(pool, "login1")
    pool.power_off("login1")
    gets_new(pool, "login2")
    begin = time.monotonic()
    wait_until(lambda: [s["node"] for s in pool["login3"].everywhere()] == ["login2"], "the dead node's entries are gone",
               LEASE + 15)
    pool.note("entries of a dead node are gone after %.0f s" % (time.monotonic() - begin))
    t = pool.login("login3")
    check("login1" not in t.text(), "a node that is gone is named: %r" % t.text())


def test_node_freezes(pool):
    """Its kernel takes connections, and nobody answers."""
    marked = dropped_on(pool, "login1")
    pool.router.freeze("login1")
    t = gets_new(pool, "login2")
    pool.router.thaw("login1")
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: pool["login1"].answers(), "login1 answers again")
    known(pool, 1)
    marked.same(pool.login("login3"))


def test_no_way_between_nodes(pool):
    """Both reach the store and the laptop, not each other."""
    marked = dropped_on(pool, "login1")
    pool.router.cut("login1", "login2")
    t = gets_new(pool, "login2")
    t.line("exit")
    t.wait_exit()
    marked.same(pool.login("login3"))


def test_sshd_refuses(pool):
    """The other node's sshd lets nobody in: at once, and nothing is asked."""
    dropped_on(pool, "login1")
    pool["login1"].write("/etc/nologin", "closed\n")
    pool["login1"].configure_sshd("DenyUsers alice\n")
    gets_new(pool, "login2", limit=HOP)


def test_unknown_host_key(pool):
    """A host key that is not known is not accepted, and no question is asked."""
    dropped_on(pool, "login1")
    pool["login2"].write("/etc/ssh/ssh_known_hosts", "")
    gets_new(pool, "login2")


def test_no_client(pool):
    """Without the client on the node that answers."""
    dropped_on(pool, "login1")
    pool["login2"].shell("mv /usr/bin/holdfast /usr/bin/holdfast.away")
    gets_new(pool, "login2", line="login1")


def test_asked_by_name(pool):
    """A session that is asked for by name may take LoginTimeout."""
    t = pool.login("login1", options=[NAMED[0], NAMED[1] % "work"])
    pool.drop(t, "login1")
    known(pool, 1)
    pool.router.freeze("login1")
    gets_new(pool, "login2", limit=5.0, line="work.*login1", options=[NAMED[0], NAMED[1] % "work"])


@takes_long
def test_cut_from_the_store(pool):
    """A node that does not reach the store: what it knows holds until the leases would have ended, then nothing."""
    marked = dropped_on(pool, "login1")
    for member in MEMBERS:
        pool.router.cut("login2", member)
    begin = time.monotonic()
    t = pool.login("login2")
    marked.same(t)
    pool.drop(t, "login1")
    wait_until(lambda: not pool["login2"].everywhere(), "login2 forgets what it knew", LEASE + 45)
    pool.note("forgotten after %.0f s" % (time.monotonic() - begin))
    t = pool.login("login2")
    equal(pool.node_of(t), "login2", "the node of the new session")
    check("login1" not in t.text(), "what is no longer known is named: %r" % t.text())
    t.line("exit")
    t.wait_exit()
    marked.same(pool.login("login3"))
    for member in MEMBERS:
        pool.router.mend("login2", member)
    known(pool, 1, "attached", nodes=("login2",))


def test_one_member_is_away(pool):
    """Of three members one dies, and another one is frozen and thawed: nobody notices."""
    marked = dropped_on(pool, "login1")
    pool.store.kill_member("m1")
    t = pool.login("login2")
    marked.same(t)
    pool.drop(t, "login1")
    known(pool, 1)
    pool.store.start_member("m1")
    wait_until(lambda: pool.store.healthy("m1"), "m1 is back")
    pool.store.signal_member("m2", signal.SIGSTOP)
    t = pool.login("login3")
    marked.same(t)
    t.line("exit")
    t.wait_exit()
    known(pool, 0)
    pool.store.signal_member("m2", signal.SIGCONT)


def test_store_restarts(pool):
    """All members at once: sessions that came and went meanwhile are known afterwards."""
    marked = dropped_on(pool, "login1")
    for member in MEMBERS:
        pool.store.kill_member(member)
    t = pool.login("login3", options=[NAMED[0], NAMED[1] % "meanwhile"])
    pool.drop(t, "login3")
    for member in MEMBERS:
        pool.store.start_member(member)
    known(pool, 2)
    marked.same(pool.login("login2", size=(24, 80), options=[NAMED[0], NAMED[1] % "login1:%d" % 1]))


@takes_long
def test_no_quorum(pool):
    """One member of three: logins as ever; what is known holds for a lease; and it comes back."""
    marked = dropped_on(pool, "login1")
    pool.store.kill_member("m1")
    pool.store.kill_member("m2")
    t = pool.login("login2")
    marked.same(t)
    pool.drop(t, "login1")
    wait_until(lambda: not pool["login2"].everywhere(), "login2 forgets", LEASE + 45)
    t = pool.login("login2")
    equal(pool.node_of(t), "login2", "the node of the new session")
    t.kill()
    marked.same(pool.login("login1"))
    pool.store.start_member("m1")
    pool.store.start_member("m2")
    wait_until(lambda: len(pool["login3"].everywhere()) == 2, "login3 knows both sessions", 90)


def test_no_daemon(pool):
    """holdfast-pool is not there, hangs, or has been killed: logins as on one host, at once."""
    dropped_on(pool, "login1")
    plain = took(pool, "login2", ["-o", "SetEnv=LC_HOLDFAST=off"])
    for what in (signal.SIGSTOP, signal.SIGKILL):
        pool["login2"].signal_pool(what)
        begin = time.monotonic()
        t = pool.login("login2")
        seconds = time.monotonic() - begin
        equal(pool.node_of(t), "login2", "the node of the new session")
        check(seconds < plain + 0.5 + SLACK, "a login took %.2f s, without holdfast %.2f s" % (seconds, plain))
        t.line("exit")
        t.wait_exit()


def test_clock_skew(pool):
    """A node whose clock is ten minutes ahead, one whose clock is ten minutes behind."""
    for name, skew in (("login1", "+600s"), ("login2", "-600s")):
        pool[name].skew(skew)
    for home, other in (("login1", "login2"), ("login2", "login1"), ("login3", "login1")):
        t = pool.login(home)
        marked = pool.mark(t, home)
        pool.drop(t, home)
        known(pool, 1)
        t = pool.login(other)
        marked.same(t)
        t.line("exit")
        t.wait_exit()
        known(pool, 0)


def test_other_user_ids(pool):
    """alice has another uid on one node: what is hers on the others is not known there, and nobody's session is entered."""
    for name in NODES:
        # with StrictModes a home of another uid's would be refused before anything is tried
        pool[name].shell("mkdir -p /etc/ssh/keys; cat /home/alice/.ssh/authorized_keys >/etc/ssh/keys/alice")
        pool[name].configure_sshd("AuthorizedKeysFile /etc/ssh/keys/%u\n")
    # not by usermod, which gives the shared home to the new one
    pool["login3"].shell("sed -i 's/^alice:x:[0-9]*:/alice:x:54321:/' /etc/passwd && chmod o+rx /home/alice")
    marked = dropped_on(pool, "login1")
    t = pool.login("login3", options=["-o", "ConnectTimeout=20"])
    equal(pool.node_of(t), "login3", "the node of a login with another uid")
    t.kill()
    marked.same(pool.login("login2"))
