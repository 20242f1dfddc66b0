# SPDX-License-Identifier: MIT
"""The specfile builds with Debian's rpmbuild, without a network, and rpmlint has nothing to say."""
import glob
import os
import re
import shutil
import subprocess

from common import FAST, ONCE, SRC, check, clean_environment, equal, need, read, run, takes, version

SPEC = os.path.join(SRC, "packaging/rpm/holdfast.spec")

# In Fedora's and RHEL's places.
FILES = """
/etc/holdfast/holdfast.conf /etc/holdfast/resume.d /etc/profile.d/00-holdfast.sh /etc/profile.d/00-holdfast.csh
/usr/bin/holdfastctl /usr/sbin/holdfastd /usr/libexec/holdfast/holdfast-keeper /usr/libexec/holdfast/holdfast-login
/usr/libexec/holdfast/holdfast-resume /usr/lib64/security/pam_holdfast.so /usr/lib/systemd/system/holdfastd.service
/usr/lib/systemd/system/holdfastd.socket /usr/lib/tmpfiles.d/holdfast.conf /usr/share/holdfast/hook.zsh
/usr/share/holdfast/sshd_config.d/holdfast.conf /usr/share/fish/vendor_conf.d/00-holdfast.fish
/usr/share/fish/vendor_completions.d/holdfastctl.fish /usr/share/bash-completion/completions/holdfastctl
/usr/share/man/man8/holdfastd.8 /usr/share/man/man5/holdfast.conf.5 /run/holdfast
""".split()
# authselect's and other packages' files.
NOT_OURS = ("/etc/pam.d", "/etc/ssh", "/etc/authselect", "/usr/share/authselect")


def rpmbuild(place, *more):
    for name in ("SOURCES", "SPECS"):
        os.makedirs(place.path(name), exist_ok=True)
    shutil.copy(place.tarball(), place.path("SOURCES"))
    # Debian's rpm has Debian's paths in places; the rest of the machine is what "uname -m" says.
    run("rpmbuild", "-ba", "--nodeps", "--without", "check", "--define", "_topdir " + place.directory,
        "--define", "_dbpath " + place.path("db"), "--define", "_libdir /usr/lib64", "--define", "debug_package %{nil}", *more, SPEC,
        env={**clean_environment(), "HOME": place.directory, "CFLAGS": FAST, "CONFIG_SITE": ONCE})
    return {os.path.basename(p).rsplit("-", 2)[0]: p for p in glob.glob(place.path("RPMS", "*", "*.rpm"))}


def query(place, package, *what):
    return run("rpm", "--dbpath", place.path("db"), "-qp", *what, package)


def rpmlint(*files):
    """What it finds.  A reason that one version of rpmbuild or rpmlint does not need is another's."""
    r = subprocess.run(["rpmlint", "-r", SPEC.replace(".spec", ".rpmlintrc"), *files], stdin=subprocess.DEVNULL, text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    check(re.search(r"\d+ packages and 1 specfiles checked; \d+ errors", r.stdout), "rpmlint: " + r.stdout)
    return [line for line in r.stdout.split("\n") if re.search(r": [EW]: ", line) and "unused-rpmlintrc-filter" not in line]


def installs(place, packages):
    """Into a directory and out of it again, without scriptlets: what rpm finds changed, and what is left."""
    root = place.path("root")
    rpm = ["rpm", "--root", root, "--nodeps", "--noscripts"]
    os.mkdir(root)
    run(*rpm, "-i", "--ignorearch", *packages)
    check(os.stat(root + "/etc/holdfast/holdfast.conf").st_mode & 0o777 == 0o644, "the mode of holdfast.conf")
    check(os.access(root + "/usr/libexec/holdfast/holdfast-login", os.X_OK), "holdfast-login cannot be run")
    equal(run("rpm", "--root", root, "--nodeps", "--noscripts", "-V", "holdfast", "holdfast-client", "holdfast-pool"), "", "rpm -V")
    run(*rpm, "-e", "holdfast", "holdfast-client", "holdfast-pool", "holdfast-selinux")
    left = [os.path.join(d, f) for d, _, files in os.walk(root) for f in files if "/.rpmdb" not in d and "/lib/rpm" not in d]
    equal(left, [], "left after a removal")


@takes(40)
def test_build(place):
    need("rpmbuild", "rpmlint", "checkmodule")
    packages = rpmbuild(place)
    equal(sorted(packages), ["holdfast", "holdfast-client", "holdfast-pool", "holdfast-selinux"], "packages")
    listed = query(place, packages["holdfast"], "--list").split("\n")
    for path in FILES:
        check(path in listed or path + ".gz" in listed, "the package has no " + path)
    for path in listed:
        check(not path.startswith(NOT_OURS), "the package has " + path)
    config = query(place, packages["holdfast"], "--configfiles").split()
    equal(config, sorted(FILES[:1] + FILES[2:4]), "configuration files")
    check("/usr/bin/holdfast" in query(place, packages["holdfast-client"], "--list").split(), "no client")
    for path in ("/usr/libexec/holdfast/holdfast-pool", "/usr/lib/systemd/system/holdfast-pool.service"):
        check(path in query(place, packages["holdfast-pool"], "--list").split() and path not in listed, path)
    check("/usr/share/selinux/packages/targeted/holdfast.pp.bz2" in query(place, packages["holdfast-selinux"], "--list"),
          "no policy module")
    for package in packages.values():
        run("sh", "-n", "-c", "\n".join(line for line in query(place, package, "--scripts").split("\n")
                                        if " scriptlet (using " not in line))
        equal(query(place, package, "--qf", "%{VERSION} %{LICENSE}").split(), [version(), "MIT"], "version, licence")
    installs(place, packages.values())
    equal(rpmlint(SPEC, *packages.values(), *glob.glob(place.path("SRPMS", "*.rpm"))), [], "rpmlint")


def test_scriptlets(place):
    """With macros as systemd-rpm-macros and selinux-policy-devel define them: they are used, each with its arguments."""
    need("rpmspec")
    macros = {"systemd_post()": "echo post %{*}", "systemd_preun()": "echo preun %{*}",
              "systemd_postun_with_restart()": "echo restart %{*}", "selinux_modules_install(s:p:)": "echo in %{-s*} %{*}",
              "selinux_modules_uninstall(s:p:)": "echo un %{-s*} %{*}", "selinux_relabel_pre(s:)": "echo pre %{-s*}",
              "selinux_relabel_post(s:)": "echo relabel %{-s*}"}
    defines = [a for k, v in macros.items() for a in ("--define", "%s %s" % (k, v))]
    text = run("rpmspec", "--parse", *defines, SPEC)
    for line in ("echo post holdfastd.socket holdfastd.service", "echo preun holdfastd.socket holdfastd.service",
                 "echo restart holdfastd.service", "echo pre targeted", "echo un targeted holdfast", "echo relabel targeted",
                 "echo in targeted /usr/share/selinux/packages/targeted/holdfast.pp.bz2"):
        check(line in text.split("\n"), "no line %r" % line)
    scripts = run("rpmspec", "--parse", SPEC)
    check("systemctl" in scripts and "semodule" in scripts, "no fallbacks")
    check("authselect" not in re.sub("#.*", "", scripts), "the package changes what authselect manages")


def test_names(place):
    """What the specfile requires has Fedora's names, and each file and option that it names exists."""
    text = read(SPEC)
    options = run(os.path.join(SRC, "configure"), "--help")
    for option in re.findall(r"--(with-[a-z]+)", text):
        check("--" + option in options, "configure has no --" + option)
    for path in re.findall(r"packaging/[a-z0-9/.]+", text):
        check(os.path.exists(os.path.join(SRC, path.replace(".pp.bz2", ".te"))), "there is no " + path)
    for name in ("pam-devel", "pkgconfig(libmd)", "pkgconfig(libssh) >= 0.10", "systemd-rpm-macros", "selinux-policy-devel"):
        check(re.search(r"^BuildRequires: +%s$" % re.escape(name), text, re.M), "no BuildRequires: " + name)


def test_from_the_tarball(place):
    """rpmbuild finds the specfile in it."""
    need("rpmbuild")
    run("rpmbuild", "-ts", "--nodeps", "--define", "_topdir " + place.directory, "--define", "_dbpath " + place.path("db"),
        place.tarball(), env={**clean_environment(), "HOME": place.directory})
    check(glob.glob(place.path("SRPMS", "holdfast-%s-1*.src.rpm" % version())), "no source package")
