# SPDX-License-Identifier: MIT
"""zsh and the package: held with no further step, whichever of the two comes first; no file of zsh's is changed."""
import json
import os
import subprocess

from machine import DEB
from template import write
from term import check, equal
from test_package import fresh, held_by, said

LINK, STATE = "/etc/zsh/zprofile.zwc", "/var/lib/holdfast/zsh"


def files_of(package):
    """The paths of a package's files."""
    with open("/var/lib/dpkg/info/%s.list" % package) as f:
        return [p for p in f.read().splitlines() if os.path.isfile(p)]


def changed(m):
    return m.run("dpkg", "-V", "zsh", "zsh-common", ok=False)


def repacked(package, version):
    """PACKAGE as it is installed here, as a .deb with another version: the container has no network."""
    top = "/tmp/repacked-" + package
    subprocess.run(["rm", "-rf", top], check=True)
    os.makedirs(top + "/DEBIAN")
    status = subprocess.run(["dpkg-query", "-s", package], check=True, capture_output=True, text=True).stdout
    keep = ("Package", "Architecture", "Maintainer", "Depends", "Description")
    lines = [line for line in status.splitlines() if line.partition(":")[0] in keep]
    write(top + "/DEBIAN/control", "\n".join(lines + ["Version: " + version]) + "\n")
    for path in files_of(package):
        if not path.startswith("/etc/"):
            os.makedirs(top + os.path.dirname(path), exist_ok=True)
            subprocess.run(["cp", "-a", path, top + path], check=True)
    deb = "/tmp/%s_%s.deb" % (package, version)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", top, deb], check=True, stdout=subprocess.DEVNULL)
    return deb


def state(m):
    return os.path.islink(LINK), os.path.isfile(STATE + "/zprofile.zwc"), m.run("ls", "/etc/zsh", ok=False).split()


@fresh
def test_zsh(m):
    before = changed(m), os.listdir("/etc/zsh")
    equal(said(m.install()), "", "what installing complained of")
    held_by(m, "zoe", "$$")
    equal(changed(m), before[0], "what dpkg -V says of zsh's packages")
    found = {f["id"]: f for f in json.loads(m.run("holdfastctl", "doctor", "--json", "zoe", ok=False))["findings"]}
    check(found["hook"]["level"] == "ok" and LINK in found["hook"]["text"], "doctor about zsh: %s" % found["hook"])
    # zsh's package is upgraded, removed, and comes again
    deb = repacked("zsh", "9:1")
    before_inode = os.stat(STATE + "/zprofile.zwc").st_ino
    m.run("dpkg", "-i", deb)
    check(os.stat(STATE + "/zprofile.zwc").st_ino != before_inode, "zprofile is not compiled for a new zsh")
    held_by(m, "zoe", "$$")
    m.run("dpkg", "--force-depends", "-r", "zsh")
    equal(state(m)[:2], (False, False), "what is left without zsh")
    equal(said(m.run("dpkg", "-i", deb)), "", "what installing zsh again complained of")
    equal(state(m)[:2], (True, True), "what zsh's installation makes")
    held_by(m, "zoe", "$$")
    # the administrator's word counts
    os.unlink(LINK)
    m.install(DEB, "--reinstall")
    check(not os.path.lexists(LINK), "a removed link is there again")
    m.reset()
    m.apt("purge", "holdfast")
    equal(sorted(os.listdir("/etc/zsh")), sorted(before[1]), "what is left in /etc/zsh")
    check(not os.path.exists(STATE), "what is left in /var")
    equal(changed(m).replace("zsh-common", ""), before[0].replace("zsh-common", ""), "what dpkg -V says after a purge")


def cases():
    yield "package:zsh", "test_zsh", []
