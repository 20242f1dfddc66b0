# SPDX-License-Identifier: MIT
"""The Debian packages can be built with what README.md installs for that, which is without holdfast-pool's libraries.

The packages themselves are built and tried by tests/systemd.
"""
import glob
import os
import re
import subprocess

from common import ONCE, SRC, check, clean_environment, equal, need, read, run, takes

NO_POOL = "pkg.holdfast.nopool"
POOL_LIBRARIES = {"libcurl4-openssl-dev", "libjansson-dev"}


def missing_on_an_empty_host(place, *options):
    """The names of the packages that debian/control wants installed."""
    need("dpkg-checkbuilddeps")
    os.makedirs(place.path("dpkg"), exist_ok=True)
    with open(place.path("dpkg/status"), "w"):
        pass
    r = subprocess.run(["dpkg-checkbuilddeps", "--admindir=" + place.path("dpkg"), *options, SRC + "/debian/control"],
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    found = re.search(r"Unmet build dependencies: (.*)", r.stdout)
    check(found, "dpkg-checkbuilddeps: " + r.stdout)
    names = re.sub(r" \([^)]*\)", "", found.group(1)).replace("debhelper-compat", "debhelper").split()
    return {name.split(":")[0] for name in names}


def installed_by(path):
    """The packages of the first "apt install" in the page."""
    return set(re.search(r"apt install ((?:.*\\\n)*.*)", read(path)).group(1).replace("\\\n", " ").split())


def test_needs(place):
    wanted = missing_on_an_empty_host(place, "-P" + NO_POOL)
    for page in ("README.md", "docs/INSTALL.md"):
        equal(wanted - installed_by(page), set(), "what %s does not install" % page)
    equal(missing_on_an_empty_host(place) - wanted, POOL_LIBRARIES, "more for holdfast-pool")


@takes(60)
def test_without_pool(place):
    """By make deb in a build that has not been told of pools."""
    need("dpkg-buildpackage", "dh")
    source = place.unpacked()
    environment = {**clean_environment(), "CONFIG_SITE": ONCE, "DEB_BUILD_OPTIONS": "nocheck noopt"}
    environment.pop("DEB_BUILD_PROFILES", None)
    run("./configure", "--prefix=/usr", "--sysconfdir=/etc", cwd=source, env=environment)
    run("make", "-s", "deb", cwd=source, env=environment)
    made = {os.path.basename(p).split("_")[0]: p for p in glob.glob(source + "/*.deb")}
    equal(sorted(made), ["holdfast", "holdfast-client"], "packages")
    listed = run("dpkg-deb", "--contents", made["holdfast"])
    check("/usr/sbin/holdfastd" in listed and "holdfast-pool" not in listed, "the package's files:\n" + listed)
