# SPDX-License-Identifier: MIT
"""Keepers that lie and hide, and a socket that was handed on: what root ends, and what it does not."""
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import threading

from host import RUN
from term import check, equal
from test_admin import OWN_FIRST_ID, everybody, root

ATTACH_MSG_STATUS, ATTACH_MSG_KILL, ATTACH_MSG_DONE, ATTACH_MSG_ERROR = 1, 7, 71, 72  # common/messages/attach.h
ATTACH_MSG_PRINT, ATTACH_MSG_PRINTED = 27, 91
LEADERMSG_SOCK_FD = 5  # common/messages/leadermsg.h
PIDFD_GETFD = 438


def listener_of(pid):
    """The listening socket of the keeper PID, which is stopped."""
    os.kill(pid, signal.SIGSTOP)
    fd = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, os.pidfd_open(pid), LEADERMSG_SOCK_FD, 0)
    check(fd >= 0, "pidfd_getfd")
    s = socket.socket(fileno=fd)
    s.setblocking(True)
    return s


class LyingKeeper(threading.Thread):
    """In the place of the keeper PID: it says how that is, answers SAYS when it is to end, and does nothing."""
    def __init__(self, pid, path, says):
        super().__init__(daemon=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.connect(path)
            s.send(bytes([ATTACH_MSG_STATUS]))
            self.status = s.recv(1024)
        self.listener = listener_of(pid)
        self.says = says
        self.asked = []
        self.start()

    def run(self):
        while True:
            with self.listener.accept()[0] as s:
                for m in iter(lambda: s.recv(1024), b""):
                    self.asked.append(m[0])
                    s.send(self.status if m[0] == ATTACH_MSG_STATUS else self.says)
                    if m[0] == ATTACH_MSG_KILL:
                        break


def test_a_keeper_that_lies(host):
    """It says that it ends, or that it can't, hangs up, and goes on: root does not take its word for it."""
    for says in (bytes([ATTACH_MSG_DONE]), bytes([ATTACH_MSG_ERROR])):
        for args in (["-u", "alice", "1"], ["-a"]):
            t = host.login()
            pid, s = t.shell_pid(), host.session()
            k = LyingKeeper(s["keeper_pid"], "%s/sessions/%d/%d/sock" % (RUN, host.ids("alice")[0], s["id"]), says)
            r = root(host, "kill", "-s", "KILL", *args)
            equal((r.returncode, r.stderr), (0, ""), "kill -s KILL %s" % args)
            check(ATTACH_MSG_KILL in k.asked, "the keeper was asked (%s)" % k.asked)
            host.wait_gone(s["keeper_pid"], "the keeper")
            host.wait_gone(pid, "the shell")
            host.wait_none()


class PaintingKeeper(LyingKeeper):
    """It answers PRINT with the bytes SAYS, in memory that is sealed or not."""
    sealed = True

    def run(self):
        while True:
            s = self.listener.accept()[0]
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        with s:
            for m in iter(lambda: s.recv(1024), b""):
                if m[0] != ATTACH_MSG_PRINT:
                    s.send(self.status)
                    continue
                fd = os.memfd_create("screen", os.MFD_ALLOW_SEALING)
                os.write(fd, self.says)
                if self.sealed:
                    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
                socket.send_fds(s, [struct.pack(">BQIIQ", ATTACH_MSG_PRINTED, 0, 24, 80, len(self.says))], [fd])
                os.close(fd)


def test_a_keeper_that_paints(host):
    """What it says of its screen goes to root's terminal: there it sets no title, and moves nothing."""
    host.login()
    s = host.session()
    said = b"one\xc2\x9b2J\033]0;title\a\r\033[31mred\033[m" \
        b"\033]8;;https://example.org\033\\link\033]8;;\033\\\ttwo\033c\xff\n"
    k = PaintingKeeper(s["keeper_pid"], "%s/sessions/%d/%d/sock" % (RUN, host.ids("alice")[0], s["id"]), said)
    plain = "one2J]0;title[31mred[m]8;;https://example.org\\link]8;;\\\ttwoc\n"
    looks = "one2J]0;title\033[31mred\033[m\033]8;;https://example.org\033\\link\033]8;;\033\\\ttwoc\n"
    for args, want in (["print"], plain), (["print", "--html"], plain), (["print", "--ansi"], looks), (["peek"], plain):
        r = root(host, *args, "-u", "alice", str(s["id"]))
        equal((r.returncode, r.stderr), (0, ""), "%s" % args)
        equal(r.stdout[-len(want):], want, "%s" % args)
        check("\033" not in r.stdout.replace(want, ""), "%s: %r" % (args, r.stdout))
    k.sealed = False
    r = root(host, "print", "-u", "alice", str(s["id"]))
    equal((r.returncode, r.stdout), (1, ""), "memory that is not sealed")
    os.kill(s["keeper_pid"], signal.SIGCONT)


def shut(listener, uid):
    listener.shutdown(socket.SHUT_RDWR)


def listen_again(listener, uid):
    os.seteuid(uid)
    try:
        listener.listen()
    finally:
        os.seteuid(0)


def test_a_keeper_that_hides(host):
    """It shuts its socket, or listens to that itself: root sees the session and ends it."""
    for trick in (shut, listen_again):
        t = host.login()
        pid, s = t.shell_pid(), host.session()
        trick(listener_of(s["keeper_pid"]), host.ids("alice")[0])
        got = everybody(host)
        equal([(x["user"], x["id"], x["state"]) for x in got["sessions"]], [("alice", s["id"], "silent")], trick.__name__)
        equal((got["silent"], got["hidden"]), (1, 0), "silent, hidden")
        r = root(host, "kill", "-s", "KILL", "-u", "alice", str(s["id"]))
        equal((r.returncode, r.stderr), (0, ""), "kill -s KILL")
        host.wait_gone(s["keeper_pid"], "the keeper")
        host.wait_gone(pid, "the shell")
        host.wait_none()


def listen_and_end(listener, path, uid):
    """Has a process of UID's listen at PATH, and end: its pid."""
    pid = os.fork()
    if pid == 0:
        os.setresuid(uid, uid, uid)
        listener.bind(path)
        listener.listen()
        os._exit(0)
    equal(os.waitpid(pid, 0)[1], 0, "the status of who listens")
    return pid


def start_as(pid):
    """A process with the number PID, or None if another one has been quicker."""
    with open("/proc/sys/kernel/ns_last_pid", "w") as f:
        f.write(str(pid - 1))
    got = os.fork()
    if got == 0:
        while True:
            signal.pause()
    if got == pid:
        return got
    os.kill(got, signal.SIGKILL)
    os.waitpid(got, 0)
    return None


def test_root_ends_nobody_by_a_number(host):
    """Who listens has handed its socket on and is gone, and its number is another process's by now."""
    uid, gid = host.ids("alice")[:2]
    own = "/home/alice/.local/state/holdfast/%s/%d/%d" % (socket.gethostname(), uid, OWN_FIRST_ID)
    os.makedirs(own)
    subprocess.run(["chown", "-R", "%d:%d" % (uid, gid), "/home/alice/.local"], check=True)
    os.chmod(os.path.dirname(own), 0o700)
    victim = None
    while not victim:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        victim = start_as(listen_and_end(listener, own + "/sock", uid))
        if not victim:
            os.unlink(own + "/sock")
    r = root(host, "kill", "-u", "alice", "--own", "-s", "KILL", str(OWN_FIRST_ID))
    gone = os.waitpid(victim, os.WNOHANG)[0]
    if not gone:
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
    equal(gone, 0, "another process's end")
    equal(r.returncode, 1, "kill (%r)" % r.stderr)
    check("its keeper is unknown" in r.stderr, r.stderr)
    check(listener, "the socket is open")
