# SPDX-License-Identifier: MIT
"""What --json prints is what the schemas in the package say: nothing is missing, and nothing is there that they lack."""
import glob
import json
import os
import subprocess

from pooled import Pooled, configure, entry
from template import write
from term import Skip, check, equal, wait_until
from test_answers import CLIENT, CTL, commands
from test_client import client, run

SERVER, LAPTOP = "/usr/share/holdfast/schema/", "/usr/share/holdfast-client/schema/"
CONF = "/etc/holdfast/holdfast.conf"
# Members that need a crash, a full disk or days to be seen; the schemas are all that is tested of them.
RARE = {SERVER + "last.json": {"seen_ms", "idle_s"},
        SERVER + "events.json": {"bytes", "by_login_uid", "chose", "code", "errno", "idle_s", "left_out", "other", "other_key",
                                 "said_by_keeper", "said_by_user", "seen_ms", "state", "suppressed", "version", "what",
                                 "detail", "node", "vouched", "hop_address", "hop_who"}}


def closed(schema):
    """The same, but what it does not name is not allowed: readers shall ignore that, and we shall not print it."""
    if isinstance(schema, dict):
        schema = {k: closed(v) for k, v in schema.items()}
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    elif isinstance(schema, list):
        schema = [closed(v) for v in schema]
    return schema


def members(schema, found):
    """The names of all members that are described somewhere in it."""
    if isinstance(schema, dict):
        for name, part in schema.get("properties", {}).items():
            found.add(name)
            members(part, found)
        for key in ("items", "additionalProperties"):
            members(schema.get(key), found)
        for key in ("anyOf", "oneOf", "allOf"):
            for part in schema.get(key, ()):
                members(part, found)


def names(value, found):
    if isinstance(value, dict):
        for name, part in value.items():
            found.add(name)
            names(part, found)
    elif isinstance(value, list):
        for part in value:
            names(part, found)


class Judge:
    """Validates outputs, and knows which members have been seen."""

    def __init__(self):
        try:
            from jsonschema import Draft202012Validator
        except ImportError as e:
            raise Skip("no python3-jsonschema") from e
        self.schemas, self.seen = {}, {}
        for path in glob.glob(SERVER + "*.json") + glob.glob(LAPTOP + "*.json"):
            with open(path) as f:
                schema = json.load(f)
            Draft202012Validator.check_schema(schema)
            self.schemas[path] = Draft202012Validator(closed(schema))
            self.seen[path] = set()
        check(self.schemas, "no schemas are installed")

    def take(self, path, text, what, lines=False):
        """TEXT is one object, or with LINES one on each line."""
        check(path in self.schemas, "%s: there is no schema %s" % (what, path))
        for one in text.splitlines() if lines else [text]:
            value = json.loads(one)
            problems = ["%s: %s" % ("/".join(map(str, e.path)), e.message) for e in self.schemas[path].iter_errors(value)]
            equal(problems, [], "%s does not follow its schema" % what)
            equal(value.get("schema"), 1, "%s: the version" % what)
            names(value, self.seen[path])

    def unseen(self):
        for path, validator in sorted(self.schemas.items()):
            described = set()
            members(validator.schema, described)
            left = described - self.seen[path] - RARE.get(path, set())
            if left:
                yield "%s: %s" % (path, sorted(left))


def take(judge, host, name, *args, user="alice", status=0, lines=False):
    argv = [CTL, name, *args, "--json"]
    r = subprocess.run(argv, capture_output=True, text=True) if user == "root" else host.as_user(user, argv, text=True)
    equal(r.returncode, status, "the status of %s (%s)" % (" ".join(argv), r.stderr))
    judge.take("%s%s.json" % (SERVER, name), r.stdout, " ".join(argv), lines)


def test_schemas(host):
    judge = Judge()
    t, t2 = host.login("alice"), host.login("bob")
    host.ctl("alice", "rename", str(host.session()["id"]), "work")
    equal(t.run("holdfastctl wait --end $(holdfastctl run 'exit 4')"), 4, "a session out of a session")
    host.wait_sessions(1, None)
    take(judge, host, "ls")
    take(judge, host, "ls", "-l")
    take(judge, host, "ls", "-l", "-a", user="root")
    host.drop(t)
    take(judge, host, "ls")
    take(judge, host, "upgrade", "-a")
    take(judge, host, "drain", "--status")
    take(judge, host, "drain", "--tell", "back at five", user="root")
    take(judge, host, "drain", "--off", user="root")
    take(judge, host, "check-config")
    write(CONF, "MaxSessions 3\nMatch User alice\nMaxSessions 10\n")
    take(judge, host, "check-config")
    write(CONF, "MaxSessions many\n")
    os.chmod(CONF, 0o664)
    take(judge, host, "check-config", status=1)
    os.unlink(CONF)
    r = host.ctl("alice", "message", "--json", "hello")
    judge.take(SERVER + "message.json", r.stdout, "message")
    for user in ("alice", "root"):
        r = subprocess.run([CTL, "doctor", "--json", *(["alice"] if user == "root" else [])], capture_output=True, text=True,
                           **({} if user == "root" else {"user": host.ids(user)[0]}))
        judge.take(SERVER + "doctor.json", r.stdout, "doctor of " + user)
    if os.access(CLIENT, os.X_OK):
        c = client(host, "--session", "other").prompt()
        r = run(host, "--list", "--json", "server")
        judge.take(LAPTOP + "list.json", r.stdout.decode(), "holdfast --list --json")
        c.line("exit 3")
        equal(c.wait_exit(), 3, "status")
    configure()
    pool = Pooled()
    pool.entries = [entry("login2", 3, name="work")]
    pool.members = [{"node": "login2", "address": "login2", "seen_ms": 1}]
    take(judge, host, "ls")
    take(judge, host, "pool")
    os.unlink(CONF)
    take(judge, host, "kill", "--all")
    t2.line("exit 5")
    t2.wait_exit()
    host.wait_none()
    host.wait_none("bob")
    wait_until(lambda: json.loads(host.ctl("alice", "last", "--json").stdout)["ends"], "the record of the end")
    take(judge, host, "last")
    take(judge, host, "last", "-a", user="root")
    host.ctl("root", "drain")
    host.login()
    host.ctl("root", "drain", "--off")
    take(judge, host, "events", lines=True)
    take(judge, host, "events", "-a", user="root", lines=True)
    write("/etc/holdfast/disabled", "")
    take(judge, host, "why")
    take(judge, host, "why", user="root")
    os.unlink("/etc/holdfast/disabled")
    equal(list(judge.unseen()), [], "members that no output has had")


def test_every_json_has_a_schema(host):
    """A command that knows --json has a schema of its name, which says so in its title."""
    del host
    for name in commands():
        text = subprocess.run([CTL, name, "--help"], capture_output=True, text=True, check=True).stdout
        path = "%s%s.json" % (SERVER, name)
        equal(os.path.exists(path), "--json" in text, "%s: --json, and a schema of its name" % name)
        if os.path.exists(path):
            with open(path) as f:
                equal(json.load(f)["title"], "holdfastctl %s --json" % name, "the title")
