# SPDX-License-Identifier: MIT
"""The APKBUILD and the PKGBUILD keep to their rules, and build and install what they say.

abuild and makepkg are not in Debian: a shell reads the files as these do, with the functions that these would bring.
"""
import os
import re
import subprocess

from common import FAST, ONCE, SRC, check, clean_environment, equal, need, read, run, takes, version


def bash(place, script, env):
    r = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", script], stdin=subprocess.DEVNULL, text=True, check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=place.directory,
                       env={"PATH": os.environ["PATH"], "CFLAGS": FAST, "CONFIG_SITE": ONCE, "MAKEFLAGS": "-sj%d" % os.cpu_count(),
                            "LANG": "C", **env})
    check(r.returncode == 0, "status %d: %s" % (r.returncode, r.stderr[-3000:]))
    return r.stdout


def installed(directory):
    return {os.path.join(d, f)[len(directory):] for d, _, files in os.walk(directory) for f in files}


def shellcheck(path, shell, unused, *more):
    """UNUSED: the variables and functions are for the program that reads the file."""
    need("shellcheck")
    off = (["SC2034"] if unused else []) + list(more)
    run("shellcheck", "-s", shell, *(["-e", ",".join(off)] if off else []), os.path.join(SRC, path))


def fields(path, names, shell="bash"):
    """The variables of a recipe as a shell reads them; an array's values with blanks between."""
    script = ". %s; for n in %s; do declare -n v=$n; printf '%%s=%%s\\n' $n \"$(echo ${v[*]-})\"; done"
    out = run("env", "-i", "PATH=/usr/bin:/bin", shell, "-c", script % (os.path.join(SRC, path), " ".join(names)))
    return dict(line.split("=", 1) for line in out.strip().split("\n"))


def common_rules(path, f):
    text = read(path)
    equal(f["pkgver"], version(), path + ": pkgver")
    check(re.fullmatch("[0-9]+", f["pkgrel"]), "pkgrel")
    check(len(f["pkgdesc"]) <= 80 and not f["pkgdesc"].lower().startswith(("a ", "an ", "holdfast")), "pkgdesc")
    equal(f["license"], "MIT", "license")
    check(re.search(r"^# Maintainer: .+ <.+@.+>$", text, re.M), "no maintainer")
    check(not re.search(r"[ \t]$", text, re.M), "blanks at the end of a line")
    for line in text.split("\n"):
        bare = re.search(r'(?<!["{\w])\$(srcdir|pkgdir|subpkgdir)\b', re.sub(r'"[^"]*"', "", line))
        check(not bare, "without quotes: " + line)
    help_text = run(os.path.join(SRC, "configure"), "--help")
    for option in re.findall(r"^\s+(--[a-z-]+)=", text, re.M):
        check(option + "=" in help_text or option in help_text, "configure has no " + option)


@takes(25)
def test_alpine(place):
    path = "packaging/alpine/APKBUILD"
    f = fields(path, "pkgname pkgver pkgrel pkgdesc url arch license depends makedepends checkdepends install subpackages "
                     "source sha512sums".split())
    common_rules(path, f)
    check(not re.search(r"^ ", read(path), re.M), "abuild's files are indented by tabs")
    check(re.fullmatch(r"[0-9a-f]{128} holdfast-%s\.tar\.xz" % version(), f["sha512sums"]), "sha512sums: one a source")
    equal(f["source"], "holdfast-%s.tar.xz" % version(), "source")
    for name in f["install"].split():
        check(re.fullmatch(r"holdfast\.(pre|post)-(install|upgrade|deinstall)", name), "install: " + name)
        shellcheck("packaging/alpine/" + name, "sh", False)
        check(read("packaging/alpine/" + name).rstrip().endswith("exit 0"), name + " may fail")
    # abuild is written for busybox ash with "local".
    shellcheck(path, "dash", True, "SC2154")
    place.unpacked()
    pkgdir, sub = place.path("pkg"), place.path("client")
    bash(place, """
        . %s
        srcdir=$PWD builddir=$PWD/holdfast-$pkgver pkgdir=%s CBUILD= CHOST=
        default() { cd "$builddir"; }
        # It moves from pkgdir to subpkgdir.
        amove() { install -d "$subpkgdir/${1%%/*}"; mv "$pkgdir/$1" "$subpkgdir/$1"; }
        cd "$builddir"
        build
        package
        subpkgdir=%s
        client
        subpkgdir=%s
        pool
    """ % (os.path.join(SRC, path), pkgdir, sub, place.path("pool")), {})
    files = installed(pkgdir)
    for name in ("/etc/init.d/holdfastd", "/etc/holdfast/holdfast.conf", "/etc/profile.d/00-holdfast.sh",
                 "/usr/lib/security/pam_holdfast.so", "/usr/libexec/holdfast/holdfast-keeper", "/usr/sbin/holdfastd",
                 "/usr/share/fish/vendor_conf.d/00-holdfast.fish", "/usr/bin/holdfastctl"):
        check(name in files, "no " + name)
    check(not any("systemd" in name or "tmpfiles" in name for name in files), "files for systemd")
    equal(installed(sub), {"/usr/bin/holdfast"}, "the client")
    equal(installed(place.path("pool")), {"/usr/libexec/holdfast/holdfast-pool"}, "the daemon of pools")
    check(os.access(pkgdir + "/etc/init.d/holdfastd", os.X_OK), "the script cannot be run")


PROM = "/var/lib/prometheus/node-exporter/holdfast.prom"


def test_removal(place):
    """A removal takes away what would look like a host that is well, and the timer that writes that."""
    stubs = "".join('%s() { echo %s "$@"; }\n' % (n, n) for n in ("systemctl", "holdfastctl", "rm"))
    arch = bash(place, stubs + ". %s/packaging/arch/holdfast.install; pre_remove" % SRC, {}).splitlines()
    alpine = bash(place, stubs + ". %s/packaging/alpine/holdfast.pre-deinstall" % SRC, {}).splitlines()
    check("systemctl disable --now holdfast-metrics.timer" in arch, "Arch's timer: %s" % arch)
    for name, said in ("Arch", arch), ("Alpine", alpine):
        check(any(line.startswith("rm -f ") and PROM in line.split() for line in said), "%s leaves it: %s" % (name, said))


@takes(25)
def test_arch(place):
    path = "packaging/arch/PKGBUILD"
    f = fields(path, "pkgbase pkgname pkgver pkgrel pkgdesc url arch license makedepends checkdepends source "
                     "sha256sums".split())
    common_rules(path, f)
    equal(f["pkgname"], "holdfast holdfast-client holdfast-pool", "pkgname")
    equal(len(f["sha256sums"].split()), len(f["source"].split()), "a sum for each source")
    check(not re.search("\t", read(path)), "tabs")
    shellcheck(path, "bash", True, "SC2128", "SC2154", "SC2164")
    shellcheck("packaging/arch/holdfast.install", "bash", True)
    functions = run("bash", "-c", ". %s; declare -F" % os.path.join(SRC, "packaging/arch/holdfast.install"))
    for name in re.findall(r"declare -f (\w+)", functions):
        check(name in ("pre_install", "post_install", "pre_upgrade", "post_upgrade", "pre_remove", "post_remove"), name)
    place.unpacked()
    bash(place, """
        . %s
        declare -a all=("${pkgname[@]}")
        srcdir=$PWD
        (build)
        for pkgname in "${all[@]}"; do
            pkgdir=$srcdir/pkg/$pkgname
            (cd "$srcdir"; "package_$pkgname"; printf '%%s\\n' "${backup[@]-}" >"$srcdir/backup-$pkgname")
        done
    """ % os.path.join(SRC, path), {})
    files, client = installed(place.path("pkg/holdfast")), installed(place.path("pkg/holdfast-client"))
    for name in ("/usr/bin/holdfastd", "/usr/bin/holdfastctl", "/usr/lib/holdfast/holdfast-keeper",
                 "/usr/lib/security/pam_holdfast.so", "/usr/lib/systemd/system/holdfastd.socket",
                 "/usr/lib/tmpfiles.d/holdfast.conf", "/usr/share/licenses/holdfast/COPYING"):
        check(name in files, "no " + name)
    for name in read(place.path("backup-holdfast")).split():
        check("/" + name in files, "backup: there is no " + name)
    check("/usr/bin/holdfast" in client and "/usr/share/licenses/holdfast-client/COPYING" in client, "the client: %s" % client)
    check(not files & client, "in both packages: %s" % (files & client))
    pool = installed(place.path("pkg/holdfast-pool"))
    for name in ("/usr/lib/holdfast/holdfast-pool", "/usr/lib/systemd/system/holdfast-pool.service",
                 "/usr/share/man/man8/holdfast-pool.8", "/usr/lib/sysusers.d/holdfast-pool.conf"):
        check(name in pool and name not in files, "in holdfast-pool alone: " + name)
    for name in files | client | pool:
        check(not name.startswith(("/usr/sbin", "/usr/libexec", "/lib/", "/bin/", "/usr/local", "/run")), "in Arch, " + name)
    # The paths in the installed files are those of this package.
    unit = read(place.path("pkg/holdfast/usr/lib/systemd/system/holdfastd.service"))
    check("ExecStart=/usr/bin/holdfastd\n" in unit, unit)
    check("/usr/lib/holdfast/holdfast-login" in read(place.path("pkg/holdfast/etc/profile.d/00-holdfast.sh")), "the hook")
