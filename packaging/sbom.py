#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the list of dependencies, docs/DEPENDENCIES.md, as an SPDX 2.3 document (JSON) to standard output.

usage: sbom.py SOURCE-DIR VERSION

Versions are those of this host's Debian packages; without dpkg-query none are given.  SOURCE_DATE_EPOCH is the time of
the document, which is the same for the same input.
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import time

HEADINGS = {"Linked at run time": "run", "Loaded when it is needed": "loaded", "In the tree": "tree",
            "To build and to test": "tools"}


def tables(text):
    """The rows of the document's tables: {"run": [{"library": ..., "licence": ...}, ...], ...}."""
    found = {}
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        lines = [line for line in part.split("\n") if line.startswith("|")]
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        found[HEADINGS[part.split("\n", 1)[0]]] = [dict(zip(rows[0], row)) for row in rows[2:]]
    return found


def installed_version(package):
    if not package:
        return None
    try:
        r = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Version}", package], check=False, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    return r.stdout.split()[1] if r.returncode == 0 and r.stdout.startswith("ii") else None


def identifier(name):
    return "SPDXRef-" + re.sub("[^A-Za-z0-9.-]+", "-", name.split(" (")[0]).strip("-")


def package(name, licence, version=None, comment=None):
    made = {"SPDXID": identifier(name), "name": name, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION"}
    if version:
        made["versionInfo"] = version
    if comment:
        made["comment"] = comment
    return made


def related(this, kind, that):
    return {"spdxElementId": this, "relationshipType": kind, "relatedSpdxElement": that}


def document(text, version):
    t = tables(text)
    main = package("holdfast", "MIT", version)
    main["copyrightText"] = "Copyright 2026 The holdfast authors"
    main["primaryPackagePurpose"] = "APPLICATION"
    packages, relations = [main], [related("SPDXRef-DOCUMENT", "DESCRIBES", main["SPDXID"])]
    for row in t["run"]:
        p = package(row["library"], row["licence"], installed_version(row["Debian package"]),
                    "%s, linked by %s" % (row["soname"], row["linked by"]))
        packages.append(p)
        relations.append(related(main["SPDXID"], "DYNAMIC_LINK", p["SPDXID"]))
    for row in t["loaded"]:
        p = package(row["library"], row["licence"], installed_version(row["Debian package"]), row["soname"])
        packages.append(p)
        relations.append(related(p["SPDXID"], "OPTIONAL_DEPENDENCY_OF", main["SPDXID"]))
    for row in t["tree"]:
        p = package(row["component"], row["licence"], comment=row["where"])
        packages.append(p)
        relations.append(related(main["SPDXID"], "CONTAINS", p["SPDXID"]))
    for row in t["tools"]:
        p = package(row["component"], row["licence"], installed_version(row["Debian package"]))
        packages.append(p)
        kind = {"build": "BUILD_TOOL_OF", "test": "TEST_TOOL_OF"}[row["for"]]
        relations.append(related(p["SPDXID"], kind, main["SPDXID"]))
    made = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))
    body = {"packages": packages, "relationships": relations}
    digest = hashlib.sha256(json.dumps([version, body], sort_keys=True).encode()).hexdigest()[:32]
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": "holdfast-" + version,
            "documentNamespace": "https://holdfast.invalid/spdx/holdfast-%s-%s" % (version, digest),
            "creationInfo": {"created": time.strftime("%Y-%m-%dT%H:%M:%SZ", made),
                             "creators": ["Organization: holdfast developers", "Tool: holdfast-sbom.py"]}, **body}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(os.path.join(sys.argv[1], "docs/DEPENDENCIES.md"), encoding="utf-8") as f:
        json.dump(document(f.read(), sys.argv[2]), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
