# SPDX-License-Identifier: MIT
"""Initless: Machine on a host without systemd: scripts and supervisors in the place of units, elogind or no logind."""
import os
import pwd
import re
import shutil
import signal

from machine import Machine
from term import wait_until


class Initless(Machine):
    def service(self, action, name="holdfastd", ok=True):
        return self.run("service", name, action, ok=ok)

    def journal(self, regex, since=None):
        out = []
        for path in ("/var/log/syslog", "/var/log/auth.log"):
            if os.path.exists(path):
                with open(path, errors="replace") as f:
                    out += f.read().splitlines()
        return [line for line in out if re.search(regex, line)]

    def logind_sessions(self, user):
        return super().logind_sessions(user) if os.path.exists("/etc/elogind") else []

    def clean_processes(self, user="alice"):
        wait_until(lambda: not self.user_processes(user), "no process of %s: %s"
                   % (user, [p["cmd"] for p in self.user_processes(user)]), 30)

    def stop(self):
        for path in ("syslog", "auth.log"):
            if os.path.exists("/var/log/" + path):
                shutil.copy("/var/log/" + path, self.log)

    def reset(self):
        for t in self.terms:
            if t.alive():
                t.kill()
            t.close()
        self.terms = []
        for user in [p.pw_name for p in pwd.getpwall() if 1000 <= p.pw_uid < 60000]:
            for p in self.user_processes(user):
                try:
                    os.kill(p["pid"], signal.SIGKILL)
                except ProcessLookupError:
                    pass
            wait_until(lambda: not self.user_processes(user), "%s is gone" % user, 30)
