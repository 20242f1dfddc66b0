# SPDX-License-Identifier: MIT
"""The list of dependencies is that of the programs, and make sbom writes it as SPDX 2.3."""
import importlib.util
import json
import os
import re

from common import SRC, check, clean_environment, equal, need, read, run, version

# The loader is not a dependency of its own, and belongs to the C library, as these once did.
OF_LIBC = re.compile(r"ld-linux.*|ld64\..*|lib(pthread|rt|dl)\.so\..*|linux-vdso.*")
# A word of Debian's copyright file for each licence.
COPYRIGHT = {"LGPL-2.1-or-later": "LGPL-2.1|Lesser General Public", "BSD-3-Clause": "BSD-3-clause|Redistribution and use",
             "LGPL-3.0-or-later": "LGPL-3",
             "GPL-2.0-or-later": "GPL-2|General Public License", "BSD-2-Clause-NetBSD": "BSD-2-clause-NetBSD",
             "ISC": "ISC", "Beerware": "Beerware", "curl": "curl", "MIT": "Expat|MIT|Permission is hereby granted",
             "X11-distribute-modifications-variant": r"distribute,\s+distribute with modifications"}


def sbom():
    spec = importlib.util.spec_from_file_location("sbom", os.path.join(SRC, "packaging/sbom.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def programs(place):
    """What an installation brings of ELF files, and what each names: {"holdfastd": {"libc.so.6", ...}}."""
    need("readelf")
    run("make", "-s", "-C", place.build, "install", "DESTDIR=" + place.directory, env=clean_environment())
    found = {}
    for directory, _, files in os.walk(place.directory):
        for name in files:
            with open(os.path.join(directory, name), "rb") as f:
                if f.read(4) == b"\177ELF":
                    out = run("readelf", "-d", os.path.join(directory, name))
                    found[name] = {x for x in re.findall(r"NEEDED.*\[(.*)\]", out) if not OF_LIBC.fullmatch(x)}
    return found


def test_programs(place):
    """Both ways: no program links what is not listed, and the list has nothing that no program links."""
    rows = sbom().tables(read("docs/DEPENDENCIES.md"))["run"]
    found = programs(place)
    check(len(found) == 8, "programs: %s" % sorted(found))
    for name, needed in sorted(found.items()):
        equal(needed, {row["soname"] for row in rows if name in row["linked by"].split()}, "libraries of " + name)
    equal({p for row in rows for p in row["linked by"].split()}, set(found), "programs of the list")


def test_licences(place):
    """As Debian's copyright files have them."""
    tables = sbom().tables(read("docs/DEPENDENCIES.md"))
    for row in tables["run"] + tables["loaded"]:
        text = read("/usr/share/doc/%s/copyright" % row["Debian package"])
        for licence in re.split(r" (?:AND|OR|WITH) ", row["licence"]):
            check(re.search(COPYRIGHT[licence], text), "%s: no %s" % (row["Debian package"], licence))


def test_spdx(place):
    """The fields and references that SPDX 2.3 asks for."""
    epoch = {"SOURCE_DATE_EPOCH": "1700000000", **clean_environment()}
    run("make", "-s", "-C", place.build, "sbom", env=epoch)
    text = read(os.path.join(place.build, "holdfast-%s.spdx.json" % version()))
    d = json.loads(text)
    equal((d["spdxVersion"], d["dataLicense"], d["SPDXID"]), ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"), "head")
    equal(d["creationInfo"]["created"], "2023-11-14T22:13:20Z", "time")
    check(re.fullmatch(r"https://[^#\s]+", d["documentNamespace"]), d["documentNamespace"])
    ids = [p["SPDXID"] for p in d["packages"]]
    equal(len(ids), len(set(ids)), "ids of packages")
    for p in d["packages"]:
        check(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", p["SPDXID"]), p["SPDXID"])
        check({"name", "downloadLocation", "licenseConcluded", "licenseDeclared", "copyrightText"} <= set(p), p)
        check(re.fullmatch(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*", p["licenseDeclared"]), p["licenseDeclared"])
    for r in d["relationships"]:
        check({r["spdxElementId"], r["relatedSpdxElement"]} <= set(ids) | {"SPDXRef-DOCUMENT"}, r)
    kinds = {r["relationshipType"] for r in d["relationships"]}
    equal(kinds, {"DESCRIBES", "DYNAMIC_LINK", "OPTIONAL_DEPENDENCY_OF", "CONTAINS", "BUILD_TOOL_OF", "TEST_TOOL_OF"},
          "relationships")
    equal({p["name"] for p in d["packages"]} & {"libssh", "libmd", "Linux-PAM"}, {"libssh", "libmd", "Linux-PAM"}, "packages")
    run("make", "-s", "-C", place.build, "sbom", env=epoch)
    equal(read(os.path.join(place.build, "holdfast-%s.spdx.json" % version())), text, "a second time")
