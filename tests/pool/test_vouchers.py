# SPDX-License-Identifier: MIT
"""One node vouches for a login to another: whose it is there, and what forged, replayed and misdirected vouchers do.

Where a case plays the client itself, it is on the laptop, and has a login on each of two nodes: one that gets the
signature, and a connection to resume on the other.
"""
import re

from framed import MUST_EXIST, TAKE, Framed, string
from host import by_hand
from machine import VOUCH_KEYS
from places import CLUSTER, address
from term import check, equal
from test_audit import fingerprint
from test_hop import known, left, over
from test_vouch import (CHALLENGE, HOP, IF_DROPPED, OP_SIGN, SECRET, VOUCHER, Inside, challenged, claim, hop, refused,
                        sealed, typed, verdict)

OLD, NEW = "old %s\n" % SECRET.hex(), "new %s\n" % ("55" * 32)
LAPTOP = address("laptop")


class At:
    """The laptop, for which the host "server" is one node."""

    def __init__(self, pool, node):
        self.pool, self.node = pool, node

    def __getattr__(self, name):
        return getattr(self.pool, name)

    def ssh_argv(self, user="alice", options=(), args=()):
        return self.pool.ssh_argv(user, ["-o", "HostName=" + self.node, *options], args, CLUSTER)


def keys(pool, text, *nodes):
    for node in nodes or ("login1", "login2", "login3"):
        pool[node].write(VOUCH_KEYS, text, 0o600)


def event(pool, node, name, why=""):
    """The fields of the latest event of that name on NODE."""
    lines = pool[node].wait_said("event=%s .*%s" % (name, why))
    return dict(re.findall(r'([a-z-]+)=("[^"]*"|\S+)', lines[-1]))


def goes(pool, marked, node, to="login2"):
    """A login on NODE resumes the session on TO, and leaves it again."""
    t = over(pool, node, to)
    marked.same(t)
    pool.drop(t, to)
    known(pool, "dropped")


def denied(pool, node, why, to="login2"):
    """A login on NODE gets a new session and one line, because TO refuses the voucher for WHY."""
    before = len(pool[to].said("event=unvouched .*why=" + why))
    t = pool.login(node)
    equal(pool.node_of(t), node, "the node of the shell")
    check("is on %s" % to in t.text() and "this is a new one" in t.text(), "it said %r" % t.text()[-300:])
    check("made with another key" in t.text(), "it said %r" % t.text()[-300:])
    equal(len(pool[to].said("event=unvouched .*why=" + why)), before + 1, "events of %s with why=%s" % (to, why))
    t.line("exit")
    t.wait_exit()
    pool[node].wait_none()
    known(pool, "dropped")


def signature(pool, node, challenge, pool_name="test", **kw):
    """The voucher of NODE for its login, for that CHALLENGE; None: it makes none."""
    inside = Inside(At(pool, node), **kw)
    inside.open(OP_SIGN)
    nonce, name, boot = challenge
    inside.send(typed(HOP, hop(node, pool_name)), typed(CHALLENGE, nonce + string(name) + boot))
    kind, f = inside.answer()
    inside.close()
    return f.body if kind == VOUCHER else None


def arrives(pool, node, by="login1", unique=""):
    """A connection to NODE of a login that says it comes over BY: with its challenge."""
    f = Framed(At(pool, node))
    f.hello()
    return f, challenged(f, hop(by, "test", unique=unique))


def knows_who_came(pool, method):
    """login2's log has the person's key and place, as METHOD has vouched for them on login1."""
    for name in ("vouched", "resume"):
        e = event(pool, "login2", name)
        equal((e["node"], e["vouched"], e["key"], e["address"]), ("login1", method, fingerprint("key1"), LAPTOP),
              "the event %s" % name)
        check("other-key" not in e, "another key: %s" % e)


def test_who_it_is(pool):
    """key1's session, found from another node: the identity, the key and the place of the person, in both nodes' logs."""
    marked = left(pool)
    t = over(pool, "login1")
    marked.same(t)
    equal(event(pool, "login1", "vouch")["node"], "login2", "the node that the login goes to")
    knows_who_came(pool, "k1")
    equal(event(pool, "login2", "resume")["chose"], "pool", "how it was chosen")
    equal(event(pool, "login2", "vouched")["hop-address"], address("login1"), "where the connection comes from")


def test_another_key_is_another(pool):
    """Of two sessions on another node each key gets its own, though both logins go there with the same key."""
    marked = left(pool)
    two = ["-o", "IdentityFile=/home/laptop/.ssh/key2"]
    t = pool.login("login2", options=two)
    second = pool.mark(t, "login2")
    pool.drop(t, "login2", 2)
    pool.wait_published(lambda v: [s["state"] for s in v] == ["dropped"] * 2, "two dropped sessions are published")
    for options, mark in ((two, second), ([], marked)):
        t = pool.login("login1", options=options)
        mark.same(t)


def test_forged(pool):
    """A node with another secret, and one with a key that is not known here: a new session, one line, and why= there."""
    marked = left(pool)
    goes(pool, marked, "login1")
    keys(pool, "k1 %s\n" % ("66" * 32), "login1")
    denied(pool, "login1", "mac")
    keys(pool, NEW, "login1")
    denied(pool, "login1", "key")
    goes(pool, marked, "login3")


def test_rotation(pool):
    """The secret is changed on one node after the other, in the order of POOLS.md: at no step is a login refused."""
    keys(pool, OLD)
    marked = left(pool)
    for text in (OLD + NEW, NEW + OLD, NEW):
        for node in ("login1", "login2"):
            keys(pool, text, node)
            goes(pool, marked, "login1")
    equal(event(pool, "login2", "vouched")["vouched"], "new", "the key that signs in the end")
    check(not pool["login2"].said("event=unvouched"), "a voucher was refused")


def test_not_trusted(pool):
    """PoolTrust: the sessions of this node are for logins of those nodes, by themselves; and nobody signs for the others."""
    marked = left(pool)
    pool["login2"].configure("PoolTrust login3\n")
    denied(pool, "login1", "trust")
    goes(pool, marked, "login3")


def test_replayed(pool):
    """A voucher of login1's, made for one connection to login2: on a second one, on another node, and for another user."""
    keys(pool, OLD)
    first, challenge = arrives(pool, "login2")
    voucher = signature(pool, "login1", challenge)
    first.send(VOUCHER, voucher)
    equal(verdict(first), (True, ""), "the first time")
    first.kill()
    for node, why in (("login2", "nonce"), ("login3", "node")):
        f, _ = arrives(pool, node)
        f.send(VOUCHER, voucher)
        equal(verdict(f)[0], False, "the verdict of " + node)
        equal(event(pool, node, "unvouched")["why"], why, "why")
        f.kill()
    # The challenge of login2, signed by a node for its login of another user.
    f, challenge = arrives(pool, "login2")
    f.send(VOUCHER, signature(pool, "login1", challenge, user="bob"))
    equal(verdict(f)[0], False, "the verdict on bob's voucher")
    equal(event(pool, "login2", "unvouched", "user")["why"], "user", "why")
    f.kill()


def test_rebooted(pool):
    """A challenge of login2's, and then its plug is pulled: the voucher is for a boot that is over."""
    keys(pool, OLD)
    old, challenge = arrives(pool, "login2")
    pool.power_off("login2")
    old.kill()
    pool.start_node("login2")
    keys(pool, OLD, "login2")
    f, fresh = arrives(pool, "login2")
    check(fresh[2] != challenge[2], "both boots have one id")
    # With the new nonce, but for the old boot: what only a node that has the secret can make.
    f.send(VOUCHER, sealed(claim((fresh[0], "login2", challenge[2]), pool="test", uid=pool.ids("alice")[0]), SECRET, "old"))
    equal(verdict(f)[0], False, "the verdict")
    equal(event(pool, "login2", "unvouched")["why"], "boot", "why")
    f.kill()


def test_another_session(pool):
    """An entry that names another session than there is: nobody enters that one, by itself or by its number."""
    keys(pool, OLD)
    marked = left(pool)
    real = next(iter(pool.published()))
    unique = real.split("/")[-1]
    for flags, says in ((MUST_EXIST | IF_DROPPED, "by itself"), (MUST_EXIST, "by its number")):
        for said, good in (("0123456789abcdef", False), (unique, True)):
            f, challenge = arrives(pool, "login2", unique=said)
            f.send(VOUCHER, signature(pool, "login1", challenge))
            equal(verdict(f), (True, ""), "the verdict")
            f.send(3, f.attach_body(TAKE, flags=flags, want="1"))
            if good:
                f.attached(TAKE)
            else:
                check("another session has this number now" in refused(f)[1], says)
            f.kill()
            pool["login2"].wait_sessions(1, "dropped")
    known(pool, "dropped")
    goes(pool, marked, "login1")


@by_hand
def test_another_uid(pool):
    """The user's name has another uid on the other node: no voucher for it counts there."""
    pool.start_store()
    pool.start_node("login1")
    node = pool.start_node("login2", run=False)
    node.shell("sed -i 's/^alice:x:[0-9]*:/alice:x:4242:/' /etc/passwd && install -m 0644 /home/alice/.ssh/authorized_keys /etc/ssh/alice")
    node.write("/etc/ssh/sshd_config.d/00-a.conf", "AuthorizedKeysFile /etc/ssh/%u\n")
    node.start()
    keys(pool, OLD, "login1", "login2")
    f, challenge = arrives(pool, "login2")
    f.send(VOUCHER, signature(pool, "login1", challenge))
    equal(verdict(f)[0], False, "the verdict")
    equal(event(pool, "login2", "unvouched")["why"], "uid", "why")
    f.kill()
