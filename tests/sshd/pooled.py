# SPDX-License-Identifier: MIT
"""Pooled: plays holdfast-pool at its two sockets (common/messages/poolmsg.h), with a directory that the case fills."""
import os
import socket
import struct
import subprocess
import sys
import threading
import time

from template import write
from term import equal, wait_until

CONF = "/etc/holdfast/holdfast.conf"
DIRECTORY = "/run/holdfast-pool"
POOL = "Pool main\nPoolNode login1\nPoolAddress server\nPoolDirectory etcd http://127.0.0.1:2379\n"
UID = 990  # of the user that it runs as: nobody else's here
TELL, GONE, NODE, ASK, ENTRY, MEMBER, HEALTH = 1, 2, 3, 33, 65, 66, 67
USER, MEMBERS = 1, 2
ATTACHED, DROPPED = 3, 4
# name, and how it is written: s a string, a number the width of a number or (negative) of raw bytes
ENTRY_FIELDS = (("unique", "s"), ("user", "s"), ("node", "s"), ("address", "s"), ("boot", -16), ("id", 4), ("name", "s"),
                ("identity", -32), ("state", 4), ("kind", 4), ("created_ms", 8), ("changed_ms", 8), ("activity_ms", 8),
                ("lost_ms", 8), ("lost_heard_ms", 8), ("lost_used_ms", 8), ("rows", 4), ("cols", 4), ("term", "s"),
                ("program", "s"), ("hops", 4))
GONE_FIELDS = (("unique", "s"), ("user", "s"))
NODE_FIELDS = (("drained", 1),)
ASK_FIELDS = (("what", 1), ("user", "s"))
MEMBER_FIELDS = (("node", "s"), ("address", "s"), ("boot", -16), ("version", "s"), ("drained", 1), ("sessions", 4),
                 ("seen_ms", 8))
HEALTH_FIELDS = (("store", 4), ("since_ms", 8), ("revision", 8), ("text", "s"), ("entries", 4), ("skipped", 4), ("more", 1),
                 ("node", "s"), ("pool", "s"))


def put(kind, fields, values):
    out = bytes([kind])
    for name, how in fields:
        value = values.get(name)
        if how == "s":
            text = (value or "").encode()
            out += struct.pack(">I", len(text)) + text
        elif how < 0:
            out += value or bytes(-how)
        else:
            out += int(value or 0).to_bytes(how, "big")
    return out


def get(fields, data):
    values, at = {}, 1
    for name, how in fields:
        if how == "s":
            (size,) = struct.unpack_from(">I", data, at)
            values[name] = data[at + 4:at + 4 + size].decode()
            at += 4 + size
        elif how < 0:
            values[name] = data[at:at - how]
            at -= how
        else:
            values[name] = int.from_bytes(data[at:at + how], "big")
            at += how
    equal(at, len(data), "the length of a message")
    return values


class Pooled:
    def __init__(self, uid=UID):
        self.uid, self.told, self.asked, self.entries, self.members = uid, [], [], [], []
        self.health = {"store": 1, "since_ms": 1, "revision": 7, "entries": 3, "node": "login1", "pool": "main"}
        self.silent = self.deaf = False
        os.makedirs(DIRECTORY, exist_ok=True)
        os.chown(DIRECTORY, uid, uid)
        self.sockets = {}
        for name, kind, serve in (("told", socket.SOCK_DGRAM, self.hear), ("ask", socket.SOCK_SEQPACKET, self.answer)):
            s = socket.socket(socket.AF_UNIX, kind)
            s.bind("%s/%s" % (DIRECTORY, name))
            os.chown("%s/%s" % (DIRECTORY, name), uid, uid)
            if name == "ask":
                s.listen(64)
            self.sockets[name] = s
            threading.Thread(target=serve, args=(s,), daemon=True).start()

    def close(self):
        for name, s in self.sockets.items():
            s.close()
            if os.path.exists("%s/%s" % (DIRECTORY, name)):
                os.unlink("%s/%s" % (DIRECTORY, name))
        os.rmdir(DIRECTORY)

    def hear(self, s):
        while True:
            data = s.recv(65536)
            while self.deaf:
                time.sleep(0.02)
            fields = {TELL: ENTRY_FIELDS, GONE: GONE_FIELDS, NODE: NODE_FIELDS}[data[0]]
            self.told.append((data[0], get(fields, data)))

    def be_deaf(self):
        """Reads nothing that is told any more, until DEAF is False again; the queue is full."""
        self.deaf = True
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.setblocking(False)
            s.connect(DIRECTORY + "/told")
            try:
                while True:
                    s.send(put(NODE, NODE_FIELDS, {}))
            except BlockingIOError:
                pass

    def answer(self, s):
        while True:
            conn, _ = s.accept()
            data = conn.recv(65536)
            q = get(ASK_FIELDS, data)
            self.asked.append((q["what"], q["user"]))
            if self.silent:
                self.kept = conn
                continue
            try:
                if q["what"] == USER:
                    for e in self.entries:
                        if e["user"] == q["user"]:
                            conn.send(put(ENTRY, ENTRY_FIELDS, e))
                else:
                    for m in self.members:
                        conn.send(put(MEMBER, MEMBER_FIELDS, m))
                conn.send(put(HEALTH, HEALTH_FIELDS, self.health))
            except OSError:
                pass
            conn.close()

    def held(self, uid=None, times=1):
        """VOUCH_OP_HELD, as the daemon's user or UID, so often at the same time: the types of the answers, in turn."""
        code = ("import socket, struct, sys\n"
                "for s in [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for i in range(int(sys.argv[1]))]:\n"
                "    s.settimeout(30)\n"
                "    s.connect('/run/holdfast/holdfastd.sock')\n"
                "    s.send((b'holdfast' + struct.pack('>II', 1, 7)).ljust(64, b'\\0'))\n"
                "    last = 6\n"
                "    while last == 6:\n"
                "        last = s.recv(4096)[0]\n"
                "        print(last)\n")
        uid = self.uid if uid is None else uid
        r = subprocess.run(["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", sys.executable, "-c", code,
                            str(times)],
                           capture_output=True, text=True, timeout=60)
        equal((r.returncode, r.stderr), (0, ""), "HELD")
        return [int(x) for x in r.stdout.split()]

    def last(self, unique=None):
        """What was told last, of the session UNIQUE or of any: its type and its fields."""
        found = [(k, v) for k, v in self.told if k != NODE and (unique is None or v["unique"] == unique)]
        return found[-1] if found else (None, {})

    def wait(self, probe, what):
        return wait_until(lambda: probe(*self.last()), what)


def entry(node, sid, **kw):
    now = 1700000000000
    e = {"unique": "%016x" % (sid + hash(node) % 1000 * 1000), "user": "alice", "node": node, "address": node + ".example",
         "boot": b"\1" * 16, "id": sid, "state": DROPPED, "kind": 1, "created_ms": now, "changed_ms": now, "activity_ms": now,
         "lost_ms": now, "lost_heard_ms": now, "lost_used_ms": now, "rows": 24, "cols": 80, "term": "xterm-256color"}
    e.update(kw)
    return e


def configure(more=""):
    write(CONF, POOL + more)
