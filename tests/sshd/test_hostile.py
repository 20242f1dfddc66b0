# SPDX-License-Identifier: MIT
"""Peers with a valid ticket that are not what they ought to be, and things planted in the user's directory."""
import os
import shutil
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


def users_dir(host, user="alice"):
    return "%s/users/%d" % (RUN, host.ids(user)[0])


def test_planted_symlinks(host):
    """Links below users/<uid>, before the first session: logins work, and nothing is written where they point."""
    host.ctl("alice", "ls")
    t = host.login()
    t.line("exit")
    t.wait_exit()
    host.wait_none()
    d = users_dir(host)
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
    if held:
        host.drop(t)
        equal(host.ssh().shell_pid(), pid, "the shell")


def test_planted_socket(host):
    """A link to another user's socket as a keeper's: the login does not hand its terminal to that."""
    t = host.login()
    t.line("exit")
    t.wait_exit()
    host.wait_none()
    bob = host.ids("bob")[0]
    alice = host.ids("alice")[0]
    os.mkdir("/var/bob", 0o777)
    fd = os.open("/var/bob", os.O_RDONLY)
    script = ("import socket,os\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\ns.bind('/var/bob/sock')\n"
              "os.chmod('/var/bob/sock',0o777)\ns.listen(50)\nprint('listens',flush=True)\n"
              "while True:\n c=s.accept()[0]\n m,a,f,x=c.recvmsg(65536,4096)\n print(m[:1].hex() or '-',len(a),flush=True)\n")
    os.fchown(fd, bob, -1)
    os.close(fd)
    log = open(os.path.join(host.log, "bob"), "w")
    p = subprocess.Popen(["/usr/bin/python3", "-c", script], user=bob, stdout=log)
    wait_until(lambda: os.path.exists("/var/bob/sock"), "bob listens")
    d = users_dir(host)
    os.symlink("/var/bob", d + "/1")
    os.mkdir(d + "/2", 0o700)
    os.symlink("/var/bob/sock", d + "/2/sock")
    for n in ("1", "2"):
        os.lchown(d + "/" + n, alice, -1)
    os.lchown(d + "/2/sock", alice, -1)
    t = host.login()
    equal(t.run("true"), 0, "a command")
    host.ctl("alice", "ls")
    host.ctl("alice", "attach", "2", stdin=subprocess.DEVNULL)
    t2 = host.login(options=["-o", "SetEnv=LC_HOLDFAST=2"])
    equal(t2.run("true"), 0, "a command")
    p.kill()
    p.wait()
    with open(log.name) as f:
        said = f.read().split("\n")
    equal([x for x in said if x and x != "listens" and not x.startswith("-")], [], "messages that bob got")


def test_another_user_at_a_keeper(host):
    """Even when the owner has laid the directory open."""
    t = host.login()
    marked = host.mark(t)
    number = host.session()["id"]
    d = "%s/%d" % (users_dir(host), number)
    check(not can("bob", host, "ls %s" % d), "bob can list %s" % d)
    t.run("chmod 777 %s %s %s/sock" % (users_dir(host), d, d))
    check(can("bob", host, "ls %s" % d), "laid open")
    script = ("import socket\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\ns.settimeout(20)\n"
              "try:\n s.connect('%s/sock')\n s.send(b'\\x01')\n print('got',len(s.recv(65536)))\n"
              "except OSError as e: print('got 0')\n" % d)
    r = host.as_user("bob", ["/usr/bin/python3", "-c", script], text=True)
    equal(r.stdout, "got 0\n", "a keeper's answer to another user")
    r = host.as_user("alice", ["/usr/bin/python3", "-c", script], text=True)
    check(r.stdout != "got 0\n", "the owner gets no answer either")
    marked.same(t)
    # the directory is open to others now: what a login makes of that is its matter, but there is a shell
    host.drop(t)
    t2 = host.ssh().prompt()
    equal(t2.run("true"), 0, "a command")


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
    equal([x for x in held if x.startswith("/") and not x.startswith(("/dev/", "/memfd", "/run/holdfast/users"))], [],
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
    for path, mode in ((RUN, 0o755), (RUN + "/logins", 0o700), (RUN + "/leaders", 0o700), (RUN + "/users", 0o711)):
        st = os.stat(path)
        equal((st.st_uid, st.st_mode & 0o7777), (0, mode), "owner and mode of " + path)
    t = host.login()
    st = os.stat(users_dir(host))
    equal((st.st_uid, st.st_mode & 0o7777), (host.ids("alice")[0], 0o700), "owner and mode of alice's directory")
    check(t.alive(), "alice is logged in")
