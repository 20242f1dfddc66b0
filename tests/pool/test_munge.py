# SPDX-License-Identifier: MIT
"""PoolVouch munge: nodes vouch for each other by munge, each with a munged of its own."""
import ctypes.util
import re

from framed import string
from places import NODES, address
from term import Skip, check, equal
from test_hop import known, left, over
from test_vouch import VOUCHER, claim, verdict
from test_vouchers import arrives, denied, event, goes, knows_who_came, signature

REALM, ANOTHER = "the key of the pool, 32 bytes ...", "the key of another cluster, also ..."


def by_munge(pool):
    """All nodes vouch by munge, and have one key."""
    if not ctypes.util.find_library("munge"):
        raise Skip("no libmunge")
    for node in NODES:
        pool[node].start_munge(REALM)
        pool[node].configure(PoolVouch="munge")


def by_keys(pool, node):
    pool[node].configure()


def new_session(pool, node, says, to="login2"):
    """A login on NODE is not vouched for by its own node: it gets a new session, and one line."""
    t = pool.login(node)
    equal(pool.node_of(t), node, "the node of the shell")
    check("is on %s" % to in t.text() and "this is a new one" in t.text(), "it said %r" % t.text()[-300:])
    check(pool[node].said(says), "the log of %s does not say %s" % (node, says))
    t.line("exit")
    t.wait_exit()
    pool[node].wait_none()
    known(pool, "dropped")


def test_same_key(pool):
    """The login is on the other node who it is on its own; both nodes' logs say how that is known."""
    by_munge(pool)
    marked = left(pool)
    t = over(pool, "login1")
    marked.same(t)
    equal(event(pool, "login1", "vouch")["vouched"], "munge", "how login1 vouches")
    knows_who_came(pool, "munge")
    pool.drop(t, "login2")
    known(pool, "dropped")
    goes(pool, marked, "login3")


def test_another_munge_key(pool):
    """A node of another munge realm: its logins get a new session, one line, and why=mac there; the others are let in."""
    by_munge(pool)
    marked = left(pool)
    goes(pool, marked, "login1")
    pool["login1"].start_munge(ANOTHER)
    denied(pool, "login1", "mac")
    check("munge: Invalid credential" in event(pool, "login2", "unvouched")["detail"], "what munge says is not in the log")
    goes(pool, marked, "login3")
    # by its number anybody of that user may, as what the login is by itself: with the key between the nodes
    t = pool.login("login1", options=["-o", "SetEnv=LC_HOLDFAST=login2:1"])
    marked.same(t)
    e = event(pool, "login2", "resume")
    check("vouched" not in e and e["address"] == address("login1"), "the login is taken for the one on login1: %s" % e)
    between = pool["login1"].shell("ssh-keygen -l -f /home/alice/.ssh/id_ed25519.pub").split()[1]
    equal(e["key"], between, "the key of the login on login2")
    pool.drop(t, "login2")
    known(pool, "dropped")
    pool["login1"].start_munge(REALM)
    goes(pool, marked, "login1")


def test_clocks(pool):
    """Credentials that munge calls expired, or made in the future, are as good: the nonce says when they were made."""
    by_munge(pool)
    marked = left(pool)
    for by in ("-2h", "+2h"):
        pool["login1"].start_munge(REALM, by)
        goes(pool, marked, "login1")


def test_no_munged(pool):
    """munged is stopped where the login is, or where the session is: a new session, and the log says why."""
    by_munge(pool)
    marked = left(pool)
    pool["login1"].stop_munge()
    new_session(pool, "login1", "cannot vouch for a login of alice: munge: ")
    goes(pool, marked, "login3")
    pool["login2"].stop_munge()
    denied(pool, "login3", "trouble")
    pool["login2"].start_munge(REALM)
    pool["login1"].start_munge(REALM)
    goes(pool, marked, "login1")


def test_keys_beside_munge(pool):
    """A node that vouches with a key, and one that takes munge, and the reverse: refused, with why=key."""
    by_munge(pool)
    marked = left(pool)
    by_keys(pool, "login1")
    denied(pool, "login1", "key")
    goes(pool, marked, "login3")
    by_keys(pool, "login2")
    denied(pool, "login3", "key")
    goes(pool, marked, "login1")


def by_user(pool, node, user, text):
    """The credential that USER gets of munge on NODE for the bytes TEXT."""
    path = "/tmp/claim-of-" + user
    pool[node].shell("printf '%s' >%s" % ("".join("\\%03o" % b for b in text), path))
    r = pool[node].run_as(user, ["munge", "--input", path])
    equal(r.returncode, 0, "the status of munge: %s" % r.stderr)
    return string("munge") + string(text) + string(r.stdout.strip().encode())


def test_users_and_replays(pool):
    """Any user can have munge sign any bytes: what is not root's vouches for nobody, nor does one of root's twice."""
    by_munge(pool)
    f, challenge = arrives(pool, "login2")
    claimed = claim(challenge, pool="test", uid=pool.ids("alice")[0])
    f.send(VOUCHER, by_user(pool, "login1", "alice", claimed))
    equal(verdict(f)[0], False, "the verdict on a user's own credential")
    e = event(pool, "login2", "unvouched")
    check(e["why"] == "mac" and re.search(r"of uid %d, and not of root" % pool.ids("alice")[0], e["detail"]), "it says %s" % e)
    f.kill()
    f, challenge = arrives(pool, "login2")
    f.send(VOUCHER, by_user(pool, "login1", "root", claim(challenge, pool="test", uid=pool.ids("alice")[0])))
    equal(verdict(f), (True, ""), "the verdict on the same, of root's")
    f.kill()
    first, challenge = arrives(pool, "login2")
    voucher = signature(pool, "login1", challenge)
    first.send(VOUCHER, voucher)
    equal(verdict(first), (True, ""), "the first time")
    first.kill()
    # munge itself knows it again, and on a node that has not seen it the claim says that it is for another one
    for node, why, says in (("login2", "mac", "Replayed credential"), ("login3", "node", "")):
        f, _ = arrives(pool, node)
        f.send(VOUCHER, voucher)
        equal(verdict(f)[0], False, "the verdict of " + node)
        e = event(pool, node, "unvouched", why)
        equal(e["why"], why, "why")
        check(says in e.get("detail", ""), "it says %s" % e)
        f.kill()
