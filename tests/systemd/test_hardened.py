# SPDX-License-Identifier: MIT
"""Hardened units: with each setting a login is held, or is the plain login with the line that says why; doctor names it."""
import json
import os

from machine import Machine
from template import write
from term import check, equal, wait_until

SSH = "/etc/systemd/system/ssh.service.d/case.conf"
DAEMON = "/etc/systemd/system/holdfastd.service.d/case.conf"
PLACE = "sshd has another mount namespace than holdfastd"
RESTRICTED = "sshd has other restrictions (no_new_privs, seccomp, capabilities) than holdfastd"
READ_ONLY = "cannot record this login: /run/holdfast/logins: Read-only file system"

# The drop-in's file, its settings, and the words of the line; None: held.
ROWS = (
    (SSH, "PrivateTmp=yes", PLACE),
    (SSH, "ProtectHome=read-only", PLACE),
    (SSH, "ProtectSystem=full", PLACE),
    (SSH, "ProtectSystem=strict", READ_ONLY),
    (SSH, "ProtectSystem=strict\nReadWritePaths=/run", PLACE),
    (SSH, "ProtectProc=invisible", PLACE),
    (SSH, "InaccessiblePaths=/srv", PLACE),
    (SSH, "NoNewPrivileges=yes", RESTRICTED),
    (SSH, "SystemCallFilter=~@reboot", RESTRICTED),
    (SSH, "LockPersonality=yes", RESTRICTED),
    (SSH, "RestrictRealtime=yes", RESTRICTED),
    (SSH, "CapabilityBoundingSet=~CAP_SYS_BOOT", RESTRICTED),
    (SSH, "LimitNOFILE=64\nLimitMEMLOCK=0\nLimitCORE=0", None),
    (SSH, "UMask=0777", None),
    (SSH, "UMask=0077\nOOMScoreAdjust=-500\nNice=5", None),
    (SSH, "ProtectSystem=no\nPrivateTmp=no\nNoNewPrivileges=no", None),
    (DAEMON, "PrivateTmp=yes", PLACE),
    (DAEMON, "LimitNOFILE=64\nLimitMEMLOCK=0\nLimitCORE=0\nUMask=0777", None),
)


def restart(m, path):
    unit = os.path.basename(os.path.dirname(path))[:-2]
    m.run("systemctl", "daemon-reload")
    m.run("systemctl", "reset-failed", unit)  # the limit of starts is not what this is about
    m.run("systemctl", "restart", unit)
    wait_until(m.listening, "sshd listens")


def confined(m, user):
    r = m.as_user(user, ["holdfastctl", "doctor", "--json"], text=True)
    return [f for f in json.loads(r.stdout)["findings"] if f["id"] == "sshd.confined"]


def one(m, path, settings, words):
    t = m.login()
    held = t.ask("$HOLDFAST_SESSION") != ""
    lines = [x for x in t.text().replace("\r", "\n").split("\n") if x.startswith("holdfast: ")]
    equal((held, lines), (not words, ["holdfast: %s: this shell is not held" % words] if words else []),
          "whether a login is held, and its lines, with " + settings)
    t.line("exit 7")
    equal(t.wait_exit(), 7, "the status of ssh with " + settings)
    m.wait_none()
    found = confined(m, "alice")
    equal(len(found), bool(words), "findings of doctor with " + settings)
    check(not found or (found[0]["level"] == "problem" and settings.split("=")[0] in found[0]["text"]
                        and found[0]["fix"]), "what doctor says with %s: %s" % (settings, found))


def test_units(m: Machine):
    m.use_ssh("ssh.service")
    for path, settings, words in ROWS:
        check(words is None or words, "%s: no verdict" % settings)
        write(path, "[Service]\n%s\n" % settings)
        restart(m, path)
        try:
            one(m, path, settings, words)
        finally:
            os.unlink(path)
            restart(m, path)
    t = m.login()
    check(t.ask("$HOLDFAST_SESSION"), "a login is held when all is as it was")
    t.line("exit")
    t.wait_exit()


def cases():
    return [("hardened:units", "test_units", [])]
