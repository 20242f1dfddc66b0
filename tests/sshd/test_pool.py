# SPDX-License-Identifier: MIT
"""Root's part of a pool of login nodes: what is told to holdfast-pool, who may ask, lists and names, and what is not done."""
import json
import os
import re
import socket
import struct
import subprocess
import time

from host import by_hand
from pooled import ATTACHED, CONF, DIRECTORY, DROPPED, GONE, MEMBERS, NODE, TELL, UID, USER, Pooled, configure, entry
from template import write
from term import check, equal, wait_until
from test_answers import CTL
from test_watch import cpu_ns


RENAMES = """import socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("/run/holdfast/sessions/%s/%s/sock" % (sys.argv[1], sys.argv[2]))
for n in range(int(sys.argv[3])):
    name = b"name%d" % n
    s.send(bytes([6]) + struct.pack(">I", len(name)) + name)
    s.recv(4096)
"""


def rename(host, times):
    """The keeper of alice's session gives it the names name0, name1 …, TIMES of them."""
    r = host.as_user("alice", ["python3", "-c", RENAMES, str(host.ids("alice")[0]), str(host.session()["id"]), str(times)],
                     text=True)
    equal((r.returncode, r.stderr), (0, ""), "renaming")
    equal(host.session()["name"], "name%d" % (times - 1), "the name")


def root(*args):
    return subprocess.run([CTL, *args], capture_output=True, text=True, timeout=60)


def test_told(host):
    """A session is told when it starts, is dropped, resumed, renamed, and when it has ended."""
    configure()
    pool = Pooled()
    t = host.login()
    kind, e = pool.wait(lambda k, e: k == TELL and (k, e), "the new session is told")
    s = host.session()
    equal({k: e[k] for k in ("user", "node", "address", "id", "name", "state", "kind", "rows", "cols", "term", "program", "hops")},
          {"user": "alice", "node": "login1", "address": "server", "id": s["id"], "name": "", "state": ATTACHED, "kind": 1,
           "rows": 24, "cols": 80, "term": "xterm-256color", "program": "", "hops": 0}, "the entry")
    check(re.fullmatch("[0-9a-f]{16}", e["unique"]) and any(e["identity"]), "its unique id, and an identity")
    with open("/proc/sys/kernel/random/boot_id") as f:
        equal(e["boot"].hex(), f.read().strip().replace("-", ""), "the boot id")
    equal((e["created_ms"], e["lost_ms"]), (s["created_ms"], 0), "times")
    marked = host.mark(t)
    host.drop(t)
    _, d = pool.wait(lambda k, e: k == TELL and e["state"] == DROPPED and (k, e), "the drop is told")
    s = host.session()
    equal((d["unique"], d["changed_ms"], d["lost_ms"]), (e["unique"], s["changed_ms"], s["changed_ms"]), "times of the drop")
    check(d["lost_used_ms"] <= d["lost_ms"], "the last use")
    host.ctl("alice", "rename", str(s["id"]), "work")
    pool.wait(lambda k, e: k == TELL and e["name"] == "work", "the name is told")
    t2 = host.ssh()
    marked.same(t2)
    pool.wait(lambda k, e: k == TELL and e["state"] == ATTACHED and e["lost_ms"], "the resume is told")
    count = len(pool.told)
    for _ in range(5):
        t2.line("echo $((6 * 7))")
        t2.wait_for("42")
    equal(len(pool.told), count, "typing is not told")
    t2.line("exit 3")
    equal(t2.wait_exit(), 3, "status")
    pool.wait(lambda k, e: k == GONE and e == {"unique": d["unique"], "user": "alice"}, "the end is told")


def test_killed_keeper(host):
    """The next keeper tells on, and so does an upgraded one."""
    configure()
    pool = Pooled()
    t = host.login()
    pool.wait(lambda k, e: k == TELL, "told")
    os.kill(host.session()["keeper_pid"], 9)
    wait_until(lambda: host.ctl("alice", "ls").returncode == 0 and host.session()["state"] == "attached", "the next keeper")
    count = len(pool.told)
    host.drop(t)
    pool.wait(lambda k, e: len(pool.told) > count and e["state"] == DROPPED, "the next keeper tells the drop")


def test_flood(host):
    """A user who has a session renamed as often as it goes: told some times a minute, and in the end as it is."""
    configure()
    pool = Pooled()
    host.login()
    pool.wait(lambda k, e: k == TELL, "told")
    begin, before = time.monotonic(), len(pool.told)
    rename(host, 500)
    pool.wait(lambda k, e: e["name"] == "name499", "the last name is told")
    seconds, count = time.monotonic() - begin, len(pool.told) - before
    check(count <= 8 + seconds / 2 + 1, "told %d times in %.1f s" % (count, seconds))


def test_full(host):
    """holdfast-pool hangs, and its queue is full: no leader waits or spins, and all is told when it reads again."""
    configure()
    pool = Pooled()
    t = host.login()
    pool.wait(lambda k, e: k == TELL, "told")
    pool.be_deaf()
    rename(host, 8)
    leader = host.leader_of(host.session())
    before = cpu_ns(leader)
    time.sleep(2)
    check(cpu_ns(leader) - before < 50e6, "the leader has used %d ms of processor time" % ((cpu_ns(leader) - before) / 1e6))
    t.line("echo $((6 * 7))")
    t.wait_for("42")
    pool.deaf = False
    pool.wait(lambda k, e: e.get("name") == "name7", "the last name is told")


def test_show_program(host):
    configure("PoolShow program\n")
    pool = Pooled()
    t = host.login()
    t.line("sleep 1000")
    wait_until(lambda: host.session()["program"] == "sleep", "sleep is in front")
    host.drop(t)
    pool.wait(lambda k, e: k == TELL and e["state"] == DROPPED and e["program"] == "sleep", "the program is told")


def test_apart(host):
    """A session of `holdfastctl run`, which no login resumes by itself, has no identity for other nodes either."""
    configure()
    pool = Pooled()
    host.ssh_run(args=["holdfastctl run -n job -- sleep 1000"])
    pool.wait(lambda k, e: k == TELL and e["name"] == "job" and e["state"] == DROPPED and not any(e["identity"]), "told")


def test_held(host):
    """holdfast-pool asks for all again: its user and root may, and no other."""
    configure()
    t = host.login()
    host.drop(t)
    host.login("bob")
    pool = Pooled()
    equal(pool.told, [], "nobody tells without an event")
    equal(pool.held()[-1], 11, "HELD_IS")
    wait_until(lambda: {v.get("user") for k, v in pool.told if k == TELL} == {"alice", "bob"}, "both are told again")
    wait_until(lambda: (NODE, {"drained": 0}) in pool.told, "the node is told")
    count = len(pool.told)
    answers = [a for a in pool.held(times=4) if a != 6]
    check(answers.count(2) >= 2 and set(answers) <= {2, 11}, "all is told once in two seconds: %s" % answers)
    equal(pool.held(host.ids("alice")[0])[-1], 2, "REFUSED for a user")
    equal(pool.held(0)[-1], 11, "HELD_IS for root")
    wait_until(lambda: len(pool.told) >= count + 3, "and all are told")
    equal(root("drain").returncode, 0, "drain")
    wait_until(lambda: pool.told[-1] == (NODE, {"drained": 1}), "drained")
    pool.held()
    wait_until(lambda: [v for k, v in pool.told if k == NODE][-1] == {"drained": 1}, "drained, at HELD")
    root("drain", "--off")
    wait_until(lambda: [v for k, v in pool.told if k == NODE][-1] == {"drained": 0}, "not any more")


def test_configured_later(host):
    """Sessions that began before there was a pool are told when holdfast-pool comes."""
    t = host.login()
    host.drop(t)
    configure()
    pool = Pooled()
    pool.held()
    pool.wait(lambda k, e: k == TELL and e["state"] == DROPPED and e["node"] == "login1", "told")


def test_nothing_without_a_pool(host):
    """No Pool line, or no holdfast-pool: nobody is asked or told, and no line is said."""
    pool = Pooled()
    t = host.login()
    host.drop(t)
    t = host.ssh()
    t.prompt()
    equal((pool.told, pool.asked), ([], []), "without a Pool line")
    r = host.ctl("alice", "pool")
    check(r.returncode == 1 and "belongs to no pool" in r.stderr, r.stderr)
    equal(pool.asked, [], "nor is it asked")
    configure("PoolResume no\n")
    t.line("exit")
    t.wait_exit()
    host.login()
    equal(pool.asked, [], "PoolResume no")


def test_asked(host):
    """A login asks for its user's sessions, once, when it would resume by itself; others' are no answer."""
    configure()
    pool = Pooled()
    t = host.login()
    equal(pool.asked, [(USER, "alice")], "asked")
    host.drop(t)
    pool.asked.clear()  # holdfastctl ls asks too
    host.ssh().prompt()
    equal(pool.asked, [(USER, "alice")], "asked again")
    pool.entries = [entry("login2", 3, user="bob", name="secret"), entry("login2", 4, name="mine")]
    r = host.ctl("alice", "ls", "--json")
    equal([e["name"] for e in json.loads(r.stdout)["elsewhere"]], ["mine"], "alice's")
    equal(pool.asked[-1], (USER, "alice"), "with her own name, whatever she sends")
    check(all(u in ("alice", "") for _, u in pool.asked), pool.asked)
    # The socket itself is root's, and the daemon's.
    r = host.as_user("alice", ["python3", "-c", "import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); "
                               "s.connect('%s/ask')" % DIRECTORY], text=True)
    check(r.returncode == 1 and "Permission" in r.stderr, r.stderr)


@by_hand
def test_slow_or_silent(host):
    """A holdfast-pool that hangs costs a login 50 ms, and not its session."""
    configure()
    host.start()
    pool = Pooled()
    t = host.login()
    marked = host.mark(t)
    host.drop(t)
    pool.silent = True
    t = host.ssh()
    marked.same(t)
    host.drop(t)
    # A socket that nobody serves, and one that is not there.
    for s in pool.sockets.values():
        s.close()
    t = host.ssh()
    marked.same(t)
    host.drop(t)
    os.unlink(DIRECTORY + "/ask")
    t = host.ssh()
    marked.same(t)
    t.line("exit 4")
    equal(t.wait_exit(), 4, "a new session after the end")
    host.login()


def test_planted(host):
    """What another user has put there, or a link, is not connected to."""
    configure()
    pool = Pooled()
    other = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    other.bind("/run/other")
    os.chown("/run/other", UID, UID)
    os.unlink(DIRECTORY + "/told")
    os.symlink("/run/other", DIRECTORY + "/told")
    other.settimeout(0.2)
    host.login()
    try:
        other.recv(4096)
        check(False, "a link was followed")
    except socket.timeout:
        pass
    os.chown(DIRECTORY, *host.ids("alice")[:2])
    equal(pool.held(host.ids("alice")[0])[-1], 11, "its owner is its user")
    r = root("pool")
    check(r.returncode == 1, "the socket in it is not its owner's: %s" % r.stdout)


def test_lists(host):
    """pool, ls with the column NODE, --local, --json; a name is not given twice."""
    configure()
    pool = Pooled()
    pool.entries = [entry("login1", 1, name="here"), entry("login2", 5, name="work", program="vim"),
                    entry("login3", 2, state=ATTACHED, rows=50, cols=132)]
    now = int(time.time() * 1000)
    pool.members = [{"node": n, "address": n + ".example", "boot": b"\2" * 16, "version": "0.1.0", "drained": n == "login3",
                     "sessions": i, "seen_ms": now} for i, n in enumerate(("login1", "login2", "login3"))]
    t = host.login()
    r = host.ctl("alice", "ls")
    rows = [line.split() for line in r.stdout.splitlines()]
    equal(rows[0][:4], ["NODE", "ID", "NAME", "STATE"], "the head")
    equal([row[:1] + row[1:4] for row in rows[1:]],
          [["login1", "1", "-", "attached"], ["login2", "5", "work", "dropped"], ["login3", "2", "-", "attached"]], "the rows")
    check("132x50" in r.stdout and "vim" in r.stdout, r.stdout)
    equal(r.stderr, "", "no warning")
    check("NODE" not in host.ctl("alice", "ls", "--local").stdout, "--local")
    both = json.loads(host.ctl("alice", "ls", "--json").stdout)
    equal((both["node"], [(e["node"], e["id"], e["name"]) for e in both["elsewhere"]], both["elsewhere_current"]),
          ("login1", [("login2", 5, "work"), ("login3", 2, "")], True), "--json")
    check("elsewhere" not in json.loads(host.ctl("alice", "ls", "--json", "--local").stdout), "--json --local")
    check("login2" in root("ls", "-u", "alice").stdout and "login2" not in root("ls", "-a").stdout, "root's")
    r = host.ctl("alice", "pool")
    equal(r.returncode, 0, "the status of pool: %s" % r.stderr)
    check(re.search(r"^pool main, this node is login1$", r.stdout, re.M), r.stdout)
    check(re.search(r"^\* login1 +login1.example +ok +0 ", r.stdout, re.M), r.stdout)
    check(re.search(r"^  login3 +login3.example +drained +2 ", r.stdout, re.M), r.stdout)
    equal([(m["node"], m["here"], m["drained"]) for m in json.loads(root("pool", "--json").stdout)["members"]],
          [("login1", True, False), ("login2", False, False), ("login3", False, True)], "root's pool --json")
    r = host.ctl("alice", "rename", "1", "work")
    check(r.returncode == 1 and "session 5 on login2 already has the name work" in r.stderr, r.stderr)
    equal(host.ctl("alice", "rename", "1", "mail").returncode, 0, "a free name")
    t.line("holdfastctl run -n work -- true")
    t.wait_for("session 5 on login2 already has the name work")
    pool.health.update(store=2, since_ms=now - 90000, text="no endpoint answers")
    r = host.ctl("alice", "ls")
    check("has not answered for 1m" in r.stderr, r.stderr)
    r = host.ctl("alice", "pool")
    check("has not answered for 1m" in r.stdout and "no endpoint answers" in r.stdout, r.stdout)
    check(not json.loads(host.ctl("alice", "ls", "--json").stdout)["elsewhere_current"], "not current")


def test_elsewhere(host):
    """A session that cannot be reached on its node: a new one here, with one line; the local one, where there is one."""
    configure()
    pool = Pooled()
    t = host.login()
    _, e = pool.wait(lambda k, e: k == TELL and (k, e), "told")
    t.line("exit")
    t.wait_exit()
    host.wait_none()
    pool.entries = [entry("login2", 3, name="work", identity=e["identity"])]
    t = host.ssh()
    t.wait_for(r"holdfast: your session work \(3\) is on login2, [^\r]*; this is a new one")
    t.prompt()
    marked = host.mark(t)
    host.drop(t)
    # As new as it may be: the other one, which cannot be reached, was used later.
    later = int(time.time() * 1000) + 3600000
    pool.entries = [entry("login2", 3, name="work", identity=e["identity"], changed_ms=later, activity_ms=later, lost_ms=later,
                          lost_heard_ms=later, lost_used_ms=later)]
    t = host.ssh()
    marked.same(t)
    check("this is a new one" not in t.text(), "no line where a session is resumed")


def test_doctor(host):
    """Each piece of a pool that is missing is named, with the line that mends it."""
    def found(user="root"):
        r = host.ctl(user, "doctor", "--json")
        return {f["id"]: (f["level"], f.get("fix", "")) for f in json.loads(r.stdout)["findings"] if f["id"].startswith("pool")}

    equal(found(), {}, "without a pool")
    write(CONF, "Pool main\nPoolAddress localhost\nPoolTLS /etc/holdfast/none.pem\nPoolVouch key /etc/holdfast/keys\n")
    f = found()
    for name, fix in (("pool.directory", "PoolDirectory etcd"), ("pool.address", "PoolAddress"), ("pool.files", "put that file"),
                      ("pool.vouch", "copy the pool's file"), ("pool.daemon", "holdfast-pool")):
        check(f.get(name, ("", ""))[0] == "problem" and fix in f[name][1], "%s: %s" % (name, f))
    write("/etc/holdfast/keys", "k 00\n")
    os.chmod("/etc/holdfast/keys", 0o644)
    configure("PoolVouch key /etc/holdfast/keys\nPoolResume no\n")
    pool = Pooled()
    f = found()
    check("chmod 0600" in f["pool.vouch"][1] and "PoolResume yes" in f["pool.resume"][1], f)
    equal(f["pool.store"], ("ok", ""), "the directory")
    pool.health["skipped"] = 2
    equal(found("alice")["pool.store"][0], "warn", "entries that are not valid")
    pool.health["store"] = 2
    equal(found("alice")["pool.store"][0], "problem", "away")
    pool.silent = True
    equal(found("alice")["pool.daemon"][0], "problem", "hangs")
