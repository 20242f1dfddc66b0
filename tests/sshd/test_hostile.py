# SPDX-License-Identifier: MIT
"""Peers with a valid ticket that are not what they ought to be, and things planted in the user's directory."""
import os
import re
import shutil
import stat
import subprocess

from host import RUN
from template import write
from term import check, equal, wait_until

PEER = "/usr/bin/python3 /usr/local/lib/peer.py "
NOT_INSIDE = "REFUSED 3"


def install_peer(host):
    shutil.copy(os.path.join(host.src, "tests/sshd/peer.py"), "/usr/local/lib/peer.py")
    os.chmod("/usr/local/lib/peer.py", 0o644)


def ask(host, user, command):
    r = host.ssh_run(user, args=[command])
    lines = [x for x in r.stdout.decode().splitlines() if x.startswith("said ")]
    equal(len(lines), 1, "answers to %s (%r, %r)" % (command, r.stdout, r.stderr[-300:]))
    return lines[0][5:]


def can(user, host, command):
    return host.as_user(user, ["sh", "-c", command]).returncode == 0


WRAPPERS_ROOT = (("a mount namespace", "unshare --mount "), ("a net namespace", "unshare --net "),
                 ("a pid namespace", "unshare --pid --fork "), ("a user namespace", "unshare --user --map-root-user "),
                 ("no_new_privs", "setpriv --no-new-privs "), ("a seccomp filter", PEER + "seccomp "),
                 ("another root directory", "chroot /var/jail "))
WRAPPERS_USER = (("a user namespace", "unshare --user "), ("a user and a mount namespace", "unshare -Um "),
                 ("a user and a net namespace", "unshare -Un "), ("a user and a pid namespace", "unshare -Up --fork "),
                 ("no_new_privs", "setpriv --no-new-privs "),
                 ("a seccomp filter", PEER + "seccomp "))


def make_jail():
    os.makedirs("/var/jail")
    for d in ("usr", "etc", "dev", "proc", "run"):
        os.mkdir("/var/jail/" + d)
        subprocess.run(["mount", "--rbind", "/" + d, "/var/jail/" + d], check=True)
    for d in ("bin", "lib", "lib64", "sbin"):
        if os.path.islink("/" + d):
            os.symlink(os.readlink("/" + d), "/var/jail/" + d)


def test_sandboxed_peers(host):
    install_peer(host)
    make_jail()
    for user, wrappers in (("root", WRAPPERS_ROOT), ("alice", WRAPPERS_USER)):
        equal(ask(host, user, PEER + "vouch"), "FACTS", "a plain peer of %s's" % user)
        for what, wrapper in wrappers:
            if "seccomp" not in wrapper and not can(user, host, wrapper + "/usr/bin/true"):
                continue  # not allowed here: then nobody can come from there
            for op in ("vouch", "start"):
                equal(ask(host, user, wrapper + PEER + op), NOT_INSIDE, "%s: %s from %s" % (user, op, what))
    equal(host.sessions("alice") + host.sessions("root"), [], "sessions")
    equal(host.named("holdfast-keeper"), [], "keepers")


def test_peer_outside_of_the_login(host):
    """With the right user and a valid ticket, but not a descendant of that login's sshd."""
    install_peer(host)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    ticket = t.ask("$HOLDFAST_TICKET")
    equal(len(ticket), 32, "length of the ticket")
    r = host.as_user("alice", ["/usr/bin/python3", "/usr/local/lib/peer.py", "start", ticket], text=True)
    equal(r.stdout, "said %s\n" % NOT_INSIDE, "a peer that is no child of sshd")
    # from another login of the same user
    equal(ask(host, "alice", PEER + "start " + ticket), NOT_INSIDE, "a peer in another login")
    # one that has left its parents behind
    t.line("(setsid sh -c 'sleep 0.3; %s start >~/orphan 2>&1' &)" % PEER)

    def said():
        try:
            with open("/home/alice/orphan") as f:
                return f.read().strip()
        except FileNotFoundError:
            return ""
    equal(wait_until(said, "the orphan's answer"), "said " + NOT_INSIDE, "an orphan")
    equal(host.sessions(), [], "sessions")


def test_another_users_ticket(host):
    install_peer(host)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    ticket = t.ask("$HOLDFAST_TICKET")
    for user in ("bob", "root"):
        said = ask(host, user, PEER + "start " + ticket)
        check(said in ("REFUSED 2", "REFUSED 3", "REFUSED 1"), "%s with alice's ticket: %s" % (user, said))
    equal(host.sessions() + host.sessions("bob"), [], "sessions")


def test_truncated_memfd(host):
    """The same user may reach the keeper's ring through /proc: it is sealed."""
    t = host.login()
    marked = host.mark(t)
    keeper = host.session()["keeper_pid"]
    write("/home/alice/shrink.py", """
import os, sys
d = "/proc/%s/fd" % sys.argv[1]
try:
    names = os.listdir(d)
except OSError:
    names = []
for n in names:
    try:
        if "memfd" not in os.readlink(d + "/" + n):
            continue
        fd = os.open(d + "/" + n, os.O_RDWR)
        os.ftruncate(fd, 0)
        print("TRUNCATED", n)
    except OSError as e:
        print("refused", n, e.errno)
print("tried", len(names))
""")
    for user in ("alice", "root"):
        r = host.as_user(user, ["/usr/bin/python3", "/home/alice/shrink.py", str(keeper)], text=True)
        check("tried" in r.stdout and "TRUNCATED" not in r.stdout, "%s: %s" % (user, r.stdout + r.stderr))
        if user == "root":
            check("refused" in r.stdout, "the keeper has no memfd that root could find: %s" % r.stdout)
    t.run("seq 1 300000 | tail -n 1")
    marked.same(t)
    host.drop(t)
    marked.same(host.ssh())


def sessions_dir(host, user="alice"):
    return "%s/sessions/%d" % (RUN, host.ids(user)[0])


def old_dir(host, user="alice"):
    """What the version before gave to users: keepers of that version are still found in it until they end."""
    d, made = "%s/users/%d" % (RUN, host.ids(user)[0]), "%s/made" % RUN
    # holdfastd takes an empty directory away: it comes with a file, as it has with sessions.
    os.makedirs(made)
    write(made + "/last", "")
    os.chmod(made, 0o700)
    os.chown(made, *host.ids(user)[:2])
    if not os.path.isdir(RUN + "/users"):
        os.mkdir(made + "-users")
        os.chmod(made + "-users", 0o711)
        os.rename(made, "%s-users/%d" % (made, host.ids(user)[0]))
        os.rename(made + "-users", RUN + "/users")
    else:
        os.rename(made, d)
    return d


def test_planted_symlinks(host):
    """Links below users/<uid>, before the first session: logins work, and nothing is written where they point."""
    d = old_dir(host)
    alice = host.ids("alice")[0]
    os.mkdir("/home/alice/trap")
    os.chown("/home/alice/trap", alice, -1)
    os.makedirs("/var/trap")
    victims = ["/home/alice/trap", "/var/trap", "/etc", "/nonexistent", "/etc/passwd"]
    for i in range(1, 41):
        os.symlink(victims[i % len(victims)], "%s/%d" % (d, i))
        os.lchown("%s/%d" % (d, i), alice, -1)
    etc = sorted(os.listdir("/etc"))
    t = host.login()
    equal(t.run("true"), 0, "a command")
    pid, held = t.shell_pid(), t.ask("$HOLDFAST_SESSION")
    equal(os.listdir("/home/alice/trap") + os.listdir("/var/trap"), [], "what was written through links")
    equal(sorted(os.listdir("/etc")), etc, "/etc")
    for who in ("alice", "root"):
        check(host.ctl(who, "ls").returncode == 0, "holdfastctl ls of " + who)
    equal(held, "41", "the number: those that are taken in the old directory are not given")
    host.drop(t)
    equal(host.ssh().shell_pid(), pid, "the shell")


LISTENER = r"""
import os, socket, sys
path = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(path)
os.chmod(path, 0o777)
s.listen(50)
print("listens", flush=True)
while True:
    c = s.accept()[0]
    m, a, f, x = c.recvmsg(65536, 4096)
    print(m[:1].hex() or "-", len(a), flush=True)
"""


def listener(host, user, path):
    """A process of USER's that listens on PATH as a keeper would, and what it has got so far."""
    write("/var/listener.py", LISTENER)
    log = open(os.path.join(host.log, "listener-" + user), "w")
    p = subprocess.Popen(["/usr/bin/python3", "/var/listener.py", path], user=host.ids(user)[0],
                         group=host.ids(user)[1], stdout=log)

    def got():
        with open(log.name) as f:
            return [x for x in f.read().split("\n") if x and not x.startswith("-")]
    wait_until(got, user + " listens")
    return p, got


def test_planted_socket(host):
    """A socket that is no keeper's, another user's or his own: the login does not hand its terminal to that."""
    bob, alice = host.ids("bob")[0], host.ids("alice")[0]
    os.mkdir("/var/bob", 0o777)
    os.chmod("/var/bob", 0o777)
    d = old_dir(host)
    os.mkdir(d + "/3", 0o700)
    os.chown(d + "/3", alice, -1)
    theirs = [listener(host, "bob", "/var/bob/sock"), listener(host, "alice", d + "/3/sock")]
    os.symlink("/var/bob", d + "/1")
    os.mkdir(d + "/2", 0o700)
    os.symlink("/var/bob/sock", d + "/2/sock")
    for n in ("1", "2", "2/sock"):
        os.lchown(d + "/" + n, alice, -1)
    t = host.login()
    equal(t.run("true"), 0, "a command")
    host.ctl("alice", "ls")
    for n in ("2", "3"):
        host.ctl("alice", "attach", n, stdin=subprocess.DEVNULL)
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=3"])
    equal(t2.run("true"), 0, "a command")
    for p, got in theirs:
        equal(got(), ["listens"], "messages that a process got that is no keeper")
        p.kill()
        p.wait()


def test_planted_in_root_s_directories(host):
    """Nobody but root can put anything there; and a socket of root's directories that root does not listen to is none."""
    t = host.login()
    marked = host.mark(t)
    d = sessions_dir(host)
    tries = ["mkdir %s/2", "touch %s/x", "rm -f %s/1/sock", "mv %s/1/sock %s/1/s", "rmdir %s", "touch %s/1/agent/x",
             "ln -s /tmp %s/1/x", "echo 7 >%s/1/login"]
    for command in tries:
        check(not can("alice", host, command.replace("%s", d)), command)
    os.mkdir(d + "/2", 0o755)
    alice = host.ids("alice")[0]
    os.chown(d + "/2", alice, -1)
    p, got = listener(host, "alice", d + "/2/sock")
    os.chown(d + "/2", 0, -1)
    equal([s["id"] for s in host.sessions()], [1], "sessions")
    host.ctl("alice", "attach", "2", stdin=subprocess.DEVNULL)
    host.login(options=["-o", "SetEnv=LC_HOLDFAST=2"])
    equal(got(), ["listens"], "messages that it got")
    p.kill()
    p.wait()
    marked.same(t)


def test_another_user_at_a_keeper(host):
    """Even when the socket has been laid open."""
    t = host.login()
    marked = host.mark(t)
    d = "%s/%d" % (sessions_dir(host), host.session()["id"])
    t.run("chmod 777 %s/sock" % d)
    equal(os.stat(d + "/sock").st_mode & 0o777, 0o777, "laid open")
    script = ("import socket\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\ns.settimeout(20)\n"
              "try:\n s.connect('%s/sock')\n s.send(b'\\x01')\n print('got',len(s.recv(65536)))\n"
              "except OSError as e: print('got 0')\n" % d)
    r = host.as_user("bob", ["/usr/bin/python3", "-c", script], text=True)
    equal(r.stdout, "got 0\n", "a keeper's answer to another user")
    r = host.as_user("alice", ["/usr/bin/python3", "-c", script], text=True)
    check(r.stdout != "got 0\n", "the owner gets no answer either")
    marked.same(t)
    host.drop(t)
    marked.same(host.ssh())


def test_held_shell_has_no_privileges(host):
    t = host.login()
    with open("/proc/%d/status" % t.shell_pid()) as f:
        status = dict(line.split(":", 1) for line in f.read().splitlines() if ":" in line)
    uid, gid, groups = host.ids("alice")
    equal(status["Uid"].split(), [str(uid)] * 4, "uids of the shell")
    equal(status["Gid"].split(), [str(gid)] * 4, "gids of the shell")
    equal(sorted(map(int, status["Groups"].split())), sorted(groups), "groups of the shell")
    for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
        equal(int(status[name], 16), 0, name + " of the shell")
    keeper = host.session()["keeper_pid"]
    with open("/proc/%d/status" % keeper) as f:
        text = f.read()
    check("Uid:\t%d\t%d\t%d\t%d" % ((uid,) * 4) in text, "uids of the keeper")
    held = [os.readlink("/proc/%d/fd/%s" % (keeper, n)) for n in os.listdir("/proc/%d/fd" % keeper)]
    equal([x for x in held if x.startswith("/") and not x.startswith(("/dev/", "/memfd", "/run/holdfast/sessions"))], [],
          "files that the keeper has open")


def test_pid_reuse(host):
    """A record whose sshd's pid now belongs to another process stands for nothing."""
    install_peer(host)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    ticket = t.ask("$HOLDFAST_TICKET")
    path = RUN + "/logins/" + ticket
    with open(path) as f:
        lines = f.read().splitlines(True)
    changed = ["start 1\n" if line.startswith("start ") else line for line in lines]
    check(changed != lines, "no start time in the record")
    write(path, "".join(changed), 0o600)
    t.line(PEER + "start")
    equal(t.wait_for(r"said ([^\r]*)").group(1), "REFUSED 1", "a record of a process that is gone")


def test_loose_record(host):
    """A record that is not root's alone is none."""
    install_peer(host)
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    path = RUN + "/logins/" + t.ask("$HOLDFAST_TICKET")

    def said():
        t.line(PEER + "vouch")
        return t.wait_for(r"said ([^\r]*)").group(1)
    equal(said(), "FACTS", "a good record")
    os.chmod(path, 0o644)
    check(said().startswith("REFUSED"), "a record that others may read")
    os.chmod(path, 0o600)
    os.chown(path, host.ids("alice")[0], -1)
    check(said().startswith("REFUSED"), "a record of alice's own")
    os.chown(path, 0, -1)
    equal(said(), "FACTS", "a good record again")
    os.rename(path, path + "x")
    os.symlink(path + "x", path)
    check(said().startswith("REFUSED"), "a record that is a link")


def test_owners_and_modes(host):
    st = os.stat(RUN + "/holdfastd.sock")
    equal(st.st_uid, 0, "owner of holdfastd's socket")
    for path, mode in ((RUN, 0o755), (RUN + "/logins", 0o700), (RUN + "/leaders", 0o700), (RUN + "/sessions", 0o755)):
        st = os.stat(path)
        equal((st.st_uid, st.st_mode & 0o7777), (0, mode), "owner and mode of " + path)
    t = host.login(options=["-o", "ForwardAgent=yes"])
    alice = host.ids("alice")[0]
    wait_until(lambda: os.path.exists(sessions_dir(host) + "/1/login"), "the number for the prompts")
    seen = {}
    for d, dirs, files in os.walk(RUN):
        for name in dirs + files:
            path = os.path.join(d, name)
            st = os.lstat(path)
            seen[re.sub("[0-9a-f]{32}", "X", path[len(RUN) + 1:])] = st
            if st.st_uid == 0:
                equal(st.st_gid, 0, "group of %s" % path)
                check(stat.S_ISSOCK(st.st_mode) or not st.st_mode & 0o022, "%s can be written by others" % path)
            else:
                check(stat.S_ISSOCK(st.st_mode), "%s is the user's and no socket" % path)
    base = "sessions/%d" % alice
    for path, uid, mode in ((base, 0, 0o755), (base + "/1", 0, 0o755), (base + "/1/sock", alice, 0o600),
                            (base + "/1/leader", alice, 0o600), (base + "/1/login", 0, 0o644),
                            (base + "/1/agent", 0, 0o711), (base + "/1/agent/X", 0, 0o755),
                            (base + "/1/agent/X/agent", alice, 0o600)):
        check(path in seen, "no %s in %s" % (path, sorted(seen)))
        st = seen[path]
        equal((st.st_uid, st.st_mode & 0o7777), (uid, mode), "owner and mode of " + path)
    check(not can("alice", host, "ls %s/%s/1/agent" % (RUN, base)), "the user can look for the agent's socket")
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: not os.listdir(RUN + "/sessions"), "nothing is left of the session")
