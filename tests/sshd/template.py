# SPDX-License-Identifier: MIT
"""What all worlds start from: users, keys, sshd's and PAM's configuration.  Runs once, inside a world of its own."""
import os
import shutil
import subprocess

PORT = 2222
LIBEXEC = "/usr/libexec/holdfast"
# name, login shell, password or None
USERS = (("alice", "/bin/bash", "alice-secret"), ("bob", "/bin/bash", None), ("laptop", "/bin/bash", None),
         ("carol", "/usr/sbin/nologin", None), ("chris", "/bin/bash", None), ("dan", "/bin/dash", None))
OTHER_SHELLS = (("zoe", ("/usr/bin/zsh", "/bin/zsh")), ("finn", ("/usr/bin/fish",)), ("tom", ("/usr/bin/tcsh",)),
                ("cleo", ("/usr/bin/bsd-csh", "/bin/bsd-csh")))
KEYS = ("key1", "key2", "key3")
# Where fish finds no such directory, its first start makes completions of all manual pages, a quarter of a minute long.
FISH_IS_NOT_NEW = (".local/share/fish/generated_completions/.made", ".cache/fish/generated_completions/.made")

PAM_FIRST = "session optional pam_holdfast.so begin\n"
PAM_LAST = "session optional pam_holdfast.so\n"

SSHD_DROPIN = """\
Port %(port)d
ListenAddress %(listen)s
HostKey /etc/ssh/test_host_key
LogLevel VERBOSE
MaxStartups 500
MaxSessions 100
UseDNS no
PasswordAuthentication yes
"""

CLIENT_CONFIG = """\
Host *
	Port %(port)d
	IdentityFile /home/laptop/.ssh/key1
	IdentitiesOnly yes
	UserKnownHostsFile /home/laptop/.ssh/known_hosts
	StrictHostKeyChecking yes
	HostKeyAlias server
	ConnectTimeout 60
	KexAlgorithms curve25519-sha256
	LogLevel ERROR
	IgnoreUnknown ObscureKeystrokeTiming
	ObscureKeystrokeTiming no
Host server server-resume
	HostName 127.0.0.1
Host server-resume
	SessionType subsystem
	RemoteCommand resume
	RequestTTY force
"""

BASHRC = """\
PS1='PROMPT$ '
PROMPT_COMMAND=
HISTFILE=
"""
BASH_PROFILE = """\
echo profile-was-read >>~/.profile-log
[ "$BASH" ] && . ~/.bashrc
PS1='PROMPT$ '
"""
BASH_LOGOUT = "echo logout-was-read >>~/.logout-log\n"


def write(path, text, mode=0o644, owner=None):
    """Writes a file whole; OWNER is (uid, gid)."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
        os.fchmod(f.fileno(), mode)
        if owner:
            os.fchown(f.fileno(), *owner)


def run(*argv, **kw):
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **kw)


def make_users():
    users = list(USERS)
    for name, shells in OTHER_SHELLS:
        found = [s for s in shells if os.access(s, os.X_OK)]
        if found:
            users.append((name, found[0], None))
    for name, shell, password in users:
        # a home that the host has is another user's: not this one's
        shutil.rmtree("/home/" + name, ignore_errors=True)
        if has_user(name):
            run("userdel", name, stderr=subprocess.DEVNULL)
        run("useradd", "-m", "-s", shell, name)
        if password:
            subprocess.run(["chpasswd"], input="%s:%s\n" % (name, password), text=True, check=True)
        else:
            run("usermod", "-p", "*", name)
    return [u[0] for u in users]


def has_user(name):
    with open("/etc/passwd") as f:
        return any(line.startswith(name + ":") for line in f)


def make_keys(users):
    os.makedirs("/root/.ssh", exist_ok=True)
    home = "/home/laptop/.ssh"
    os.makedirs(home, 0o700)
    for key in KEYS:
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", os.path.join(home, key))
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "host", "-f", "/etc/ssh/test_host_key")
    with open("/etc/ssh/test_host_key.pub") as f:
        write(home + "/known_hosts", "server " + f.read())
    write(home + "/config", CLIENT_CONFIG % {"port": PORT}, 0o600)
    keys = "".join(open(os.path.join(home, k + ".pub")).read() for k in KEYS[:2])
    for user in users:
        uid, gid = ids(user)
        base = "/home/" + user
        if user != "laptop":
            write(base + "/.ssh/authorized_keys", keys, 0o600, (uid, gid))
        for name, text in ((".bashrc", BASHRC), (".profile", BASH_PROFILE), (".bash_logout", BASH_LOGOUT),
                           (".zshrc", "PROMPT='PROMPT$ '\nunsetopt PROMPT_SP\nHISTFILE=\n"),
                           (".tcshrc", "set prompt='PROMPT$ '\nunset autologout\n"),
                           (".cshrc", "set prompt='PROMPT$ '\n"),
                           (".config/fish/config.fish",
                            "function fish_prompt; echo -n 'PROMPT$ '; end\nset -g fish_greeting\n"),
                           *((name, "") for name in FISH_IS_NOT_NEW), (".hushlogin", "")):
            write(os.path.join(base, name), text, 0o644, (uid, gid))
        for top, dirs, files in os.walk(base):
            for n in dirs + files:
                os.chown(os.path.join(top, n), uid, gid, follow_symlinks=False)
    write("/root/.ssh/authorized_keys", keys, 0o600)
    for name, text in ((".bashrc", BASHRC), (".profile", BASH_PROFILE), (".hushlogin", "")):
        write("/root/" + name, text)
    for name in (".bash_profile", ".bash_login"):
        if os.path.lexists("/root/" + name):
            os.unlink("/root/" + name)


def ids(user):
    with open("/etc/passwd") as f:
        for line in f:
            fields = line.split(":")
            if fields[0] == user:
                return int(fields[2]), int(fields[3])
    raise KeyError(user)


def make_sshd(listen):
    original = "/usr/share/openssh/sshd_config"
    shutil.copy(original if os.path.exists(original) else "/etc/ssh/sshd_config", "/etc/ssh/sshd_config")
    for d in ("/etc/ssh/sshd_config.d", "/etc/ssh/ssh_config.d"):
        shutil.rmtree(d, ignore_errors=True)
        os.mkdir(d)
    write("/etc/ssh/sshd_config.d/00-test.conf", SSHD_DROPIN % {"port": PORT, "listen": listen})
    sample = "/usr/share/holdfast/sshd_config.d/holdfast.conf"
    if os.path.exists(sample):
        shutil.copy(sample, "/etc/ssh/sshd_config.d/holdfast.conf")
    with open("/etc/pam.d/sshd") as f:
        lines = [line for line in f if "pam_holdfast" not in line]
    write("/etc/pam.d/sshd", PAM_FIRST + "".join(lines) + PAM_LAST)


def make_loginuid_optional():
    """Where the audit login uid is already set and may not be set again, pam_loginuid would refuse every login."""
    try:
        with open("/proc/self/loginuid") as f:
            if int(f.read()) == 0xffffffff:
                return
    except OSError:
        return
    for name in os.listdir("/etc/pam.d"):
        path = os.path.join("/etc/pam.d", name)
        with open(path) as f:
            text = f.read()
        if "pam_loginuid" in text:
            write(path, "".join(line.replace("required", "optional") if "pam_loginuid" in line else line
                                for line in text.splitlines(True)))
            print("note: this kernel task has a login uid: pam_loginuid is optional in %s of the tests" % path)


def hook_text(shell):
    if not os.access("/usr/bin/holdfastctl", os.X_OK):
        return ""
    r = subprocess.run(["/usr/bin/holdfastctl", "hook", shell], capture_output=True, text=True)
    return r.stdout if r.returncode == 0 else ""


def make_hooks():
    """The shells whose start-up files the package can't reach by profile.d, as holdfastctl hook says."""
    for shell, path in (("zsh", "/etc/zsh/zprofile"), ("fish", "/etc/fish/conf.d/00-holdfast.fish"),
                        ("tcsh", "/etc/csh.login")):
        text = hook_text(shell)
        if not text:
            continue
        old = ""
        if os.path.exists(path):
            with open(path) as f:
                old = f.read()
        write(path, text + old)


def prepare(src, log, extra):
    os.umask(0o022)
    write("/etc/hosts", "127.0.0.1 localhost server\n::1 localhost\n")
    write("/etc/hostname", "server\n")
    shutil.rmtree("/etc/update-motd.d", ignore_errors=True)
    for path in ("/etc/motd", "/etc/nologin", "/etc/environment", "/etc/default/locale"):
        if os.path.lexists(path):
            os.unlink(path)
    write("/etc/default/locale", "LANG=C.UTF-8\n")
    write("/etc/environment", "")
    make_keys(make_users())
    make_sshd("0.0.0.0")
    make_loginuid_optional()
    make_hooks()
    return 0
