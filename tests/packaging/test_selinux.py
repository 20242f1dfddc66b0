# SPDX-License-Identifier: MIT
"""The policy module compiles, links into Debian's policy, and allows there what holdfast does.

This is a proof about the policy, not about a kernel: no case has run on an enforcing host.
"""
import glob
import os
import re
import shutil

from common import SRC, Skip, check, equal, need, read, run
from selinux_needs import NEEDS, USERS

MODULE = os.path.join(SRC, "packaging/selinux")
MODULES = ("base", "ssh", "unconfined", "staff", "unprivuser")
INSTALLED = "/usr/share/selinux/default"


def compiled(place, *arguments):
    need("checkmodule", "semodule_package", "gawk")
    check(os.path.exists("/usr/share/selinux/devel/Makefile"), "no /usr/share/selinux/devel")
    directory = place.path("module")
    shutil.copytree(MODULE, directory)
    out = run("make", "-C", directory, *arguments)
    check("rror" not in out and "arning" not in out, out)
    return os.path.join(directory, "holdfast.pp")


def policy_modules(place):
    """The modules of Debian's policy.  Its package is not installed for this, which would build a policy for the host."""
    found = INSTALLED
    if not os.path.isdir(found):
        try:
            run("apt-get", "-q", "download", "selinux-policy-default", cwd=place.directory)
        except Exception as e:
            raise Skip("no selinux-policy-default: %s" % e) from e
        run("dpkg", "-x", glob.glob(place.path("selinux-policy-default*.deb"))[0], place.path("policy"))
        found = place.path("policy") + INSTALLED
    for name in MODULES:
        with open(place.path(name + ".pp"), "wb") as f:
            f.write(__import__("bz2").open("%s/%s.pp.bz2" % (found, name)).read())
    return [place.path(name + ".pp") for name in MODULES]


def linked(place, *more):
    need("semodule_link", "semodule_expand")
    run("semodule_link", "-o", place.path("linked"), *policy_modules(place), *more)
    run("semodule_expand", "-a", place.path("linked"), place.path("policy.bin"))
    return place.path("policy.bin")


class Policy:
    """What an expanded policy allows, with its booleans as they come."""

    def __init__(self, path):
        try:
            import setools
        except ImportError as e:
            raise Skip("no python3-setools") from e
        policy = setools.SELinuxPolicy(path)
        self.types = {str(t): {str(t)} | {str(a) for a in t.attributes()} for t in policy.types()}
        self.rules = {}
        for rule in policy.terules():
            if str(rule.ruletype) == "allow" and self.holds(rule):
                key = str(rule.source), str(rule.target), str(rule.tclass)
                self.rules.setdefault(key, set()).update(map(str, rule.perms))
        self.transitions = {(str(r.source), str(r.target), str(r.tclass)): str(r.default) for r in policy.terules()
                            if str(r.ruletype) == "type_transition" and str(r.tclass) == "process"}

    @staticmethod
    def holds(rule):
        try:
            condition = rule.conditional
        except Exception:  # it has none
            return True
        return rule.conditional_block == condition.evaluate(**{str(b): b.state for b in condition.booleans})

    def allows(self, source, target, tclass):
        return set().union(*(self.rules.get((s, t, tclass), ()) for s in self.types.get(source, ())
                             for t in self.types.get(target, ())))


def missing(policy):
    """What the policy lacks of NEEDS, in words."""
    for source, target, tclass, perms, why in NEEDS:
        for user in USERS if "user" in (source, target) else ("",):
            a, b = (({"user": user, "sshd": "sshd_t"}).get(x, x) for x in (source, target))
            lacks = set(perms.split()) - policy.allows(a, b, tclass)
            if lacks:
                yield "%s %s:%s { %s } (%s)" % (a, b, tclass, " ".join(sorted(lacks)), why)


def test_allows(place):
    policy = Policy(linked(place, compiled(place)))
    equal(list(missing(policy)), [], "what the policy does not allow")
    equal(policy.transitions.get(("init_t", "holdfastd_exec_t", "process")), "sshd_t", "holdfastd's domain")
    for user in USERS:
        if user == "unconfined_t":
            continue  # SELinux leaves that one alone
        check(not policy.allows(user, "holdfast_runtime_t", "sock_file") & {"create", "unlink", "rename"},
              "%s can plant a socket in /run/holdfast" % user)
        check(not policy.allows(user, "sshd_t", "process") & {"signal", "ptrace"},
              "%s can act on sshd" % user)


def test_is_needed(place):
    """The same questions to the policy without the module: if it had all, this test would show nothing."""
    lacks = "\n".join(missing(Policy(linked(place))))
    for line in ("user_t sshd_t:unix_stream_socket { connectto }", "sshd_t sshd_t:capability { sys_ptrace }",
                 "staff_t staff_t:netlink_tcpdiag_socket", "holdfast_runtime_t:sock_file"):
        check(line in lacks, "without the module, this is allowed: " + line)


def test_sshd_session(place):
    """Policies with a domain of its own for sshd-session: all rules are for that."""
    compiled(place, "SSHD_SESSION=yes")
    with open(place.path("module/tmp/all_interfaces.conf")) as f:
        check("holdfast_use" in f.read(), "no interface")
    text = run("strings", "-n", "6", place.path("module/holdfast.pp"))
    check("sshd_session_t" in text and not re.search(r"^sshd_t$", text, re.M), "rules for sshd_t")


def test_file_contexts(place):
    """Every file that is labelled exists in an installation, and the expressions are right."""
    lines = [line.split() for line in read("packaging/selinux/holdfast.fc").split("\n") if line and line[0] != "#"]
    for path, context in (("/usr/sbin/holdfastd", "holdfastd_exec_t"), ("/usr/bin/holdfastd", "holdfastd_exec_t"),
                          ("/usr/libexec/holdfast/holdfast-keeper", "bin_t"), ("/run/holdfast", "holdfast_runtime_t"),
                          ("/run/holdfast/sessions/1000/1/sock", "holdfast_runtime_t"),
                          ("/etc/holdfast/resume.d/log", "bin_t"), ("/etc/holdfast/holdfast.conf", None),
                          ("/usr/sbin/holdfastdx", None)):
        found = [fields[-1] for fields in lines if re.fullmatch(fields[0], path)]
        equal([re.search(r":object_r:(\w+),s0", f).group(1) for f in found], [context] if context else [], path)
