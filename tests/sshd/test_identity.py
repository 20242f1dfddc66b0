# SPDX-License-Identifier: MIT
"""Which logins are the same person's: only they resume a session by themselves."""
import json
import os
import subprocess

from template import run, write
from term import check, equal

SSH = "/home/laptop/.ssh"


def config(host, name, key, more=""):
    """A client configuration that has KEY: the options that use it."""
    with open(SSH + "/config") as f:
        text = f.read().replace("/key1", "/" + key)
    write("%s/%s" % (SSH, name), text + more, 0o644, host.ids("laptop")[:2])
    return ["-F", "%s/%s" % (SSH, name)]


def shell_of(t):
    """Its pid, with nothing under way."""
    pid = t.shell_pid()
    t.prompt()
    return pid


def left_behind(host, t, count=1, user="alice"):
    pid = shell_of(t)
    host.drop(t, count, user)
    return pid


def with_password(host, options=()):
    t = host.ssh(options=options)
    t.wait_for("assword:")
    t.line("alice-secret")
    return t.prompt()


PASSWORD = ["-o", "PreferredAuthentications=password", "-o", "PubkeyAuthentication=no"]
KEYBOARD = ["-o", "PreferredAuthentications=keyboard-interactive", "-o", "PubkeyAuthentication=no"]


def add_account(name, uid, home):
    subprocess.run(["useradd", "-o", "-u", str(uid), "-g", "alice", "-m", "-d", home, "-s", "/bin/bash", name], check=True)
    os.makedirs(home + "/.ssh", 0o700)
    with open("/home/alice/.ssh/authorized_keys") as f:
        write(home + "/.ssh/authorized_keys", f.read())
    for start in (".bashrc", ".profile", ".bash_logout"):
        with open("/home/alice/" + start) as f:
            write("%s/%s" % (home, start), f.read())
    subprocess.run(["chown", "-R", "%d:alice" % uid, home], check=True)
    os.chmod(home, 0o700)


def two_names(host):
    """alice's session, and a login by another name of her uid, with the same key."""
    add_account("twin", host.ids("alice")[0], "/home/twin")
    pid = left_behind(host, host.login(options=NAMED))
    t = host.login("twin")
    check(t.shell_pid() != pid, "twin is in alice's session")
    equal(t.ask("$USER:$LOGNAME:$HOME"), "twin:twin:/home/twin", "who twin is")
    check(t.ask("$HOLDFAST_SESSION"), "twin's login is held")
    t2 = host.login("twin", options=NAMED)
    check(t2.shell_pid() != pid, "twin is in alice's session, by its name")
    equal(t2.ask("$USER"), "twin", "who twin is")
    users = json.loads(host.ctl("root", "ls", "-a", "--json").stdout)["sessions"]
    equal(sorted(s["user"] for s in users), ["alice", "twin", "twin"], "whose they are")
    for one in (t, t2):
        one.kill()
    host.wait_sessions(3, "dropped")
    equal(host.ssh().shell_pid(), pid, "alice's shell")
    check(host.ssh("twin", options=NAMED).shell_pid() not in (pid, None), "twin's")
    equal(host.ssh(options=NAMED).shell_pid(), pid, "alice's shell, by its name")


NAMED = ["-o", "SetEnv=LC_HOLDFAST=work"]


def test_two_names_of_one_uid(host):
    two_names(host)


def test_two_names_of_one_uid_without_keys(host):
    write("/etc/holdfast/holdfast.conf", "MatchKey no\n")
    two_names(host)


def test_an_account_made_anew(host):
    """The same name and uid, and a session that was left by whoever had them before."""
    add_account("dave", 4711, "/tmp/dave")
    pid = left_behind(host, host.login("dave"), user="dave")
    t = host.ssh("dave")
    equal(shell_of(t), pid, "the shell of the same account")
    host.drop(t, 1, "dave")
    subprocess.run(["userdel", "-f", "-r", "dave"], check=False)
    add_account("dave", 4711, "/tmp/dave")
    t = host.login("dave")
    check(t.shell_pid() != pid, "who has the name now is in the session of who had it")
    check(t.ask("$HOLDFAST_SESSION"), "the login is held")
    host.wait_sessions(1, "dropped", "dave")


def test_a_uid_that_is_another_users_now(host):
    add_account("dave", 4711, "/home/dave")
    pid = left_behind(host, host.login("dave", options=NAMED), user="dave")
    subprocess.run(["userdel", "-f", "dave"], check=False)
    add_account("eve", 4711, "/home/eve")
    for options in ((), NAMED):
        check(host.login("eve", options=options).shell_pid() != pid, "the new user has the old one's shell")


def test_password_and_keyboard_are_one_class(host):
    host.configure_sshd("KbdInteractiveAuthentication yes\n")
    pid = left_behind(host, with_password(host, PASSWORD))
    equal(with_password(host, KEYBOARD).shell_pid(), pid, "the shell")


def test_two_factors_are_not_one(host):
    """Neither key alone nor password alone resumes what took both, nor the other way round."""
    both = ["-o", "PreferredAuthentications=publickey,password"]
    key = ["-o", "PreferredAuthentications=publickey"]
    # where a key is enough, sshd lets it in at once: so it is told each time which list it is
    host.configure_sshd("AuthenticationMethods publickey,password\n")
    strong = left_behind(host, with_password(host, both))
    host.configure_sshd("AuthenticationMethods publickey password\n")
    weak = left_behind(host, host.login(options=key), 2)
    weaker = left_behind(host, with_password(host, PASSWORD), 3)
    equal(len({strong, weak, weaker}), 3, "different shells")
    equal(host.ssh(options=key).shell_pid(), weak, "the key's shell")
    host.configure_sshd("AuthenticationMethods publickey,password\n")
    equal(with_password(host, both).shell_pid(), strong, "the shell of both")


def test_password_twice_is_more_than_once(host):
    """password and then keyboard-interactive are one class, and two steps."""
    host.configure_sshd("KbdInteractiveAuthentication yes\nAuthenticationMethods password,keyboard-interactive\n")
    t = host.ssh(options=["-o", "PubkeyAuthentication=no"])
    for _ in range(2):
        t.wait_for("assword:")
        t.line("alice-secret")
    strong = left_behind(host, t.prompt())
    host.configure_sshd("KbdInteractiveAuthentication yes\n")
    check(with_password(host, PASSWORD).shell_pid() != strong, "one password resumed what took two steps")


def certificate(host, key, key_id, serial):
    run("ssh-keygen", "-q", "-s", "/etc/ssh/test_ca", "-I", key_id, "-n", "alice", "-z", str(serial),
        "%s/%s.pub" % (SSH, key))
    host_ids = host.ids("laptop")[:2]
    with open("%s/%s-cert.pub" % (SSH, key)) as f:
        write("%s/%s-cert.pub" % (SSH, key), f.read(), 0o644, host_ids)


def test_certificate_is_ca_and_key_id(host):
    """A renewed certificate, and one for another key, with the same id; then another id.  The bare keys get in nowhere."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/test_ca")
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", SSH + "/key4")
    subprocess.run(["chown", "laptop", SSH + "/key4"], check=True)
    host.configure_sshd("TrustedUserCAKeys /etc/ssh/test_ca.pub\n")
    cert3, cert4 = config(host, "cert3", "key3"), config(host, "cert4", "key4")
    certificate(host, "key3", "alice@example", 1)
    certificate(host, "key4", "alice@example", 2)
    pid = left_behind(host, host.login(options=cert3))
    certificate(host, "key3", "alice@example", 77)
    equal(left_behind(host, host.ssh(options=cert3)), pid, "the shell of a renewed certificate")
    equal(left_behind(host, host.ssh(options=cert4)), pid, "the shell of the same id with another key")
    certificate(host, "key3", "bob@example", 3)
    check(left_behind(host, host.login(options=cert3), 2) != pid, "another key id resumed it")
    check(host.login().shell_pid() != pid, "a bare key resumed it")


def test_root_has_identities_too(host):
    key2 = config(host, "config2", "key2")
    first = left_behind(host, host.login("root"), 1, "root")
    second = left_behind(host, host.login("root", options=key2), 2, "root")
    check(first != second, "another key resumed root's session")
    equal(host.ssh("root").shell_pid(), first, "the first key's shell")
    equal(host.ssh("root", options=key2).shell_pid(), second, "the second key's shell")


def test_by_name_and_on_record(host):
    """Another identity's session of the same uid is listed, is attached by name, and the log says by whom."""
    pid = left_behind(host, host.login())
    key2 = config(host, "config2", "key2")
    t = host.login(options=key2)
    check(t.shell_pid() != pid, "another key resumed it by itself")
    number = host.session(shell_pid=pid)["id"]
    t.line("exit")
    t.wait_exit()
    t = host.ssh(options=[*key2, "-o", "SetEnv=LC_HOLDFAST=%d" % number])
    equal(t.shell_pid(), pid, "the shell asked for by number")
    with open(SSH + "/key2.pub") as f:
        prints = subprocess.run(["ssh-keygen", "-lf", "-"], input=f.read(), text=True, capture_output=True).stdout
    fingerprint = prints.split()[1]
    found = [line for line in host.syslog.lines if "session=%d " % number in line and fingerprint in line
             and "event=resume" in line and "other-key=yes" in line]
    check(found, "no line says who attached: %s" % host.syslog.find("event=")[-5:])
