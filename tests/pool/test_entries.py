# SPDX-License-Identifier: MIT
"""What stands in the store is a hint: broken, false and hostile entries mislead nobody further than to a new session."""
import json
import re

from places import DOMAIN, NODES
from pool import KEYS
from term import check, equal, wait_until
from test_failures import dropped_on
from test_knows import known

UNIQUES = ("%016x" % n for n in range(1, 1 << 32))


def real(pool):
    """(key below sessions/, value) of the only entry."""
    found = pool.published()
    equal(len(found), 1, "entries")
    return next(iter(found.items()))


def put(pool, node, value, user="alice", unique=None):
    key = "%ssessions/%s/%s/%s" % (KEYS, node, user, unique or next(UNIQUES))
    pool.store.put(key, value if isinstance(value, (str, bytes)) else json.dumps(value))
    return key


def lives(pool):
    for name in NODES:
        check(pool[name].pool_answers(), "holdfast-pool of %s has gone" % name)


BROKEN = ("", "{", "null", "[]", "7", "\"text\"", b"\xff\xfe\x00", "{\"v\":1}", "{\"v\":2}", "{\"v\":\"1\"}",
          "{" * 100000, "[" * 50000, "{\"v\":1," + "\"a\":0," * 5000 + "\"b\":0}", "x" * 500000)


def test_broken(pool):
    """Bytes that are no entries, and entries with one member of another type, too long, negative, not there."""
    marked = dropped_on(pool, "login1")
    key, good = real(pool)
    for node in NODES:
        for value in BROKEN:
            put(pool, node, value)
    for name in good:
        for bad in (None, True, -1, 1e300, "", "x" * 70000, [], {}, "\u0000", "a/b\n", "\x1b]0;x\x07", 2 ** 63):
            put(pool, "login1", {**good, name: bad})
        put(pool, "login1", {k: v for k, v in good.items() if k != name})
    for tail in ("", "/", "alice", "alice/", "alice/x", "alice/0123456789abcdef/more", "%61lice/0123456789abcdef",
                 "../alice/0123456789abcdef", "%2e%2e/0123456789abcdef", "alice/" + "0" * 5000, "al%00ice/0123456789abcdef"):
        pool.store.put("%ssessions/login1/%s" % (KEYS, tail), json.dumps(good))
    for tail in ("x", "", "a b", "login9/x", "-oProxyCommand=x"):
        pool.store.put(KEYS + "nodes/" + tail, "{\"v\":1}")
        pool.store.put(KEYS + tail, "{\"v\":1}")
    t = pool.login("login2")
    marked.same(t)
    lives(pool)
    pool.drop(t, "login1")
    marked.same(pool.login("login3"))
    r = pool["login2"].ctl("alice", "ls")
    check(not re.search(r"[\x00-\x08\x0b-\x1f]", r.stdout), "ls prints control characters: %r" % r.stdout)


def test_false(pool):
    """An entry for a session that is not there, and newer than the real one: one wrong way, then the right session."""
    marked = dropped_on(pool, "login1")
    key, good = real(pool)
    for node in NODES:
        put(pool, node, {**good, "id": 77, "name": "ghost", "changed": good["changed"] + 1000,
                         "activity": good["activity"] + 1000})
    t = pool.login("login2")
    if pool.node_of(t) == "login2":
        lines = [l for l in re.split(r"[\r\n]+", t.text()) if l.startswith("holdfast:")]
        equal(len(lines), 1, "lines that say why there is a new session: %s" % lines)
        check("ghost" in lines[0] or "login" in lines[0], lines[0])
    else:
        marked.same(t)
    lives(pool)


def test_hostile_addresses(pool):
    """An address is a host's name, and no option or command."""
    dropped_on(pool, "login1")
    key, good = real(pool)
    for n, address in enumerate(("-oProxyCommand=touch /tmp/owned", "login1;touch /tmp/owned", "$(touch /tmp/owned)",
                                 "`touch /tmp/owned`", "login1 -oProxyCommand='touch /tmp/owned'", "a\nb", "user@login1",
                                 "ssh://login1", "-F/tmp/x", "|touch /tmp/owned")):
        put(pool, "login%d" % (n % 3 + 1), {**good, "address": address, "id": 50 + n,
                                            "activity": good["activity"] + 10000 + n})
    pool["login2"].shell("rm -f /tmp/owned")
    for _ in range(2):
        t = pool.login("login2")
        t.kill()
    equal(pool["login2"].shell("ls /tmp/owned 2>/dev/null || true"), "", "a file that a hostile address made")


def test_address_of_another_node(pool):
    """An entry of one node with the address of another: that is not entered, for its key is not that node's."""
    marked = dropped_on(pool, "login1")
    key, good = real(pool)
    false = put(pool, "login1", {**good, "id": 77, "name": "ghost", "address": "login3." + DOMAIN, "boot": "00" * 16,
                         **{k: v + 5000 for k, v in good.items() if k in ("changed", "activity", "lost", "lost_heard",
                                                                          "lost_used")}})
    wait_until(lambda: "ghost" in [s["name"] for s in pool["login2"].everywhere()], "login2 knows the false entry")
    t = pool.login("login2")
    equal(pool["login3"].said("Accepted .* for alice"), [], "logins on the node that the entry has named")
    check("ghost (77) is on login1, and cannot be had" in t.text(), "it said %r" % t.text())
    pool.store.delete(false)
    wait_until(lambda: "ghost" not in [s["name"] for s in pool["login2"].everywhere()], "the false entry is gone")
    marked.same(pool.login("login1"))


def test_of_another_user(pool):
    """bob's session, put under alice's name: alice is led there, and does not get it."""
    t = pool.login("login1", user="bob")
    pool.drop(t, "login1", user="bob")
    known(pool, 1, user="bob")
    key, value = next(iter(pool.published("bob").items()))
    mine = pool.login("login1")
    pool.drop(mine, "login1")
    known(pool, 1)
    good = real(pool)[1]
    pool.store.delete("%ssessions/%s" % (KEYS, real(pool)[0]))
    put(pool, "login1", {**value, "identity": good["identity"]}, unique=key.split("/")[-1])
    t = pool.login("login2")
    equal(t.ask("$(id -un)"), "alice", "who alice is")
    lives(pool)


def test_very_many(pool):
    """Thousands of entries of one user: bounded, and no login is slow for it."""
    marked = dropped_on(pool, "login1")
    key, good = real(pool)
    before = memory(pool)
    for n in range(3000):
        put(pool, NODES[n % 3], {**good, "id": 1000 + n, "identity": "00" * (len(good["identity"]) // 2)})
    wait_until(lambda: pool["login2"].pool_answers(), "login2 answers")
    t = pool.login("login2")
    check(pool.node_of(t) in NODES, "no shell")
    lives(pool)
    pool.note("holdfast-pool: %d KiB, with 3,000 false entries of one user %d KiB" % (before, memory(pool)))
    check(memory(pool) - before < 20000, "memory has grown by %d KiB" % (memory(pool) - before))
    t.kill()
    marked.same(pool.login("login1"))


def memory(pool):
    """KiB of login2's daemon."""
    return int(pool["login2"].shell("awk '/^VmRSS/ {print $2}' /proc/$(pgrep -o holdfast-pool)/status"))
