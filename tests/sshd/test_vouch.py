# SPDX-License-Identifier: MIT
"""Vouchers between the nodes of a pool: one host that is now one node and now the other, by its holdfast.conf.

The login on the first node is made with key1, the one that goes over to the second node with key2.  The tests have the
shared key, and so can make each voucher that a node which was taken over could make, and each that it could not.
"""
import hashlib
import hmac
import os
import re
import signal
import struct
import subprocess

from framed import (AUTO, ERROR, JOIN, MUST_EXIST, NO_SESSION, PROTOCOL, REFUSED as NOT_YOU, TAKE, Fields, Framed, frame,
                    string)
from template import write
from term import DEADLINE, check, equal, wait_until
from test_audit import audit, fingerprint, other_key

CONF = "/etc/holdfast/holdfast.conf"
KEYS = "/etc/holdfast/pool.keys"
HOP, CHALLENGE, VOUCHER, ANSWER, REDIRECT = range(138, 143)
IF_DROPPED = 32
OP_CHALLENGE, OP_SIGN = 8, 9
REFUSED, QUEUED = 2, 6
SECRET = bytes(range(32))

# Runs in a login: a socket to holdfastd, worked by lines.
INSIDE = r"""
import os, socket, sys
s = None
for line in sys.stdin:
    word, _, rest = line.strip().partition(" ")
    data = bytes.fromhex(rest)
    if word == "open":
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.settimeout(%d)
        s.connect("/run/holdfast/holdfastd.sock")
        print(os.environ.get("HOLDFAST_TICKET", "-"), flush=True)
    elif word == "send":
        try:
            s.send(data)
        except OSError:
            pass
    elif word == "child":
        if os.fork() == 0:
            s.send(data)
            os._exit(0)
        os.wait()
    else:
        try:
            data = s.recv(65536)
        except ConnectionResetError:
            # Told once, of what the other end has not read; behind it comes what it has said.
            data = s.recv(65536)
        print(data.hex() or "-", flush=True)
""" % DEADLINE


class Inside:
    """A process in a login of USER's, which talks to holdfastd."""
    def __init__(self, host, options=(), user="alice", argv=None, **kw):
        uid, gid, groups = host.ids("laptop" if argv is None else user)
        quoted = "exec python3 -c '%s'" % INSIDE.replace("'", "'\\''")
        argv = host.ssh_argv(user, options, [quoted]) if argv is None else [*argv, "python3", "-c", INSIDE]
        self.p = subprocess.Popen(argv, user=uid, group=gid, extra_groups=groups, text=True, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, cwd="/", env={"PATH": "/usr/bin:/bin", "HOME": "/home/laptop", **kw})
        self.ticket = None

    def say(self, word, data=b""):
        self.p.stdin.write("%s %s\n" % (word, data.hex()))
        self.p.stdin.flush()

    def line(self):
        return self.p.stdout.readline().strip()

    def open(self, op, ticket=None):
        self.say("open")
        self.ticket = bytes.fromhex(self.line())
        self.say("send", request(op, ticket or self.ticket))

    def send(self, *messages):
        for m in messages:
            self.say("send", m)

    def receive(self):
        """The next message but QUEUED; None at the end."""
        while True:
            self.say("receive")
            text = self.line()
            m = None if text == "-" else bytes.fromhex(text)
            if m is None or m[0] != QUEUED:
                return m

    def answer(self):
        """The next message's type and fields."""
        m = self.receive()
        check(m, "holdfastd has ended the connection")
        return m[0], Fields(m[1:])

    def refusal(self):
        kind, f = self.answer()
        equal(kind, REFUSED, "the type of the answer")
        f.take("I")
        return f.text()

    def close(self):
        self.p.stdin.close()
        self.p.wait(DEADLINE)


def request(op, ticket):
    return b"holdfast" + struct.pack(">II", 1, op) + ticket + bytes(32)


def be(node, more="PoolVouch key %s\n" % KEYS, pool="cluster", first="Pool %s\nPoolNode %s\n"):
    """The host is NODE from now on."""
    write(CONF, first % (pool, node) + more)


def keys(text="k1 %s\n" % SECRET.hex()):
    write(KEYS, text)
    os.chmod(KEYS, 0o600)


def hop(node="login1", pool="cluster", hops=1, unique=""):
    return string(pool) + string(node) + struct.pack(">I", hops) + string(unique)


def typed(kind, body):
    """A frame as holdfastd's socket has it."""
    return frame(kind, body)[4:]


def read_challenge(f):
    nonce, node, boot = f.raw(32), f.text(), f.raw(16)
    f.end()
    return nonce, node, boot


def claim(challenge, **changes):
    """What a node says of a login; each field can be another one."""
    nonce, node, boot = challenge
    c = {"header": "holdfast hop claim 1", "pool": "cluster", "by": "login1", "to": node, "boot": boot, "nonce": nonce,
         "user": "alice", "uid": None, "identity": b"\x11" * 32, "address": "192.0.2.7",
         "who": "publickey SHA256:first", "unique": "", "rest": b"", **changes}
    return (string(c["header"]) + string(c["pool"]) + string(c["by"]) + string(c["to"]) + c["boot"] + c["nonce"] +
            string(c["user"]) + struct.pack(">I", c["uid"]) + c["identity"] + string(c["address"]) + string(c["who"]) +
            string(c["unique"]) + c["rest"])


def sealed(text, secret=SECRET, method="k1", mac=None):
    return string(method) + string(text) + string(hmac.new(secret, text, hashlib.sha256).digest() if mac is None else mac)


def framed(host, options=None):
    """The login that has come over: its connection up to HELLO, and the boot that it says."""
    f = Framed(host, options=other_key() if options is None else options)
    return f, f.hello()


def challenged(f, body=None):
    f.send(HOP, hop() if body is None else body)
    return read_challenge(f.wait_kind(CHALLENGE))


def verdict(f):
    a = f.wait_kind(ANSWER)
    ok, text = a.take("?"), a.text()
    a.end()
    return ok, text


def attach(f, mode=AUTO, **kw):
    f.send(3, f.attach_body(mode, **kw))
    f.attached(mode)
    return f.stream.id


def drop_one(host):
    """A session that was made with key1, and is dropped."""
    t = host.login()
    host.drop(t)


def test_a_login_is_what_it_was_on_the_first_node(host):
    """key1's session is resumed over a connection with key2, by itself, and the audit names key1."""
    keys()
    be("login2")
    drop_one(host)
    f, boot = framed(host)
    c = challenged(f)
    equal(c[1:], ("login2", boot), "the node that is asked for")
    be("login1")
    a = Inside(host)
    a.open(OP_SIGN)
    a.send(typed(HOP, hop()), typed(CHALLENGE, c[0] + string(c[1]) + c[2]))
    kind, v = a.answer()
    equal(kind, VOUCHER, "the answer to SIGN")
    voucher = v.body
    e = audit(host, "vouch")
    equal((e["node"], e["vouched"], e["key"], e["address"], e["user"]),
          ("login2", "k1", fingerprint("key1"), "127.0.0.1", "alice"), "the event vouch")
    a.close()
    be("login2")
    f.send(VOUCHER, voucher)
    equal(verdict(f), (True, ""), "the verdict")
    e = audit(host, "vouched")
    equal((e["node"], e["vouched"], e["key"], e["address"], e["hop-address"]),
          ("login1", "k1", fingerprint("key1"), "127.0.0.1", "127.0.0.1"), "the event vouched")
    check(fingerprint("key2") in e["hop-who"], "who this connection is: %s" % e)
    equal(attach(f), 1, "the session")
    e = audit(host, "resume")
    equal((e["node"], e["vouched"], e["key"]), ("login1", "k1", fingerprint("key1")), "the event resume")
    check("other-key" not in e, "another key: %s" % e)
    f.kill()
    e = audit(host, "drop", 2)
    equal((e["node"], e["key"]), ("login1", fingerprint("key1")), "the event drop")


def test_the_first_address(host):
    """All events of the session name where the person is; the connection itself stays the one that it is."""
    keys()
    be("login2")
    f, _ = framed(host)
    uid = host.ids("alice")[0]
    f.send(VOUCHER, sealed(claim(challenged(f), uid=uid)))
    equal(verdict(f), (True, ""), "the verdict")
    attach(f)
    for event in ("vouched", "create"):
        e = audit(host, event)
        equal((e["address"], e["node"], e["vouched"]), ("192.0.2.7", "login1", "k1"), "the event %s" % event)
        check("SHA256:first" in e["key"], "the key: %s" % e)
    # Who comes by the same identity resumes it, and no other does.
    f.kill()
    host.wait_sessions(1)
    f, _ = framed(host)
    check(attach(f) != 1, "resumed by what the connection has proved")
    f.kill()


def test_without_a_voucher(host):
    """A hop without one is a login like any other: by itself it finds nothing of another key, by its number it does."""
    keys()
    be("login2")
    drop_one(host)
    f, _ = framed(host)
    challenged(f)
    f.send(VOUCHER, string("") * 3)
    equal(verdict(f), (False, ""), "the verdict")
    check(attach(f) != 1, "key1's session was resumed")
    f.kill()
    f, _ = framed(host)
    challenged(f)
    equal(attach(f, TAKE, want="1"), 1, "the session")
    equal(audit(host, "resume")["other-key"], "yes", "other-key")
    f.kill()
    check(not host.syslog.find("event=unvouched"), "an event for a voucher that there was not")


def wrong(host, why, body=None, node="login1", **changes):
    """The voucher with CHANGES, or of the bytes that BODY makes of its claim, is refused for WHY, and changes nothing."""
    before = len(host.syslog.find("event=unvouched "))
    f, _ = framed(host)
    c = challenged(f, hop(node))
    text = claim(c, uid=changes.pop("uid", host.ids("alice")[0]), by=changes.pop("by", node), **changes)
    f.send(VOUCHER, body(text) if body else sealed(text))
    ok, words = verdict(f)
    check(not ok and "login1" in words or node != "login1", "%s: %s" % (why, words))
    e = audit(host, "unvouched", before + 1)
    equal((e["why"], e["node"], e["key"]), (why, node, fingerprint("key2")), "the event for %s: %s" % (why, words))
    check(attach(f) != 1, "%s: key1's session was resumed" % why)
    f.kill()
    return e


def identity_of(host):
    """The identity that key1 proves: hashed as auth_identity.h says."""
    with open("/home/laptop/.ssh/key1.pub", encoding="ascii") as f:
        kind, blob = f.read().split()[:2]
    return hashlib.sha256(("user alice\npublickey %s %s\n" % (kind, blob)).encode()).digest()


def begin_refused(host):
    """Two keys, two nodes that are trusted, and a session of key1's: what a voucher with nothing wrong would say."""
    keys("k1 %s\nk2 %s\n" % (SECRET.hex(), (b"\x22" * 32).hex()))
    be("login2", "PoolVouch key %s\nPoolTrust login1 login4\nMaxSessions 100\n" % KEYS)
    drop_one(host)
    return {"identity": identity_of(host)}


def test_refused_codes_and_forms(host):
    """What is not signed as it should be, and what is no claim.  (16 lines at once: the log's limit.)"""
    mine = begin_refused(host)
    wrong(host, "mac", lambda t: sealed(t, b"\x33" * 32), **mine)
    wrong(host, "mac", lambda t: sealed(t, method="k2"), **mine)
    wrong(host, "mac", lambda t: sealed(t, mac=b"\0" * 32), **mine)
    wrong(host, "mac", lambda t: sealed(t, mac=hmac.new(SECRET, t, hashlib.sha256).digest()[:16]), **mine)
    wrong(host, "mac", lambda t: sealed(t, mac=hmac.new(SECRET, t, hashlib.sha256).digest() + b"\0"), **mine)
    wrong(host, "mac", lambda t: string("k1") + string(t.replace(b"alice", b"alicf")) + sealed(t)[4 + 2 + 4 + len(t):], **mine)
    wrong(host, "key", lambda t: sealed(t, method="k3"), **mine)
    wrong(host, "key", lambda t: sealed(t, method="munge"), **mine)
    wrong(host, "version", header="holdfast hop claim 2", **mine)
    wrong(host, "version", header="", **mine)
    wrong(host, "malformed", rest=b"\0", **mine)
    wrong(host, "malformed", lambda t: sealed(t[:-1]), **mine)
    wrong(host, "malformed", address="192.0.2.7\nx", **mine)
    wrong(host, "malformed", who="w" * 128, **mine)
    wrong(host, "malformed", user="", **mine)


def test_refused_claims(host):
    """Signed as it should be, and made for something else."""
    mine = begin_refused(host)
    uid = host.ids("alice")[0]
    wrong(host, "pool", pool="cluster2", **mine)
    wrong(host, "itself", by="login2", **mine)
    wrong(host, "trust", by="login3", **mine)
    wrong(host, "node", to="login3", **mine)
    wrong(host, "boot", boot=bytes(16), **mine)
    wrong(host, "nonce", nonce=bytes(32), **mine)
    wrong(host, "user", user="bob", **mine)
    wrong(host, "user", user="root", uid=0, **mine)
    wrong(host, "uid", uid=uid + 1, **mine)
    wrong(host, "uid", uid=0, **mine)
    wrong(host, "identity", identity=bytes(32))
    # And the same with nothing wrong.
    f, _ = framed(host)
    f.send(VOUCHER, sealed(claim(challenged(f), uid=uid, **mine)))
    equal(verdict(f), (True, ""), "the verdict")
    equal(attach(f), 1, "the session")
    f.kill()


def unique_of(host):
    """The own id of the first session."""
    return audit(host, "create")["unique"]


def refused(f):
    """ERROR in answer to ATTACH: its code and text."""
    kind, code, text = f.wait_end()
    equal(kind, ERROR, "the answer to ATTACH")
    return code, text


def resume_chosen(f, unique=None, voucher=None, mode=TAKE):
    """What another node's client asks for session 1: HOP with UNIQUE (None: it sends none), and ATTACH with flag 32."""
    if unique is not None:
        c = challenged(f, hop(unique=unique))
        if voucher:
            f.send(VOUCHER, voucher(c))
            equal(verdict(f), (True, ""), "the verdict")
    f.send(3, f.attach_body(mode, flags=MUST_EXIST | IF_DROPPED, want="1"))


def test_chosen_by_another_node(host):
    """A session that another node has chosen: the identity counts as on one host, vouched for or not, and so does its id."""
    keys()
    be("login2")
    drop_one(host)
    unique, uid, mine = unique_of(host), host.ids("alice")[0], identity_of(host)
    # Without a voucher: another key.  So it is for a client that comes by itself, after REDIRECT.
    for said in (unique, None):
        f, _ = framed(host)
        resume_chosen(f, said)
        code, text = refused(f)
        check(code == NOT_YOU and "made with another key" in text, "%s %s" % (code, text))
        f.kill()
    # With a voucher for another identity.
    f, _ = framed(host)
    resume_chosen(f, unique, lambda c: sealed(claim(c, uid=uid)))
    check(refused(f)[0] == NOT_YOU, "another identity has resumed it")
    f.kill()
    # Another session had the number.
    f, _ = framed(host)
    resume_chosen(f, "0123456789abcdef", lambda c: sealed(claim(c, uid=uid, identity=mine)))
    code, text = refused(f)
    check(code == NO_SESSION and "another session has this number now" in text, "%s %s" % (code, text))
    equal(audit(host, "refuse", 4)["why"], "other-session", "why")
    f.kill()
    # And with nothing wrong, over a login like key1's own.
    f, _ = framed(host)
    resume_chosen(f, unique, lambda c: sealed(claim(c, uid=uid, identity=mine)))
    f.attached(TAKE)
    equal(f.stream.id, 1, "the session")
    equal(audit(host, "resume")["chose"], "pool", "how it was chosen")
    # Now that it is attached, nobody is put out by a choice.
    other, _ = framed(host, options=())
    resume_chosen(other)
    check("attached" in refused(other)[1], "a second one has got it")
    other.kill()
    f.kill()


def test_the_right_session_by_name(host):
    """Asked for by its name on another node, which knows its id: also then another session is not taken for it."""
    keys()
    be("login2")
    drop_one(host)
    for mode in (TAKE, JOIN):
        f, _ = framed(host)
        challenged(f, hop(unique="0123456789abcdef"))
        f.send(3, f.attach_body(mode, flags=MUST_EXIST, want="1"))
        equal(refused(f)[0], NO_SESSION, "the code")
        f.kill()
        f, _ = framed(host)
        challenged(f, hop(unique=unique_of(host)))
        equal(attach(f, mode, flags=MUST_EXIST, want="1"), 1, "the session")
        f.kill()
        host.wait_sessions(1, "dropped")


def redirected(host, unique, **kw):
    """A client that REDIRECT has told to come here, and that says so."""
    f, boot = framed(host, **kw)
    f.send(REDIRECT, string("login2") + string("login2") + boot + string(unique) + struct.pack(">I", 1) + string("") +
           string(""))
    resume_chosen(f)
    return f


def test_a_client_that_came_by_itself(host):
    """After REDIRECT the client's own login counts, with the id that REDIRECT has told."""
    keys()
    be("login2")
    drop_one(host)
    equal(refused(redirected(host, unique_of(host)))[0], NOT_YOU, "with another key")
    equal(refused(redirected(host, "0123456789abcdef", options=()))[0], NO_SESSION, "another session")
    f = redirected(host, unique_of(host), options=())
    f.attached(TAKE)
    equal(f.stream.id, 1, "the session")
    f.kill()


def test_where_no_node_vouches(host):
    """PoolVouch no: the other node's choice counts, for the session that it has chosen."""
    be("login2", "")
    drop_one(host)
    f, _ = framed(host)
    resume_chosen(f, "0123456789abcdef")
    equal(refused(f)[0], NO_SESSION, "the code of another session")
    f.kill()
    f, _ = framed(host)
    resume_chosen(f, unique_of(host))
    f.attached(TAKE)
    equal(f.stream.id, 1, "the session")
    equal(audit(host, "resume")["other-key"], "yes", "other-key")
    f.kill()
    host.wait_sessions(1, "dropped")
    # Nobody has sent this one.
    f, _ = framed(host)
    resume_chosen(f)
    equal(refused(f)[0], NOT_YOU, "without HOP")
    f.kill()


def test_policy_of_both_sides(host):
    """PoolResume no, for this login, and PoolTrust without the other node: no signature there, and no challenge here."""
    keys()
    for line in ("PoolResume no\n", "PoolTrust login3\n", "PoolTrust none\n",
                 "Match User alice\n\tPoolResume no\n", "Match User alice\n\tPoolTrust login3\n"):
        be("login2", "PoolVouch key %s\n%s" % (KEYS, line))
        f, _ = framed(host)
        equal(challenged(f), (bytes(32), "", bytes(16)), "the challenge with " + line)
        f.kill()
        be("login1", "PoolVouch key %s\n%s" % (KEYS, line))
        a = Inside(host)
        a.open(OP_SIGN)
        a.send(typed(HOP, hop()), typed(CHALLENGE, bytes(32) + string("login2") + bytes(16)))
        check(("PoolResume" if "Resume" in line else "PoolTrust") in a.refusal(), "what it says with " + line)
        a.close()
    found = audit(host, "unvouched")
    equal((found["why"], found["node"]), ("trust", "login1"), "the event of a node that is not trusted")
    # Another user's line is not alice's.
    be("login2", "PoolVouch key %s\nMatch User bob\n\tPoolResume no\n\tPoolTrust none\n" % KEYS)
    f, _ = framed(host)
    equal(challenged(f)[1], "login2", "the challenge with lines for bob")
    f.kill()
    # Changed between the challenge and the voucher.
    f, _ = framed(host)
    c = challenged(f)
    be("login2", "PoolVouch key %s\nPoolResume no\n" % KEYS)
    f.send(VOUCHER, sealed(claim(c, uid=host.ids("alice")[0])))
    equal(verdict(f)[0], False, "the verdict")
    wait_until(lambda: host.syslog.find("event=unvouched .*why=policy"), "the event with why=policy")
    f.kill()


def test_used_twice(host):
    """A voucher is good on one connection, for one answer."""
    keys()
    be("login2")
    uid = host.ids("alice")[0]
    first, _ = framed(host)
    voucher = sealed(claim(challenged(first), uid=uid))
    first.send(VOUCHER, voucher)
    equal(verdict(first), (True, ""), "the first time")
    first.send(VOUCHER, voucher)
    equal(first.wait_end(), (ERROR, PROTOCOL, "malformed or unexpected frame"), "the second time")
    second, _ = framed(host)
    challenged(second)
    second.send(VOUCHER, voucher)
    equal(verdict(second)[0], False, "on another connection")
    equal(audit(host, "unvouched")["why"], "nonce", "why")
    # By itself, without holdfast-resume: the helper has forgotten the nonce, and ends.
    b = Inside(host, other_key())
    b.open(OP_CHALLENGE)
    b.send(typed(HOP, hop()))
    kind, f = b.answer()
    equal(kind, CHALLENGE, "the answer to CHALLENGE")
    voucher = typed(VOUCHER, sealed(claim(read_challenge(f), uid=uid)))
    b.send(voucher)
    kind, f = b.answer()
    equal((kind, f.take("?")), (ANSWER, True), "the verdict")
    b.send(voucher)
    equal(b.receive(), None, "the answer to a second one")
    second.kill()
    b.close()


def test_another_process_sends_it(host):
    """Not even a child of the one that was challenged."""
    keys()
    be("login2")
    b = Inside(host, other_key())
    b.open(OP_CHALLENGE)
    b.send(typed(HOP, hop()))
    c = read_challenge(b.answer()[1])
    b.say("child", typed(VOUCHER, sealed(claim(c, uid=host.ids("alice")[0]))))
    kind, f = b.answer()
    equal((kind, f.take("?")), (ANSWER, False), "the verdict")
    equal(audit(host, "unvouched")["why"], "caller", "why")
    equal([n for n in os.listdir("/run/holdfast/logins") if n.endswith(".hop")], [], "what was vouched for")
    b.close()


def test_too_late(host):
    """After 30 seconds no voucher is taken.  (Takes that long.)"""
    keys()
    be("login2")
    f, _ = framed(host)
    c = challenged(f)
    wait_until(lambda: host.syslog.find("event=unvouched .*why=late"), "the event", 60)
    f.send(VOUCHER, sealed(claim(c, uid=host.ids("alice")[0])))
    ok, words = verdict(f)
    check(not ok and "too late" in words, words)
    f.kill()


def test_who_gets_a_signature(host):
    """The login's own processes, and no others of the same user; a login that came over another node gets none."""
    keys()
    be("login1")
    c = typed(CHALLENGE, b"\x44" * 32 + string("login2") + bytes(16))
    good = typed(HOP, hop())
    a = Inside(host)
    a.open(OP_SIGN)
    a.send(good, c)
    equal(a.answer()[0], VOUCHER, "the answer to the login itself")
    # The same ticket, from a process that is no part of that login, and of a sandbox in it.
    outside = Inside(host, argv=["env", "HOLDFAST_TICKET=" + a.ticket.hex()])
    outside.open(OP_SIGN)
    outside.send(good, c)
    check("does not belong" in outside.refusal(), "outside")
    outside.close()
    other = Inside(host, other_key())
    other.open(OP_SIGN, a.ticket)
    other.send(good, c)
    check("does not belong" in other.refusal(), "another login of the user")
    bob = Inside(host, user="bob")
    bob.open(OP_SIGN, a.ticket)
    bob.send(good, c)
    check("another user" in bob.refusal(), "another user")
    bob.close()
    # What does not fit.
    for name, h, ch in (
            ("another node's name", typed(HOP, hop("login3")), c),
            ("another pool", typed(HOP, hop(pool="cluster2")), c),
            ("itself", good, typed(CHALLENGE, bytes(32) + string("login1") + bytes(16))),
            ("nobody", good, typed(CHALLENGE, bytes(32) + string("") + bytes(16)))):
        a.open(OP_SIGN)
        a.send(h, ch)
        check(a.refusal(), name)
    for name, messages in (
            ("cut", [good[:-1], c]), ("longer", [good + b"\0", c]), ("in another order", [c, good]),
            ("empty", [good, b"\x8b"]), ("a challenge that is cut", [good, c[:-1]]),
            ("a challenge that is longer", [good, c + b"\0"]), ("much longer", [good + bytes(60000), c]),
            ("a node's name that is too long", [typed(HOP, hop("n" * 64)), c]),
            ("no node's name", [typed(HOP, hop("a/b")), c])):
        a.open(OP_SIGN)
        a.send(*messages)
        equal(a.refusal(), "unknown request", name)
    # A login that has come over another node.
    be("login2")
    other.open(OP_CHALLENGE)
    other.send(typed(HOP, hop()))
    other.send(typed(VOUCHER, sealed(claim(read_challenge(other.answer()[1]), uid=host.ids("alice")[0]))))
    equal(other.answer()[0], ANSWER, "the answer to the voucher")
    other.open(OP_SIGN)
    other.send(typed(HOP, hop("login2")), typed(CHALLENGE, b"\x44" * 32 + string("login3") + bytes(16)))
    check("come over another node" in other.refusal(), "a second hop")
    other.close()
    a.close()


def test_no_pool_no_vouching(host):
    """Nothing is asked, and nothing is taken, where holdfast.conf does not say so, or the key is not root's alone."""
    keys()
    for name, make in (("no pool", lambda: write(CONF, "")), ("PoolVouch no", lambda: be("login2", "")),
                       ("another pool", lambda: be("login2", pool="cluster2")), ("this node itself", lambda: be("login1"))):
        make()
        f, _ = framed(host)
        equal(challenged(f), (bytes(32), "", bytes(16)), "the challenge with %s" % name)
        check(attach(f), "no session")
        f.kill()
    check(not host.syslog.find("event=unvouched"), "an event for a voucher that there was not")
    be("login2")
    os.chmod(KEYS, 0o640)
    f, _ = framed(host)
    f.send(VOUCHER, sealed(claim(challenged(f), uid=host.ids("alice")[0])))
    ok, words = verdict(f)
    check(not ok and "could not be checked" in words, words)
    equal(audit(host, "unvouched")["why"], "trouble", "why")
    check(host.syslog.find(re.escape(KEYS) + ".*expected a file of root's with mode 0600"), "the log does not say why")
    f.kill()
    be("login1")
    a = Inside(host)
    a.open(OP_SIGN)
    a.send(typed(HOP, hop()), typed(CHALLENGE, bytes(32) + string("login2") + bytes(16)))
    check("cannot vouch" in a.refusal(), "what it says")
    a.close()


def test_hostile_frames(host):
    """HOP and HOP_VOUCHER that are cut, too long, twice, or not expected end the connection with ERROR."""
    keys()
    be("login2")
    malformed = (ERROR, PROTOCOL, "malformed or unexpected frame")
    for name, body in (("cut", hop()[:-1]), ("longer", hop() + b"\0"), ("two hops", hop(hops=2)), ("no hop", hop(hops=0)),
                       ("a long name", hop("n" * 64)), ("no name", hop("")), ("a long pool", hop(pool="p" * 33)),
                       ("a bad session", hop(unique="123")), ("nothing", b"")):
        f, _ = framed(host)
        f.send(HOP, body)
        equal(f.wait_end(), malformed, name)
        f.kill()
    f, _ = framed(host)
    f.send(VOUCHER, string("") * 3)
    equal(f.wait_end(), malformed, "a voucher that nobody has asked for")
    f.kill()
    f, _ = framed(host)
    challenged(f)
    f.send(HOP, hop())
    equal(f.wait_end(), malformed, "HOP twice")
    f.kill()
    for name, body in (("cut", sealed(b"claim")[:-1]), ("longer", sealed(b"claim") + b"\0"),
                       ("a long claim", sealed(b"c" * 1025)), ("a long code", sealed(b"c", mac=b"m" * 4097)),
                       ("a long method", sealed(b"c", method="m" * 33)), ("half of one", string("") + string("c") * 2)):
        f, _ = framed(host)
        challenged(f)
        f.send(VOUCHER, body)
        equal(f.wait_end(), malformed, name)
        f.kill()
    # Bytes that no claim begins with, signed: who has the key can send them too.
    for i in range(12):
        f, _ = framed(host)
        challenged(f)
        f.send(VOUCHER, sealed(os.urandom(1 + i * 90)))
        equal(verdict(f)[0], False, "random bytes")
        f.kill()
    # A login that knows nothing of this goes on.
    f, _ = framed(host)
    check(attach(f), "no session")
    f.kill()


def test_keys_can_be_changed(host):
    """A new key behind the old one, then before it, then alone: no moment at which a voucher is refused for that."""
    old, new = SECRET, b"\x55" * 32
    be("login2")
    uid = host.ids("alice")[0]
    for text, goes in (("old %s\n" % old.hex(), "old"), ("old %s\nnew %s\n" % (old.hex(), new.hex()), "old new"),
                       ("new %s\nold %s\n" % (new.hex(), old.hex()), "old new"), ("new %s\n" % new.hex(), "new")):
        keys(text)
        for name, secret in (("old", old), ("new", new)):
            f, _ = framed(host)
            f.send(VOUCHER, sealed(claim(challenged(f), uid=uid), secret, name))
            equal(verdict(f)[0], name in goes.split(), "%s with %s" % (name, goes))
            f.kill()


def test_what_was_vouched_for_goes_with_the_login(host):
    """The file beside the record is root's, and is swept when the login has gone."""
    keys()
    be("login2")
    f, _ = framed(host)
    f.send(VOUCHER, sealed(claim(challenged(f), uid=host.ids("alice")[0])))
    equal(verdict(f), (True, ""), "the verdict")

    def files():
        return [n for n in os.listdir("/run/holdfast/logins") if n.endswith(".hop")]
    equal(len(files()), 1, "files")
    st = os.stat("/run/holdfast/logins/" + files()[0])
    equal((st.st_uid, st.st_mode & 0o7777), (0, 0o600), "its owner and mode")
    f.kill()
    wait_until(lambda: host.records() == files(), "the login's record has gone", 20)
    host.holdfastd.send_signal(signal.SIGHUP)
    wait_until(lambda: not files(), "the sweeper has removed it", 20)
