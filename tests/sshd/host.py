# SPDX-License-Identifier: MIT
"""Host: what a case does inside its world: sshd, holdfastd, stock ssh, looking at processes and logs."""
import glob
import grp
import json
import os
import pwd
import re
import signal
import socket
import subprocess
import threading
import time
import traceback

import template
from term import DEADLINE, Failed, Skip, Term, check, equal, wait_until
from template import LIBEXEC, PORT, write

RUN = "/run/holdfast"


class Syslog(threading.Thread):
    """Listens on /dev/log and keeps what comes, in memory and in a file."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.lines = []
        self.file = open(path, "a", buffering=1, errors="replace")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        self.start()

    def run(self):
        while True:
            line = self.sock.recv(65536).decode("utf-8", "replace").rstrip("\n\0")
            line = re.sub(r"^<\d+>", "", line)
            self.lines.append(line)
            self.file.write(line + "\n")

    def find(self, regex):
        return [line for line in list(self.lines) if re.search(regex, line)]


def fd_links(pid):
    """What the descriptors of PID are; none once it has ended."""
    where = "/proc/%d/fd/" % pid
    links = []
    try:
        for name in os.listdir(where):
            links.append(os.readlink(where + name))
    except OSError:
        pass
    return links


class Host:
    sshd = None  # the one that start_sshd() has started, and not a booted system

    def __init__(self, src, log, listen=None):
        self.src, self.log = src, log
        self.syslog = Syslog(os.path.join(log, "syslog"))
        self.holdfastd = None
        self.terms = []
        self.address = listen or "127.0.0.1"

    # daemons ---------------------------------------------------------------------------------------------------------

    def start(self):
        self.start_sshd()
        self.start_holdfastd()
        return self

    def start_sshd(self):
        log = open(os.path.join(self.log, "sshd.out"), "ab")
        self.sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-E", os.path.join(self.log, "sshd.log")],
                                     stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        wait_until(lambda: self.sshd.poll() is not None or self.listening(), "sshd listens")
        if self.sshd.poll() is not None:
            raise Failed("sshd does not start: " + open(log.name, errors="replace").read()[-500:])

    def listening(self):
        """Whether this sshd listens: a child of the last one may have its listening socket for a moment yet."""
        return (not self.sshd or self.has_listener()) and self.takes_connections()

    def has_listener(self):
        inodes = set()
        for name in filter(os.path.exists, ("/proc/net/tcp", "/proc/net/tcp6")):
            with open(name) as f:
                fields = [line.split() for line in f]
            inodes |= {"socket:[%s]" % w[9] for w in fields if w[3] == "0A" and w[1].endswith(":%04X" % self.port())}
        return any(link in inodes for link in fd_links(self.sshd.pid))

    def takes_connections(self):
        s = socket.socket()
        try:
            return s.connect_ex((self.address, self.port())) == 0
        finally:
            s.close()

    def port(self):
        with open("/etc/ssh/sshd_config.d/00-test.conf") as f:
            return int(re.search(r"Port (\d+)", f.read()).group(1))

    def configure_sshd(self, text):
        """Puts TEXT into a drop-in that comes first and starts the listener again; connections stay."""
        write("/etc/ssh/sshd_config.d/000-case.conf", text)
        self.sshd.terminate()
        self.sshd.wait()
        self.start_sshd()

    def start_holdfastd(self):
        log = open(os.path.join(self.log, "holdfastd.out"), "ab")
        self.holdfastd = subprocess.Popen(["/usr/sbin/holdfastd", "-d"],
                                          stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        wait_until(self.holdfastd_answers, "holdfastd listens", 20)

    def holdfastd_answers(self):
        if self.holdfastd.poll() is not None:
            raise Failed("holdfastd ended with status %s; see holdfastd.out" % self.holdfastd.returncode)
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            return s.connect_ex(RUN + "/holdfastd.sock") == 0
        finally:
            s.close()

    def stop_holdfastd(self, sig=signal.SIGTERM):
        self.holdfastd.send_signal(sig)
        return self.holdfastd.wait(30)

    @staticmethod
    def held_stack(more, base="@include common-account\n@include common-auth\nsession optional pam_loginuid.so\n"
                   "@include common-session\n"):
        """Held shells get a PAM service of their own, of BASE and MORE, in which a test can have what it wants."""
        write("/etc/pam.d/held", base + more)
        write("/etc/holdfast/holdfast.conf", "PamService held\n")

    # logging in -----------------------------------------------------------------------------------------------------

    def ids(self, user):
        p = pwd.getpwnam(user)
        return p.pw_uid, p.pw_gid, os.getgrouplist(user, p.pw_gid)

    def ssh_argv(self, user="alice", options=(), args=(), host="server"):
        return ["ssh", *options, "-l", user, host, *args]

    def ssh(self, user="alice", options=(), args=(), size=(24, 80), term="xterm-256color", env=None, host="server",
            netns=None, name=None):
        """A stock ssh client in a terminal of the user laptop."""
        t = Term(self.ssh_argv(user, options, args, host), size, term, {"HOME": "/home/laptop", **(env or {})},
                 self.ids("laptop"), "/home/laptop", self.log, netns, name)
        self.terms.append(t)
        return t

    def login(self, user="alice", **kw):
        """The same, up to the prompt."""
        return self.ssh(user, **kw).prompt()

    def ssh_run(self, user="alice", options=(), args=(), input=None, timeout=DEADLINE, argv=None, env=None, host="server",
                **kw):
        """A stock ssh (or ARGV) without a terminal; a CompletedProcess with bytes."""
        if input is None:
            kw.setdefault("stdin", subprocess.DEVNULL)
        else:
            kw["input"] = input
        return self.as_user("laptop", argv or self.ssh_argv(user, options, args, host), timeout=timeout, env=env,
                            cwd="/home/laptop", **kw)

    def as_user(self, user, argv, timeout=DEADLINE, env=None, **kw):
        uid, gid, groups = self.ids(user)
        kw.setdefault("stdout", subprocess.PIPE)
        kw.setdefault("stderr", subprocess.PIPE)
        home = pwd.getpwnam(user).pw_dir
        environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "USER": user,
                   "LOGNAME": user, **(env or {})}
        try:
            return subprocess.run(argv, timeout=timeout, user=uid, group=gid, extra_groups=groups, env=environ, **kw)
        except subprocess.TimeoutExpired as e:
            raise Failed("%s: not over within %s s" % (" ".join(argv), timeout)) from e

    # held sessions ---------------------------------------------------------------------------------------------------

    def ctl(self, user, *args, **kw):
        return self.as_user(user, ["/usr/bin/holdfastctl", *args], text=True, **kw)

    def sessions(self, user="alice"):
        r = self.ctl(user, "ls", "--json")
        if r.returncode:
            raise Failed("holdfastctl ls --json: status %d, %s" % (r.returncode, r.stderr.strip()))
        try:
            return json.loads(r.stdout)["sessions"]
        except (ValueError, KeyError) as e:
            raise Failed("holdfastctl ls --json printed %r" % r.stdout) from e

    def session(self, user="alice", **want):
        """The one session that there is, or the one whose fields are WANT."""
        found = [s for s in self.sessions(user) if all(s.get(k) == v for k, v in want.items())]
        if len(found) != 1:
            raise Failed("%d sessions with %s, and not one; %s" % (len(found), want or "any state", self.told(user)))
        return found[0]

    def wait_sessions(self, count, state="dropped", user="alice", timeout=DEADLINE, before=None):
        """Waits until there are COUNT sessions in STATE (any, if None); them.  BEFORE: those that there were, in words."""
        def probe():
            found = [s for s in self.sessions(user) if state in (None, s["state"])]
            return (found or [None]) if len(found) == count else None

        def what():
            return "%d sessions %s; %s%s" % (count, state or "", "before: %s; " % before if before else "",
                                             self.told(user))
        found = wait_until(probe, what, timeout)
        return [] if found == [None] else found

    def listed(self, user="alice"):
        """Which sessions there are, in words."""
        try:
            found = ["%d%s %s" % (s["id"], s["name"] and " \"%s\"" % s["name"], s["state"]) for s in self.sessions(user)]
        except (Failed, OSError) as e:
            return str(e)
        return ", ".join(found) or "no session"

    def told(self, user="alice"):
        """What a failure says of USER: the sessions, why logins were not held, and the latest events."""
        try:
            why = self.ctl("root", "why", user).stdout.splitlines()[-3:]
        except (Failed, OSError) as e:
            why = [str(e)]
        return "there: %s; why: %s; the log: %s" % (self.listed(user), " | ".join(why) or "nothing",
                                                    " | ".join(self.events()[-5:]))

    def events(self):
        """The lines of the log about events of holdfast's."""
        return self.syslog.find(r"event=")

    def held(self, t, user="alice"):
        """T, the terminal of a login of USER's at its prompt, if it is held; fails with the reason if it is not."""
        if not t.ask("$HOLDFAST_SESSION"):
            raise Failed("the login is not held: %r; %s" % (t.text()[-300:], self.told(user)))
        return t

    def wait_none(self, user="alice", timeout=DEADLINE):
        self.wait_sessions(0, None, user, timeout)

    # processes -------------------------------------------------------------------------------------------------------

    def processes(self):
        """All of the world's processes: dictionaries of pid, ppid, comm, uid, cmd, state."""
        out = []
        for d in glob.glob("/proc/[0-9]*"):
            try:
                with open(d + "/stat", errors="replace") as f:
                    stat = f.read()
                with open(d + "/cmdline", "rb") as f:
                    cmd = f.read().rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
                uid = os.stat(d).st_uid
                with open(d + "/status") as f:
                    uid = int(re.search(r"^Uid:\s+(\d+)", f.read(), re.M).group(1))
            except (OSError, AttributeError):
                continue
            tail = stat[stat.rindex(")") + 2:].split()
            out.append({"pid": int(d[6:]), "ppid": int(tail[1]), "comm": stat[stat.index("(") + 1:stat.rindex(")")],
                        "uid": uid, "cmd": cmd, "state": tail[0], "tty": int(tail[4])})
        return [p for p in out if p["state"] not in "ZX"]

    def named(self, comm, user=None):
        """Pids of processes whose name is COMM (15 bytes are kept by the kernel)."""
        uid = None if user is None else self.ids(user)[0]
        return sorted(p["pid"] for p in self.processes() if p["comm"] == comm[:15] and uid in (None, p["uid"]))

    def sshd_of(self, user, kind):
        """Pids of sshd's processes for USER: "monitor" (root) or "user"."""
        want = r"sshd(-session)?: %s \[priv\]" % user if kind == "monitor" else r"sshd(-session)?: %s(@|$)" % user
        return sorted(p["pid"] for p in self.processes() if re.match(want, p["cmd"]))

    def parents(self, pid):
        table = {p["pid"]: p for p in self.processes()}
        out = []
        while pid in table:
            out.append(table[pid])
            pid = table[pid]["ppid"]
        return out

    def leader_of(self, session):
        """The pid of the root process that a session's keeper is a child of."""
        chain = self.parents(session["keeper_pid"])
        check(len(chain) > 1 and chain[1]["uid"] == 0, "the keeper's parent is no root process: %s" % chain)
        return chain[1]["pid"]

    @staticmethod
    def exists(pid):
        try:
            with open("/proc/%d/stat" % pid) as f:
                text = f.read()
            return text[text.rindex(")") + 2] not in "ZX"
        except OSError:
            return False

    def wait_gone(self, pid, what=None, timeout=DEADLINE):
        wait_until(lambda: not self.exists(pid), what or "process %d is gone" % pid, timeout)

    def environ(self, pid):
        with open("/proc/%d/environ" % pid, "rb") as f:
            return dict(e.decode("utf-8", "replace").split("=", 1) for e in f.read().split(b"\0") if b"=" in e)

    # what a resumed shell has to be -----------------------------------------------------------------------------------

    def mark(self, t):
        """Puts a variable and a background job into the shell in T; what Marked.same() compares with."""
        return Marked(self, t)

    def drop(self, t, count=1, user="alice"):
        """Kills the ssh client T and waits until COUNT sessions are dropped."""
        before = self.listed(user)
        t.kill()
        return self.wait_sessions(count, "dropped", user, before=before)

    def records(self):
        try:
            return sorted(n for n in os.listdir(RUN + "/logins") if not n.startswith("."))
        except FileNotFoundError:
            return []

    def note(self, text):
        """A line about what was measured, printed with the case's result."""
        with open(os.path.join(self.log, "notes"), "a") as f:
            f.write(text + "\n")

    def stop(self):
        for t in self.terms:
            t.read(0)
        write(os.path.join(self.log, "processes"),
              "".join("%(pid)6d %(ppid)6d %(uid)5d %(state)s %(comm)-16s %(cmd)s\n" % p for p in self.processes()))


class Marked:
    def __init__(self, host, t):
        self.host = host
        Term.questions += 1
        self.value = "v%d" % Term.questions
        self.pid = t.shell_pid()
        t.run("marker=%s; sleep 98765 & job=$!" % self.value)
        self.job = int(t.ask("$job"))

    def same(self, t):
        """Fails unless the shell in T is this one, with its variable and its job."""
        equal(t.shell_pid(), self.pid, "the shell's pid after the resume")
        equal(t.ask("$marker"), self.value, "the shell's variable after the resume")
        check(self.host.exists(self.job), "the background job %d is gone" % self.job)
        equal(int(t.ask("$(jobs -p | tail -n 1)")), self.job, "the shell's job after the resume")


def run_case(src, log, extra, make=Host):
    """The entry of a case's world: 0, 1 or 77, and the reason in the file "result".  MAKE makes the case's argument."""
    result, code = "", 0
    host = make(src, log)
    try:
        case = getattr(__import__(extra["module"]), extra["case"])
        if getattr(case, "start", True):
            host.start()
        case(host)
    except Skip as e:
        result, code = str(e), 77
    except BaseException as e:
        result, code = (str(e) or type(e).__name__), 1
        if not isinstance(e, Failed):
            result = "%s: %s" % (type(e).__name__, e)
        with open(os.path.join(log, "traceback"), "w") as f:
            traceback.print_exc(file=f)
    try:
        host.stop()
    except Exception as e:
        result = result or str(e)
    write(os.path.join(log, "result"), result + "\n")
    return code


def by_hand(case):
    """Decorator: the case starts the daemons itself."""
    case.start = False
    return case


def takes_long(case):
    """Decorator: the case is begun first, so that the others go by beside it."""
    case.takes_long = True
    return case


def by_request(case):
    """Decorator: the case takes minutes and runs only when a pattern names it."""
    case.by_request = True
    return case
