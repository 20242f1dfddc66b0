# SPDX-License-Identifier: MIT
"""What runs in a machine of the lab, and takes the case's requests: a login node, or the store."""
import base64
import contextlib
import glob
import json
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
import uuid

import places
import remote
import world
from host import Host
from template import LIBEXEC, write
from template_pool import KEYS
from term import DEADLINE, Failed, Skip, wait_until

CONF = "/etc/holdfast/holdfast.conf"
VOUCH_KEYS = "/etc/holdfast/pool.keys"
KEY = "k1 " + "0123456789abcdef" * 4 + "\n"
BOOT_ID = "/proc/sys/kernel/random/boot_id"
CTL = "/usr/bin/holdfastctl"
POOL_RUN = "/run/holdfast-pool"
PROGRAM = os.path.join(LIBEXEC, "holdfast-pool")
MUNGED, MUNGE_RUN = "/usr/sbin/munged", "/run/munge"


# For configure(): not as in most cases, where a busy machine may take its time.
AS_INSTALLED = {"PoolTimeout": None, "LoginTimeout": None}


def pool_lines(name, **but):
    """The lines of holdfast.conf; BUT: other values of some keywords, None for no such line."""
    lines = {"Pool": "test", "PoolAddress": "%s.%s" % (name, places.DOMAIN),
             "PoolDirectory": "etcd " + places.endpoints(), "PoolVouch": "key " + VOUCH_KEYS,
             "PoolTimeout": "60s", "LoginTimeout": "60s", **but}
    return "".join("%s %s\n" % (k, v) for k, v in lines.items() if v is not None)


class Node(Host):
    """A login node.  The methods of Host are the case's to call, and see this machine's processes and files."""

    def __init__(self, src, log, extra):
        name = extra["name"]
        world.bind(places.home(extra["base"]), "/home")
        socket.sethostname(name)
        write("/etc/hostname", name + "\n")
        shutil.copy(os.path.join(KEYS, name), "/etc/ssh/test_host_key")
        self.name, self.boot, self.pool, self.munged, self.fake = name, extra["boot"], None, None, {}
        self.give_boot_id()
        write(VOUCH_KEYS, KEY, 0o600)
        super().__init__(src, log)
        if extra.get("configured", True) and os.access(CTL, os.X_OK):
            self.configure()

    def give_boot_id(self):
        """Each boot of each node has an id of its own, as with machines."""
        path = "/run/boot_id"
        write(path, "%s\n" % uuid.uuid5(uuid.NAMESPACE_DNS, "%s.%d" % (self.name, self.boot)))
        world.bind(path, BOOT_ID)

    def configure(self, more="", **but):
        """Writes holdfast.conf: the pool's lines, and MORE behind them.  A version without pools gets no such lines."""
        write(CONF, pool_lines(self.name, **but) + more)
        if subprocess.run([CTL, "check-config"], capture_output=True).returncode:
            if os.path.exists(PROGRAM):
                raise Failed("holdfastctl check-config rejects " + CONF)
            write(CONF, more)

    def start(self):
        """All daemons that are installed."""
        self.start_sshd()
        if os.access(CTL, os.X_OK):
            self.start_holdfastd()
        if os.path.exists(PROGRAM) and re.search(r"^Pool ", self.read(CONF), re.M):
            self.start_pool()

    # the pool's daemon --------------------------------------------------------------------------------------------------

    def start_pool(self, wait=True):
        """As the unit does: as the user holdfast, with its directory in /run."""
        who = pwd.getpwnam("holdfast")
        os.makedirs(POOL_RUN, 0o755, exist_ok=True)
        os.chown(POOL_RUN, who.pw_uid, who.pw_gid)
        log = open(os.path.join(self.log, "holdfast-pool.out"), "ab")
        self.pool = subprocess.Popen([PROGRAM, "-d"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=who.pw_uid,
                                     group=who.pw_gid, extra_groups=[], env={"PATH": "/usr/bin:/bin", **self.fake},
                                     start_new_session=True)
        if wait:
            wait_until(self.pool_answers, "holdfast-pool takes questions on " + self.name, 20)

    def pool_answers(self):
        if self.pool.poll() is not None:
            raise Failed("holdfast-pool ended with status %s; see %s/holdfast-pool.out" % (self.pool.returncode, self.name))
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            return s.connect_ex(POOL_RUN + "/ask") == 0

    def stop_pool(self, sig=signal.SIGTERM):
        self.pool.send_signal(sig)
        return self.pool.wait(30)

    def signal_pool(self, sig):
        self.pool.send_signal(sig)

    def skew(self, by):
        """Starts holdfastd and holdfast-pool again, with a clock that is BY (libfaketime's words) off: the machine's own
        is everybody's."""
        self.fake = fake_clock(by)
        self.stop_holdfastd()
        with environment(self.fake):
            self.start_holdfastd()
        if self.pool:
            self.stop_pool()
            self.start_pool()

    # munge --------------------------------------------------------------------------------------------------------------

    def start_munge(self, key, by=None):
        """munged with the key of 32 bytes KEY, and a clock that is BY off."""
        if not os.access(MUNGED, os.X_OK):
            raise Skip("no munged")
        self.stop_munge()
        os.makedirs(MUNGE_RUN, 0o755, exist_ok=True)
        write(MUNGE_RUN + "/key", key, 0o600)
        log = open(os.path.join(self.log, "munged.out"), "ab")
        options = ["--%s=%s/%s" % (o, MUNGE_RUN, n) for o, n in (("key-file", "key"), ("socket", "munge.socket.2"),
                                                                 ("pid-file", "pid"), ("seed-file", "seed"))]
        self.munged = subprocess.Popen([MUNGED, "--foreground", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       start_new_session=True, env={"PATH": "/usr/bin:/bin", **(fake_clock(by) if by else {})})
        wait_until(self.munge_answers, "munged answers on " + self.name, 20)

    def munge_answers(self):
        if self.munged.poll() is not None:
            raise Failed("munged ended with status %s; see %s/munged.out" % (self.munged.returncode, self.name))
        return subprocess.run(["munge", "-n"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0

    def stop_munge(self):
        if self.munged:
            self.munged.terminate()
            self.munged.wait(30)
        self.munged = None

    # what a case asks ---------------------------------------------------------------------------------------------------

    def everywhere(self, user="alice"):
        """The user's sessions on all nodes that this one knows of, each with its node."""
        found = json.loads(self.ctl(user, "ls", "--json").stdout)
        return [{**s, "node": found.get("node")} for s in found["sessions"]] + found.get("elsewhere", [])

    def said(self, regex):
        """Lines of the node's log with REGEX."""
        return self.syslog.find(regex)

    def wait_said(self, regex, timeout=DEADLINE):
        return wait_until(lambda: self.syslog.find(regex), "%s logs %s" % (self.name, regex), timeout)

    def run_as(self, user, argv, timeout=DEADLINE, **kw):
        return self.as_user(user, argv, timeout, text=True, **kw)

    def shell(self, text, check=True):
        """Runs TEXT as root; what it prints."""
        r = subprocess.run(["sh", "-c", text], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE)
        if check and r.returncode:
            raise Failed("%s: %s: status %d, %s" % (self.name, text, r.returncode, (r.stdout + r.stderr).strip()))
        return r.stdout

    def write(self, path, text, mode=0o644):
        write(path, text, mode)

    def read(self, path):
        with open(path, errors="replace") as f:
            return f.read()


class Store:
    """Three members of etcd, at three addresses of one machine."""

    def __init__(self, src, log, extra):
        self.log, self.members = log, {}
        socket.sethostname(places.STORE)
        self.scheme, self.extra, self.auth, self.trust = "http", (), None, None

    def start(self, scheme="http", extra=(), authority=None):
        """AUTHORITY: the file of the certificate that signed the members'."""
        self.scheme, self.extra = scheme, tuple(extra)
        self.trust = ssl.create_default_context(cafile=authority) if authority else None
        for member in places.MEMBERS:
            self.start_member(member)
        wait_until(lambda: all(self.healthy(m) for m in places.MEMBERS), "the store works")

    def start_member(self, member):
        at = places.member_address(member)

        def urls(port, name=at):
            return "%s://%s:%d" % (self.scheme if port == places.CLIENT_PORT else "http", name, port)
        cluster = ",".join("%s=%s" % (m, urls(places.PEER_PORT, places.member_address(m))) for m in places.MEMBERS)
        log = open(os.path.join(self.log, member + ".log"), "ab")
        self.members[member] = subprocess.Popen(
            ["etcd", "--name", member, "--data-dir", "/var/lib/etcd-" + member, "--log-level", "warn",
             "--listen-client-urls", urls(places.CLIENT_PORT), "--advertise-client-urls", urls(places.CLIENT_PORT),
             "--listen-peer-urls", urls(places.PEER_PORT), "--initial-advertise-peer-urls", urls(places.PEER_PORT),
             "--initial-cluster", cluster, "--initial-cluster-state", "new", *self.extra],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def kill_member(self, member, sig=signal.SIGKILL):
        p = self.members.pop(member)
        p.send_signal(sig)
        p.wait(30)

    def signal_member(self, member, sig):
        self.members[member].send_signal(sig)

    def restart(self):
        for member in list(self.members):
            self.kill_member(member, signal.SIGTERM)
        for member in places.MEMBERS:
            self.start_member(member)
        wait_until(lambda: all(self.healthy(m) for m in places.MEMBERS), "the store works again")

    # requests, to the first member that answers -------------------------------------------------------------------------

    def request(self, path, body, member=None, timeout=5):
        error = None
        for m in [member] if member else list(self.members):
            try:
                return self.post(m, path, body, timeout)
            except urllib.error.HTTPError as e:
                raise Failed("%s %s: %s" % (m, path, e.read().decode("utf-8", "replace").strip())) from e
            except OSError as e:
                error = e
        raise Failed("no member of the store answers: %s" % error)

    def post(self, member, path, body, timeout):
        headers = {"Authorization": self.auth} if self.auth else {}
        url = "%s://%s:%d%s" % (self.scheme, places.member_address(member), places.CLIENT_PORT, path)
        r = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(r, timeout=timeout, context=self.trust) as answer:
            return json.load(answer)

    def log_in(self, name, password):
        self.auth = self.request("/v3/auth/authenticate", {"name": name, "password": password})["token"]

    def healthy(self, member):
        """Whether it has a leader, and a quorum: a read that is linearizable succeeds."""
        try:
            self.request("/v3/kv/range", {"key": encode("health")}, member, 2)
            return True
        except (Failed, OSError):
            return False

    def get(self, prefix, **kw):
        """{key: value} of all keys that begin with PREFIX."""
        answer = self.request("/v3/kv/range", {"key": encode(prefix), "range_end": encode(after(prefix))}, **kw)
        return {decode(e["key"]): decode(e.get("value", "")) for e in answer.get("kvs", [])}

    def put(self, key, value, **kw):
        self.request("/v3/kv/put", {"key": encode(key), "value": encode(value)}, **kw)

    def delete(self, prefix, **kw):
        self.request("/v3/kv/deleterange", {"key": encode(prefix), "range_end": encode(after(prefix))}, **kw)

    def wait_keys(self, prefix, count, timeout=DEADLINE):
        """Waits until COUNT keys begin with PREFIX; what they hold."""
        def probe():
            found = self.get(prefix)
            return (found or {None: None}) if len(found) == count else None
        found = wait_until(probe, "%d keys below %s" % (count, prefix), timeout)
        found.pop(None, None)
        return found

    def shell(self, text):
        r = subprocess.run(["sh", "-c", text], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE)
        if r.returncode:
            raise Failed("store: %s: status %d, %s" % (text, r.returncode, (r.stdout + r.stderr).strip()))
        return r.stdout

    def read(self, path):
        with open(path) as f:
            return f.read()

    def stop(self):
        pass


def fake_clock(by):
    """The environment of a program whose clock is BY (libfaketime's words) off."""
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not found:
        raise Skip("no libfaketime")
    return {"LD_PRELOAD": found[0], "FAKETIME": by, "DONT_FAKE_MONOTONIC": "1"}


@contextlib.contextmanager
def environment(more):
    os.environ.update(more)
    try:
        yield
    finally:
        for name in more:
            del os.environ[name]


def encode(text):
    """Bytes go as they are; of text, its UTF-8."""
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def decode(text):
    return base64.b64decode(text).decode("utf-8", "replace")


def after(prefix):
    """The end of the range of keys that begin with PREFIX: its last byte is ASCII."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def run(src, log, extra):
    """The entry of a machine's world: takes requests until the machine ends."""
    kinds = {"node": Node, "store": Store}
    remote.serve(extra["socket"], kinds[extra["kind"]](src, log, extra))
