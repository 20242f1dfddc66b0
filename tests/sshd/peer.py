# SPDX-License-Identifier: MIT
"""A peer of holdfastd or of a keeper that speaks raw bytes.  Run inside logins by the cases.

  peer.py vouch [TICKET]   prints "FACTS", "REFUSED n" or "CLOSED"
  peer.py start [TICKET]   the same, then asks for a session: "READY n" too
  peer.py session          asks for a session as a process of a held one: as start
  peer.py origin N         asks the leader of session N what a session that is started out of it inherits: "ANSWER" or
                           "CLOSED"
  peer.py claim N [TICKET] claims session N for this login's terminal and gives that up: "CLAIMED" or "REFUSED n"
  peer.py seccomp CMD…     runs CMD with a seccomp filter that allows everything
"""
import array
import ctypes
import glob
import os
import socket
import struct
import sys

DAEMON = "/run/holdfast/holdfastd.sock"


def connect(path=DAEMON, timeout=30):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(timeout)
    s.connect(path)
    return s


def request(op, ticket, origin=0):
    """struct vouch_request as common/messages/vouch.c writes it: 64 bytes."""
    body = b"holdfast" + struct.pack(">II", 1, op) + bytes.fromhex(ticket) + struct.pack(">HHHH", 24, 80, 0, 0)
    body += struct.pack(">BB", 0, origin)
    return body.ljust(64, b"\0")


def reply(s):
    """The reply's type, and for REFUSED its reason.  QUEUED, which comes first, is passed over."""
    try:
        data = s.recv(65536)
        if data[:1] == b"\6":
            data = s.recv(65536)
    except (ConnectionError, socket.timeout):
        return "CLOSED"
    if not data:
        return "CLOSED"
    kind = data[0]
    if kind == 2:
        return "REFUSED %d" % struct.unpack(">I", data[1:5])[0]
    return {1: "FACTS", 3: "PROGRESS", 4: "READY", 5: "STARTED"}.get(kind, "?%d" % kind)


def vouch(ticket, start=False, origin=0):
    s = connect()
    s.sendall(request(1, ticket, origin))
    said = [reply(s)]
    if start and said[-1] == "FACTS":
        s.sendall(request(2, ticket, origin))
        while said[-1] in ("FACTS", "PROGRESS"):
            said.append(reply(s))
    return said


def claim(number, ticket):
    """struct attach_claim as common/messages/attach.c writes it, by name and beside whoever is attached."""
    terminal = os.open(os.environ["SSH_TTY"], os.O_RDWR | os.O_NOCTTY)
    body = struct.pack(">BIIHHHH", 2, 3, 0, 24, 80, 0, 0) + bytes.fromhex(ticket) + bytes(32)
    body += struct.pack(">I", 5) + b"xterm" + struct.pack(">II", 0, 0)
    s = connect(glob.glob("/run/holdfast/*/%d/%s/sock" % (os.geteuid(), number))[0])
    s.sendmsg([body], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [terminal]))])
    answer = s.recv(65536)
    if answer[0] == 67:
        return "REFUSED %d" % struct.unpack(">I", answer[1:5])
    return "CLAIMED" if answer[0] == 66 else "?%d" % answer[0]


def ask_origin(number):
    """common/messages/leaderctl.h: ORIGIN."""
    s = connect("/run/holdfast/sessions/%d/%s/leader" % (os.geteuid(), number))
    s.sendall(struct.pack(">4sII", b"hfl1", 6, 0).ljust(16, b"\0"))
    try:
        return "ANSWER" if s.recv(65536) else "CLOSED"
    except ConnectionError:
        return "CLOSED"


def seccomp(argv):
    """prctl(PR_SET_SECCOMP) with one instruction: SECCOMP_RET_ALLOW."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
    prog = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 1, ctypes.addressof(code)))
    if os.geteuid():
        libc.prctl(38, 1, 0, 0, 0)
    if libc.prctl(22, 2, ctypes.c_void_p(ctypes.addressof(prog)), 0, 0):
        sys.exit("seccomp: errno %d" % ctypes.get_errno())
    os.execvp(argv[0], argv)


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "seccomp":
        seccomp(rest)
    if what == "claim":
        print(claim(rest[0], rest[1] if len(rest) > 1 else os.environ["HOLDFAST_TICKET"]))
        return
    if what == "origin":
        print(ask_origin(rest[0]))
        return
    inside = what == "session"
    ticket = rest[0] if rest else os.urandom(16).hex() if inside else os.environ.get("HOLDFAST_TICKET", "0" * 32)
    try:
        print("said", *vouch(ticket, what != "vouch", 2 * inside), flush=True)
    except OSError as e:
        print("said", "ERROR", e.errno, flush=True)


if __name__ == "__main__":
    main()
