# SPDX-License-Identifier: MIT
"""Events: journald's fields, the store, holdfastctl events."""
import json
import os
import re
import socket
import struct
import subprocess
import threading
import time

from laptop import Laptop
from template import write
from term import check, equal, next_millisecond, wait_until
from test_client import client, cut
from test_picker import resume
from test_policy import become_bob

EVENTS = "/var/lib/holdfast/events"
CTL = "/usr/bin/holdfastctl"
NEW = ["-o", "SetEnv=LC_HOLDFAST=new"]


class Journald(threading.Thread):
    """Journald's two sockets, in the place of /dev/log: .entries are fields, .lines what came as syslog(3) sends it."""

    def __init__(self):
        super().__init__(daemon=True)
        self.entries, self.lines = [], []
        os.makedirs("/run/systemd/journal", exist_ok=True)
        os.unlink("/dev/log")
        os.symlink("/run/systemd/journal/dev-log", "/dev/log")
        self.native, self.syslog = self.bind("socket"), self.bind("dev-log")
        self.start()
        threading.Thread(target=self.read_syslog, daemon=True).start()

    @staticmethod
    def bind(name):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind("/run/systemd/journal/" + name)
        os.chmod("/run/systemd/journal/" + name, 0o666)
        return s

    @staticmethod
    def parse(data):
        """As journald-native.c: NAME=value, or NAME, the length in 64 bits, and the value."""
        fields = {}
        while data:
            line, _, rest = data.partition(b"\n")
            if b"=" in line:
                name, _, value = line.partition(b"=")
                data = rest
            else:
                size = struct.unpack_from("<Q", rest)[0]
                name, value = line, rest[8:8 + size]
                equal(rest[8 + size:9 + size], b"\n", "what ends a field")
                data = rest[9 + size:]
            check(name not in fields and re.fullmatch(rb"[A-Z][A-Z0-9_]{0,63}", name), "a field %r" % name)
            fields[name.decode()] = value.decode("utf-8", "surrogateescape")
        return fields

    def run(self):
        while True:
            self.entries.append(self.parse(self.native.recv(65536)))

    def read_syslog(self):
        while True:
            self.lines.append(self.syslog.recv(65536).decode("utf-8", "replace"))

    def find(self, **want):
        return [e for e in list(self.entries) if all(e.get(k) == v for k, v in want.items())]


def events(host, *args, user=None):
    """What `holdfastctl events --json` prints to USER, or to root."""
    argv = [CTL, "events", "--json", *args]
    out = host.as_user(user, argv).stdout if user else subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout
    found = [json.loads(line) for line in out.splitlines()]
    for e in found:
        equal(e["schema"], 1, "the version of the schema")
    return found


def names(found):
    return [e["event"] for e in found]


def test_journal_and_store(host):
    """One entry an event, with fields and the same line, and none by syslog; the store has the same."""
    journald = Journald()
    t = host.login()
    host.ctl("alice", "rename", "1", "work")
    host.drop(t)
    wait_until(lambda: journald.find(HOLDFAST_EVENT="drop"), "the entry of the drop")
    t = host.login()
    # A name with a newline and what looks like a field is a value, and nothing else.
    subprocess.run(["python3", "-c", "import os\nopen('/proc/self/comm', 'w').write('x\\nPRIORITY=0')\nos.kill(%d, 15)"
                    % host.session()["keeper_pid"]], check=True)
    t.wait_exit()
    e = wait_until(lambda: journald.find(HOLDFAST_EVENT="end"), "the entry of the end")[0]
    uid = str(host.ids("alice")[0])
    want = {"HOLDFAST_USER": "alice", "HOLDFAST_UID": uid, "HOLDFAST_SESSION": "1", "HOLDFAST_NAME": "work",
            "HOLDFAST_ADDRESS": "127.0.0.1", "HOLDFAST_BY_UID": "0", "HOLDFAST_BY_PROGRAM": "x\nPRIORITY=0",
            "HOLDFAST_EVENTS_VERSION": "1", "PRIORITY": "6", "SYSLOG_FACILITY": "10", "SYSLOG_IDENTIFIER": "holdfastd"}
    equal({k: e.get(k) for k in want}, want, "fields of %s" % e)
    check(re.fullmatch(r"[0-9a-f]{16}", e["HOLDFAST_UNIQUE"]), "the unique id: %s" % e)
    check(e["MESSAGE"].startswith("event=end user=alice uid=%s session=1 unique=%s name=work address=127.0.0.1 key=SHA256:"
                                  % (uid, e["HOLDFAST_UNIQUE"])), e["MESSAGE"])
    check(r"by-program=x\012PRIORITY\0750" in e["MESSAGE"], e["MESSAGE"])
    equal([x["HOLDFAST_EVENT"] for x in journald.entries], ["create", "drop", "resume", "end"], "entries")
    equal([x for x in journald.lines if "event=" in x] + host.syslog.find("event="), [], "the same by syslog")
    check([x for x in journald.lines if "PAM" in x or "pam" in x], "other lines go by syslog: %s" % journald.lines)
    wait_until(lambda: "end" in names(events(host, user="alice")), "the end in the store")
    mine = events(host, user="alice")
    equal(names(mine), ["create", "drop", "resume", "end"], "events of alice")
    equal([(e["user"], e["uid"], e["session"], e["address"]) for e in mine], [("alice", int(uid), 1, "127.0.0.1")] * 4, "whose")
    equal(len({e["unique"] for e in mine}), 1, "unique ids")
    equal([e["seq"] for e in mine], [1, 2, 3, 4], "numbers")
    equal(mine[2]["chose"], "only", "how the session was chosen")
    equal([e.get("name") for e in mine][1:], ["work"] * 3, "names")


def test_whose_events(host):
    """A user sees the own ones; root those of all and of the host; by session, and since a time."""
    t = host.login()
    host.ssh_run(user="bob", args=["true"])
    b = host.login(user="bob")
    subprocess.run([CTL, "drain"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([CTL, "drain", "--off"], check=True, stdout=subprocess.DEVNULL)
    host.drop(b, user="bob")
    wait_until(lambda: "drop" in names(events(host, user="bob")), "the drop in the store")
    equal({e["user"] for e in events(host, user="alice")}, {"alice"}, "users that alice sees")
    everybody = events(host, "--all")
    equal([e.get("user") for e in everybody], ["alice", "bob", None, None, "bob"], "all, by time")
    equal([e.get("state") for e in everybody if e["event"] == "drain"], ["on", "off"], "of the host")
    equal(everybody[2]["by_uid"], 0, "by whom")
    equal(names(events(host, "-u", "bob", "1")), ["create", "drop"], "of bob's session")
    equal(events(host, "-u", "bob", "--since", "2099-01-01"), [], "of the future")
    unique = everybody[0]["unique"]
    equal(len(events(host, "-a", unique)), 1, "by the unique id")
    equal(len(events(host, "-a", "--since", "1h")), 5, "of the last hour")
    for args, status, text in ((["-a"], 1, "events --all is for root"), (["-u", "bob"], 1, "for root"),
                               (["--since", "soon"], 2, "--since takes 1d"), (["1", "2"], 2, "events takes one at most"),
                               (["7"], 3, "no event of a session 7")):
        done = host.as_user("alice", [CTL, "events", *args])
        equal(done.returncode, status, "status of %s" % args)
        check(text in done.stderr.decode(), "%s: %s" % (args, done.stderr))
    out = host.as_user("alice", [CTL, "events"]).stdout.decode()
    check(re.search(r"^\w+ [ \d]\d \d\d:\d\d:\d\d create +1 - +127\.0\.0\.1 +version=\S+$", out, re.M), "as a table: %r" % out)
    equal(host.as_user("carol", [CTL, "events"]).stdout, b"", "of a user without any")
    # Nobody reads the files but by holdfastd.
    done = host.as_user("alice", ["cat", "%s/%d" % (EVENTS, host.ids("alice")[0])])
    check(done.returncode != 0, "alice can open the file")
    t.close()


def test_how_chosen_and_why_gone(host):
    """chose= of each way into a session, why= of each way out."""
    def ends_with(*want):
        """The latest events, with their reasons."""
        wait_until(lambda: [(e["event"], e.get("chose", e.get("why"))) for e in events(host, user="alice")][-len(want):] ==
                   list(want), "events %s: %s" % (want, events(host, user="alice")))
    t = host.login()
    t.line("holdfastctl detach")
    ends_with(("create", None), ("drop", "detach"))
    t.line("exit")
    t.wait_exit()
    t = host.login()
    ends_with(("resume", "only"))
    os.kill(host.named("holdfast-login")[0], 9)
    ends_with(("drop", "process"))
    t.line("exit")
    t.wait_exit()
    # Two, of different sizes.
    small = host.login(options=NEW, size=(20, 70))
    host.drop(small, count=2)
    check(events(host, user="alice")[-1]["why"] in ("closed", "lost"), "a client that was killed: %s" % events(host)[-1:])
    t = host.login(size=(24, 80))
    ends_with(("resume", "window"))
    host.drop(t, count=2)
    t = host.login(size=(50, 170))
    ends_with(("resume", "latest"))
    two = host.login(options=["-o", "SetEnv=LC_HOLDFAST=%d" % host.session(state="attached")["id"]])
    ends_with(("take", "name"), ("leave", "taken"))
    for pid in host.sshd_of("alice", "monitor") + host.sshd_of("alice", "user"):
        os.kill(pid, 9)
    two.wait_exit()
    wait_until(lambda: events(host, user="alice")[-1]["event"] == "drop", "the drop")
    check(events(host, user="alice")[-1]["why"] in ("sshd", "lost"), "an sshd that was killed: %s" % events(host)[-1:])


def latest(host, event, key):
    """What KEY is in the latest EVENT of alice's, or None."""
    found = [e for e in events(host, user="alice") if e["event"] == event]
    return found[-1].get(key) if found else None


def wait_latest(host, event, **want):
    (key, value), = want.items()
    wait_until(lambda: latest(host, event, key) == value,
               lambda: "%s with %s=%s: %s" % (event, key, value, events(host, user="alice")[-6:]))


def test_chosen_next(host):
    """The best one cannot be had: here because another user's shell is in front in it."""
    write("/etc/holdfast/holdfast.conf", "ElevatedTimeout 0\n")
    other = host.login()
    best = host.login(options=NEW)
    numbers = [s["id"] for s in sorted(host.sessions(), key=lambda s: s["id"])]
    become_bob(host, best)
    host.drop(other)
    next_millisecond()
    best.run("true")
    host.drop(best, 2)
    wait_until(lambda: time.time() * 1000 > max(s["changed_ms"] for s in host.sessions()) + 100, "some time is over")
    t = host.login()
    equal(t.ask("$HOLDFAST_SESSION"), str(numbers[0]), "the session")
    wait_latest(host, "resume", chose="next")
    equal((latest(host, "refuse", "why"), latest(host, "refuse", "session")), ("elevated", numbers[1]), "the best one")


def test_chosen_picked(host):
    """From the list that ssh -t host -s resume shows."""
    terms = [host.login(options=NEW) for _ in range(2)]
    for n, t in enumerate(terms):
        host.drop(t, n + 1)
    t = resume(host)
    t.send("2\r")
    t.wait_for("resumed session")
    wait_latest(host, "resume", chose="picked")
    equal(latest(host, "resume", "session"), 2, "the session")


def test_chosen_stream(host):
    """The client comes back by itself."""
    t = client(host).prompt()
    marked = host.mark(t)
    cut(host)
    marked.same(t)
    wait_latest(host, "resume", chose="stream")


def test_gone_with_the_line(host):
    """Nothing comes back any more: sshd gives up; or another login is faster than sshd."""
    host.configure_sshd("ClientAliveInterval 1\nClientAliveCountMax 3\n")
    laptop = Laptop()
    laptop.login(host).run("true")
    laptop.cut()
    wait_latest(host, "drop", why="timeout")
    host.configure_sshd("")
    laptop.mend()
    t = laptop.login(host)
    wait_latest(host, "resume", chose="only")
    t.run("true")
    laptop.calm()
    laptop.cut()
    laptop.calm()
    host.login()
    wait_until(lambda: "stale" in (latest(host, "leave", "why"), latest(host, "drop", "why")),
               lambda: "stale: %s" % events(host, user="alice")[-6:])


def test_gone_without_it(host):
    """One of two windows of a connection is closed; and a terminal goes over to another session."""
    shared = ["-o", "ControlMaster=auto", "-o", "ControlPath=/home/laptop/cm"]
    t = host.login(options=shared)
    window = host.login(options=shared)
    numbers = (int(t.ask("$HOLDFAST_SESSION")), int(window.ask("$HOLDFAST_SESSION")))
    window.kill()
    # sshd ends the login of a window that is closed, and hangs its terminal up: which of both comes first is chance
    wait_until(lambda: latest(host, "drop", "why") in ("hangup", "process"), "the drop of a window")
    equal(latest(host, "drop", "session"), numbers[1], "the window's session")
    t.line("holdfastctl attach %d" % numbers[1])
    wait_latest(host, "drop", why="switch")
    equal(latest(host, "drop", "session"), numbers[0], "the session that the terminal has left")
    wait_latest(host, "resume", chose="name")


def written(src):
    """The names of events and of fields in the source."""
    fields, found = set(), set()
    for top, _, files in os.walk(os.path.join(src, "server")):
        for name in files:
            if not name.endswith(".c"):
                continue
            with open(os.path.join(top, name)) as f:
                text = f.read()
            fields |= set(re.findall(r'event_(?:add|addf|quote|number)\(&?\w+, "([a-z_-]+)"', text))
            found |= set(re.findall(r'audit_(?:begin|event|limited)\([^,"]+,(?: &?\w+,)? "([a-z-]+)"', text))
            found |= set(re.findall(r'event_(?:begin|init)\(&?\w+, "([a-z-]+)"', text))
            found |= set(re.findall(r'scripting_note\(\w+, "([a-z-]+)"', text))
            for words in re.findall(r'audit_(?:event|limited)\([^;]*?"([a-z_-]+=[^;]*?)"\)', text):
                fields |= set(re.findall(r"([a-z_-]+)=", words))
    return found, fields


def test_documented(host):
    """holdfast-events(7) and the schema have each event and field that the source writes."""
    found, fields = written(host.src)
    check({"create", "refuse", "drain", "keeper-died"} <= found and {"user", "by-uid", "chose", "code"} <= fields,
          "the source was read: %s %s" % (found, fields))
    with open(os.path.join(host.src, "docs/holdfast-events.7")) as f:
        items = set(re.split(r"[ ,]+", " ".join(re.findall(r"^\.It Cm (.*)$", f.read(), re.M))))
    equal(sorted((found | fields) - items), [], "not in holdfast-events(7)")
    with open(os.path.join(host.src, "docs/schema/events.json")) as f:
        properties = set(json.load(f)["properties"])
    equal(sorted({f.replace("-", "_") for f in fields} - properties), [], "not in the schema")


class Following:
    def __init__(self, host, *args, user=None):
        ids = host.ids(user)[:2] if user else (0, 0)
        self.found = []
        self.p = subprocess.Popen([CTL, "events", "--json", "-f", *args], stdout=subprocess.PIPE, user=ids[0], group=ids[1],
                                  extra_groups=[])
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.p.stdout:
            self.found.append(json.loads(line))

    def has(self, *want):
        wait_until(lambda: [e["event"] for e in self.found] == list(want), "followed: %s, not %s" % (want, self.found))


def test_follow(host):
    """What comes is printed at once and once, also when the store is replaced, emptied or removed."""
    t = host.login()
    mine, all_of_them = Following(host, user="alice"), Following(host, "-a")
    for f in (mine, all_of_them):
        f.has("create")
    # What was before --since does not come later either.
    since = int(time.time()) + 1
    late = Following(host, "--since", "@%d" % since, user="alice")
    wait_until(lambda: time.time() > since, "the time")
    host.drop(t)
    for f in (mine, all_of_them):
        f.has("create", "drop")
    late.has("drop")
    late.p.terminate()
    path = "%s/%d" % (EVENTS, host.ids("alice")[0])
    unfinished = "%s/.tmp.new" % EVENTS
    with open(path) as f, open(unfinished, "w") as new:
        new.write(f.read())
    os.rename(unfinished, path)
    t = host.login()
    for f in (mine, all_of_them):
        f.has("create", "drop", "resume")
    os.unlink(path)
    host.drop(t)
    for f in (mine, all_of_them):
        f.has("create", "drop", "resume", "drop")
    mine.p.terminate()
    all_of_them.p.terminate()
    # It ends when nobody reads it any more, without waiting for another event.
    subprocess.run(["sh", "-c", "%s events -af --json | head -n 1" % CTL], stdout=subprocess.DEVNULL, timeout=60, check=True)


def test_store_that_cannot_be_written(host):
    """A login and the end of a session are as always, and one line says why there are no events."""
    subprocess.run(["rm", "-rf", EVENTS], check=True)
    with open(EVENTS, "w"):
        pass
    t = host.login()
    host.drop(t)
    t = host.login()
    t.line("exit 3")
    t.wait_exit()
    wait_until(lambda: host.syslog.find("event=end "), "the end in the log")
    equal(len(host.syslog.find("cannot keep an event in /var/lib/holdfast/events")), 1, "lines of the leader about that")
