# SPDX-License-Identifier: MIT
"""Machine: what a case does inside of a booted container: package, units, logind, and all of Host (tests/sshd)."""
import os
import pwd
import re
import signal
import subprocess

import template
from host import Host
from term import Failed, check, equal, wait_until
from template import write

DEB = "/deb/holdfast.deb"
DROPIN = "/etc/ssh/sshd_config.d/holdfast.conf"
FIRST_LOGIN = ("user-runtime-dir@%d.service", "user@%d.service", "user-%d.slice")
UNHELD = r"holdfast: [^\r\n]*this shell is not held"


class Machine(Host):
    def __init__(self, src, log):
        # Not Host's: systemd starts the daemons here, and the journal has the log.
        self.src, self.log = src, log
        self.terms = []
        self.keep = False  # sessions and processes are left for the host's next boot
        self.address = "127.0.0.1"

    def port(self):
        return 22

    # preparing ----------------------------------------------------------------------------------------------------

    @staticmethod
    def prepare():
        """Users and keys; sshd's configuration stays as Debian's."""
        template.PORT = 22
        write("/etc/hosts", "127.0.0.1 localhost server\n::1 localhost\n")
        template.make_keys(template.make_users())
        with open("/etc/ssh/ssh_host_ed25519_key.pub") as f:
            write("/home/laptop/.ssh/known_hosts", "server " + " ".join(f.read().split()[:2]) + "\n")
        # bob is for what holdfast has no part in
        uid, gid = template.ids("bob")
        write("/home/bob/.config/holdfast/off", "", owner=(uid, gid))

    # commands -----------------------------------------------------------------------------------------------------

    @staticmethod
    def run(*argv, ok=True, timeout=120, **kw):
        kw.setdefault("stdin", subprocess.DEVNULL)
        r = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                           timeout=timeout, **kw)
        if ok and r.returncode:
            raise Failed("%s: status %d: %s" % (" ".join(argv), r.returncode, r.stdout[-1500:].strip()))
        return r.stdout

    def apt(self, *args, ok=True):
        """apt-get without network; what it and the maintainer scripts said."""
        out = self.run("apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0", *args, ok=ok, timeout=180)
        with open(os.path.join(self.log, "apt.log"), "a") as f:
            f.write("# apt-get %s\n%s\n" % (" ".join(args), out))
        return out

    def install(self, deb=DEB, *options):
        return self.apt("install", "--no-install-recommends", *options, deb)

    def unit(self, name, what="ActiveState"):
        return self.run("systemctl", "show", "-P", what, name).strip()

    def journal(self, regex, since=None):
        out = self.run("journalctl", "-q", "--no-pager", "-o", "short-iso", *(["--since", since] if since else []))
        return [line for line in out.splitlines() if re.search(regex, line)]

    def events(self):
        return self.journal(r"event=")

    def mark(self, t):
        return super().mark(self.held(t))

    # sshd ---------------------------------------------------------------------------------------------------------

    def use_ssh(self, unit):
        """Lets sshd be started by UNIT: ssh.service or ssh.socket."""
        other = {"ssh.service": "ssh.socket", "ssh.socket": "ssh.service"}[unit]
        if self.unit(unit) == "active" and (unit == "ssh.socket" or self.unit(other) != "active"):
            return
        self.run("systemctl", "disable", "--now", "ssh.socket", "ssh.service")
        self.run("systemctl", "enable", "--now", unit)
        wait_until(self.listening, "sshd listens (%s)" % unit)

    # logind -------------------------------------------------------------------------------------------------------

    @staticmethod
    def scope_of(pid):
        """The name of the logind session that PID is in, or None."""
        with open("/proc/%d/cgroup" % pid) as f:
            found = re.search(r"/user\.slice/user-\d+\.slice/session-([^/]+)\.scope$", f.read(), re.M)
        return found and found.group(1)

    def logind(self, session):
        """The properties of logind session SESSION; empty when there is none."""
        out = self.run("loginctl", "show-session", session, ok=False)
        return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)

    def logind_sessions(self, user):
        """Those of logins: from systemd 256 on the user's service manager has one too."""
        out = self.run("loginctl", "list-sessions", "--no-legend")
        found = [line.split()[0] for line in out.splitlines() if line.split()[2:3] == [user]]
        return [s for s in found if not self.logind(s).get("Class", "").startswith("manager")]

    def logind_users(self):
        """Those whom logind knows: logged in, lingering, or with a service manager that has yet to end."""
        lines = self.run("loginctl", "list-users", "--no-legend").splitlines()
        return {line.split()[1] for line in lines if line.split()[1:]}

    def wait_manager_ended(self, user="alice"):
        """logind makes no session for any login while the user's manager, not needed any more, is about to end."""
        wait_until(lambda: self.unit("user@%d.service" % self.ids(user)[0]) == "inactive", user + "'s manager has ended")

    @staticmethod
    def runtime_dir(user):
        return "/run/user/%d" % pwd.getpwnam(user).pw_uid

    def user_processes(self, user):
        uid = pwd.getpwnam(user).pw_uid
        return [p for p in self.processes() if p["uid"] == uid]

    # users and logins ---------------------------------------------------------------------------------------------

    @staticmethod
    def has_user(user):
        return user in [p.pw_name for p in pwd.getpwall()]

    @staticmethod
    def shell_of(user):
        return pwd.getpwnam(user).pw_shell

    @staticmethod
    def wtmp_records():
        try:
            return os.path.getsize("/var/log/wtmp") // 384  # struct utmp
        except FileNotFoundError:
            return 0

    # nothing left -------------------------------------------------------------------------------------------------

    def clean_processes(self, user="alice"):
        uid = pwd.getpwnam(user).pw_uid
        wait_until(lambda: not self.user_processes(user), "no process of %s: %s"
                   % (user, [p["cmd"] for p in self.user_processes(user)]), 30)
        wait_until(lambda: not self.logind_sessions(user), "no logind session of %s" % user, 30)
        wait_until(lambda: not os.path.exists(self.runtime_dir(user)), "no " + self.runtime_dir(user), 30)
        units = ("systemctl", "list-units", "--no-legend", "--all", "user-%d.slice" % uid)
        wait_until(lambda: not self.run(*units).strip(), "no slice of %s" % user, 30)

    def clean(self, user="alice"):
        """Fails unless USER has nothing left of any session: no process, scope, file or runtime directory."""
        self.clean_processes(user)
        uid = pwd.getpwnam(user).pw_uid
        for path in ("/run/holdfast/sessions", "/run/holdfast/leaders"):
            if os.path.isdir(path):
                wait_until(lambda: not [n for n in os.listdir(path) if path.endswith(str(uid)) or
                                        n.startswith("%d-" % uid)], "%s has nothing of %s" % (path, user), 30)
        # That of a login whose monitor was killed waits for the next login, or for this.
        self.run("systemctl", "reload", "holdfastd.service")
        wait_until(lambda: not self.records(), "no record of a login", 30)

    def stop(self):
        super().stop()
        with open(os.path.join(self.log, "journal"), "w") as f:
            f.write(self.run("journalctl", "-q", "--no-pager", "-o", "short-precise", ok=False))

    def reset(self):
        """After a case: no login, no session, everything as it was installed.  Cases share a boot."""
        for t in self.terms:
            if t.alive():
                t.kill()
            t.close()
        self.terms = []
        if self.keep:
            return
        users = [p.pw_name for p in pwd.getpwall() if 1000 <= p.pw_uid < 60000]
        for user in users:
            self.run("loginctl", "terminate-user", user, ok=False)
            for p in self.user_processes(user):
                try:
                    os.kill(p["pid"], signal.SIGKILL)
                except ProcessLookupError:
                    pass
            wait_until(lambda: not self.user_processes(user) and not self.logind_sessions(user),
                       "%s is gone" % user, 30)
        # A login that comes while logind still ends the user's manager may get no session from systemd 257.
        wait_until(lambda: not set(users) & self.logind_users(), "logind has forgotten %s" % ", ".join(users), 30)
        # And systemd starts what a user's first login needs five times in ten seconds at most.
        for user in users:
            uid = pwd.getpwnam(user).pw_uid
            self.run("systemctl", "reset-failed", *(unit % uid for unit in FIRST_LOGIN), ok=False)
