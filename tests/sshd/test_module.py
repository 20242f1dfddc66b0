# SPDX-License-Identifier: MIT
"""pam_holdfast.so in trouble: every login still succeeds."""
import os
import subprocess

from host import RUN, by_hand
from template import write
from term import check, equal, wait_until


def logins_work(host, held=False, user="alice", ticket=False):
    """A shell, a command and a copy; whether the shell was held is as expected."""
    t = host.login(user)
    equal(bool(t.ask("$HOLDFAST_SESSION")), held, "the shell is held")
    if not held:
        equal(t.ask("$HOLDFAST_TICKET"), "", "the ticket")
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh")
    # the module knows nothing of policy: a command of a login that might be held has a ticket
    r = host.ssh_run(user, args=["echo 'hello[]'" if held or ticket else "echo hello[$HOLDFAST_TICKET]"])
    equal((r.returncode, r.stdout, r.stderr), (0, b"hello[]\n", b""), "a command")


def one_line(host, before):
    """The module said something, in one line a login."""
    lines = host.syslog.find(r"pam_holdfast")[before:]
    check(lines, "pam_holdfast said nothing")
    check(len(lines) <= 2, "pam_holdfast said too much for two logins: %s" % lines)


@by_hand
def test_absent_run(host):
    host.start_sshd()
    check(not os.path.exists(RUN), "there is a " + RUN)
    logins_work(host)
    check(not os.path.exists(RUN), "the module made " + RUN)


@by_hand
def test_absent_logins(host):
    os.makedirs(RUN, 0o755)
    host.start_sshd()
    logins_work(host)


def test_full_run(host):
    """No space for the record."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700,size=64k", "tmpfs", RUN + "/logins"], check=True)
    with open(RUN + "/logins/.fill", "wb", buffering=0) as f:
        try:
            while True:
                f.write(b"x" * 512)
        except OSError:
            pass
    logins_work(host)
    one_line(host, 0)
    equal([n for n in os.listdir(RUN + "/logins") if n != ".fill"], [], "what failed writing left behind")


def test_no_inodes(host):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700,nr_inodes=1", "tmpfs", RUN + "/logins"], check=True)
    logins_work(host)
    one_line(host, 0)


def test_readonly_run(host):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700,ro", "tmpfs", RUN + "/logins"], check=True)
    logins_work(host)
    one_line(host, 0)


def test_wrong_kind_of_logins(host):
    """A file, a link, another's directory, an open directory."""
    path = RUN + "/logins"
    os.mkdir("/run/elsewhere", 0o700)

    def file():
        write(path, "")

    def link():
        os.symlink("/run/elsewhere", path)

    def owner():
        os.mkdir(path, 0o700)
        os.chown(path, host.ids("alice")[0], -1)

    def mode():
        os.mkdir(path)
        os.chmod(path, 0o777)
    for make in (file, link, owner, mode):
        if not os.path.exists(path + ".away"):
            os.rename(path, path + ".away")
        make()
        before = len(host.syslog.find("pam_holdfast"))
        logins_work(host)
        one_line(host, before)
        equal(os.listdir("/run/elsewhere"), [], "what was written through the link")
        if os.path.islink(path) or os.path.isfile(path):
            os.unlink(path)
        else:
            equal(os.listdir(path), [], "what was written into a directory that is not safe")
            os.rmdir(path)
    os.rename(path + ".away", path)
    logins_work(host, held=True)


def test_bad_policy_file(host):
    for text in ("Nonsense yes\n", "MaxSessions many\n", "Match\n", "\0\0\0", "x" * 100000 + "\n", "Enable\n"):
        write("/etc/holdfast/holdfast.conf", text)
        before = len(host.syslog.find("holdfastd.*holdfast.conf"))
        logins_work(host, ticket=True)
        check(len(host.syslog.find("holdfastd.*holdfast.conf")) > before, "the log says nothing of %r" % text[:20])
    write("/etc/holdfast/holdfast.conf", "", 0o666)
    logins_work(host, ticket=True)
    os.unlink("/etc/holdfast/holdfast.conf")
    logins_work(host, held=True)
    os.mkdir("/etc/holdfast/holdfast.conf")
    logins_work(host, ticket=True)


def test_kill_switch(host):
    write("/etc/holdfast/disabled", "")
    logins_work(host)
    equal(host.records(), [], "records")
    said = host.syslog.find("pam_holdfast")
    equal([x for x in said if "event=aside user=alice" not in x or "why=disabled" not in x], [], "what the module said")
    os.unlink("/etc/holdfast/disabled")
    logins_work(host, held=True)


def test_other_service(host):
    """In another service's stack it does nothing."""
    with open("/etc/pam.d/su", "a") as f:
        f.write("session optional pam_holdfast.so\n")
    r = subprocess.run(["su", "alice", "-c", "echo hello[$HOLDFAST_TICKET]"], capture_output=True, text=True)
    equal(r.stdout, "hello[]\n", "su")
    equal(host.records(), [], "records")


def test_service_argument(host):
    """Told of another service, it leaves sshd alone."""
    with open("/etc/pam.d/sshd") as f:
        text = f.read()
    write("/etc/pam.d/sshd", text.replace("pam_holdfast.so", "pam_holdfast.so service=other"))
    logins_work(host)
    equal(host.records(), [], "records")
    write("/etc/pam.d/sshd", text.replace("pam_holdfast.so", "pam_holdfast.so service=other service=sshd"))
    logins_work(host, held=True)


def test_required(host):
    """Even so it fails nobody's login."""
    with open("/etc/pam.d/sshd") as f:
        text = f.read()
    write("/etc/pam.d/sshd", text.replace("session optional pam_holdfast.so", "session required pam_holdfast.so"))
    # not removed, for holdfastd would make it anew
    os.chmod(RUN + "/logins", 0o755)
    logins_work(host)


def test_record(host):
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    names = host.records()
    equal(len(names), 1, "records")
    path = os.path.join(RUN, "logins", names[0])
    st = os.stat(path)
    equal((st.st_uid, st.st_mode & 0o7777, st.st_nlink), (0, 0o600, 1), "owner, mode and links of the record")
    equal(os.stat(RUN + "/logins").st_mode & 0o7777, 0o700, "mode of the directory")
    equal(t.ask("$HOLDFAST_TICKET"), names[0], "the ticket")
    with open(path) as f:
        lines = f.read().splitlines()
    found = {k: v for k, _, v in (line.partition(" ") for line in lines)}
    uid = host.ids("alice")[0]
    equal((found["uid"], found["user"], found["service"]), (str(uid), "alice", "sshd"), "uid, user and service")
    equal((found["address"], found["local-port"]), ("127.0.0.1", "2222"), "addresses")
    equal(int(found["pid"]), host.sshd_of("alice", "monitor")[0], "sshd's pid")
    check(found["auth"].startswith("publickey ssh-ed25519 "), "auth is %r" % found["auth"])
    t.line("exit")
    t.wait_exit()
    wait_until(lambda: not host.records(), "the record is removed", 20)


def test_records_of_dead_logins_are_swept(host):
    t = host.login()
    for pid in host.sshd_of("alice", "monitor"):
        os.kill(pid, 9)
    t.kill()
    check(host.records(), "a killed monitor's record is there still")
    stale = host.records()
    host.stop_holdfastd()
    host.start_holdfastd()
    wait_until(lambda: not set(stale) & set(host.records()), "the sweeper has removed it", 30)


def test_no_descriptor_is_leaked(host):
    """What the module and the hook leave in a plain login shell: nothing."""
    t = host.login(options=["-o", "SetEnv=LC_HOLDFAST=off"])
    fds = sorted(int(n) for n in os.listdir("/proc/%d/fd" % t.shell_pid()))
    equal([n for n in fds if n not in (0, 1, 2, 255)], [], "further descriptors of the shell")
    monitor = host.sshd_of("alice", "monitor")[0]
    links = [os.readlink("/proc/%d/fd/%s" % (monitor, n)) for n in os.listdir("/proc/%d/fd" % monitor)]
    equal([x for x in links if "holdfast" in x], [], "descriptors of sshd's monitor")
