# SPDX-License-Identifier: MIT
"""The release script in a clone, with a key, that are thrown away."""
import difflib
import hashlib
import json
import os
import re
import subprocess
import tarfile

from common import SRC, Skip, check, clean_environment, equal, need, read, run, takes, version


class Clone:
    """A clone of the tree as it is, committed, with a key of its own."""

    def __init__(self, place):
        need("git", "gpg", "autoreconf")
        if not os.path.exists(os.path.join(SRC, ".git")):
            raise Skip("this is no checkout")
        self.top, home = place.path("clone"), place.path("home")
        os.mkdir(home)
        # gpg's agent has its socket there: the path must be short.
        os.mkdir(place.path("g"), 0o700)
        self.env = {**clean_environment(), "HOME": home, "GNUPGHOME": place.path("g"), "GIT_CONFIG_NOSYSTEM": "1"}
        run("git", "clone", "-q", "--no-local", SRC, self.top, env=self.env)
        files = run("git", "-C", SRC, "ls-files", "-co", "--exclude-standard").split("\n")
        there = [f for f in files if f and os.path.exists(os.path.join(SRC, f))]
        with open(place.path("files"), "w") as f:
            f.write("\n".join(there))
        run("tar", "-C", SRC, "-cf", place.path("t.tar"), "-T", place.path("files"))
        run("tar", "-C", self.top, "-xf", place.path("t.tar"))
        self.run("gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "Test <test@holdfast.invalid>",
                 "ed25519", "sign", "never")
        for key, value in (("user.name", "Test"), ("user.email", "test@holdfast.invalid")):
            self.run("git", "config", key, value)
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "--allow-empty", "-m", "as it is")

    def run(self, *argv):
        return run(*argv, cwd=self.top, env=self.env)

    def release(self, *arguments, umask=0o022):
        return subprocess.run([os.path.join(self.top, "packaging/release"), *arguments], cwd=self.top, env=self.env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              umask=umask, check=False)

    def refused(self, words, *arguments):
        r = self.release(*arguments)
        check(r.returncode == 1 and words in r.stdout, "status %d, not refused with %r: %s" % (r.returncode, words, r.stdout))
        equal(self.run("git", "tag", "-l"), "", "tags")

    def edit(self, path, old, new):
        path = os.path.join(self.top, path)
        text = read(path)
        check(old in text, "%s has no %s" % (path, old))
        with open(path, "w") as f:
            f.write(text.replace(old, new, 1))

    def undo(self):
        self.run("git", "reset", "-q", "--hard")
        self.run("git", "clean", "-qfd")


def test_refuses(place):
    clone = Clone(place)
    before = clone.run("git", "status", "--porcelain", "--ignored")
    equal(clone.release("--dry-run").returncode, 0, "a dry run: " + clone.release("--dry-run").stdout)
    check("keeps" in clone.release("--dry-run").stdout or "first version" in clone.release("--dry-run").stdout, "no notes")
    equal(clone.run("git", "status", "--porcelain", "--ignored"), before, "what a dry run leaves")
    equal(clone.run("git", "tag", "-l"), "", "tags of a dry run")
    with open(os.path.join(clone.top, "unknown"), "w"):
        pass
    clone.refused("the tree is not clean", "--dry-run")
    clone.undo()
    for path, old, new in (("NEWS", "holdfast " + version(), "holdfast 9.9.9"),
                           ("debian/changelog", "(%s-1)" % version(), "(9.9.9-1)"),
                           ("packaging/rpm/holdfast.spec", "Version:        " + version(), "Version:        9.9.9"),
                           ("packaging/rpm/holdfast.spec", "> - %s-1" % version(), "> - 9.9.9-1"),
                           ("packaging/alpine/APKBUILD", "pkgver=" + version(), "pkgver=9.9.9"),
                           ("packaging/arch/PKGBUILD", "pkgver=" + version(), "pkgver=9.9.9")):
        clone.edit(path, old, new)
        clone.run("git", "commit", "-qam", "another version")
        clone.refused(path, "--dry-run")
        clone.run("git", "reset", "-q", "--hard", "HEAD~1")
    clone.refused("failed: no release", "--check", "false")
    check(not os.path.exists(os.path.join(clone.top, "build-release")), "files after a failed check")
    clone.run("git", "config", "user.signingkey", "nobody@holdfast.invalid")
    clone.refused("no secret key", "--dry-run")
    equal(clone.release("--nonsense").returncode, 2, "usage")


def members(path):
    """Each member of the tarball PATH, in order: its head, and the sum of its content."""
    with tarfile.open(path) as t:
        return ["%s %o %d %d %s %s" % (m.name, m.mode, m.size, m.mtime, m.type.decode(),
                                       hashlib.sha256(t.extractfile(m).read()).hexdigest() if m.isfile() else "")
                for m in t]


def difference(one, other):
    """What differs between two tarballs; "" if nothing does."""
    with open(one, "rb") as a, open(other, "rb") as b:
        if a.read() == b.read():
            return ""
    lines = list(difflib.unified_diff(members(one), members(other), one, other, lineterm="", n=0))
    return "\n".join(lines[:40]) or "the members are the same, and the compressed files are not"


@takes(50)
def test_release(place):
    clone = Clone(place)
    r = clone.release("--check", "true")
    equal(r.returncode, 0, r.stdout)
    tag, name = "v" + version(), "holdfast-" + version()
    made = os.path.join(clone.top, "build-release")
    equal(sorted(os.listdir(made)), sorted([name + ".tar.xz", name + ".tar.xz.asc", name + ".spdx.json", "APKBUILD",
                                            "PKGBUILD", "NOTES", "SHA256SUMS", "SHA256SUMS.asc"]), "files")
    clone.run("git", "tag", "-v", tag)
    equal(clone.run("git", "rev-parse", tag + "^{commit}"), clone.run("git", "rev-parse", "HEAD"), "the tagged commit")
    check("first version" in clone.run("git", "tag", "-l", "--format=%(contents)", tag), "the tag has no notes")
    for signed in (name + ".tar.xz", "SHA256SUMS"):
        clone.run("gpg", "--verify", os.path.join(made, signed + ".asc"), os.path.join(made, signed))
    run("sha256sum", "--quiet", "-c", "SHA256SUMS", cwd=made)
    with open(os.path.join(made, name + ".tar.xz"), "rb") as f:
        tarball = f.read()
    check("sha256sums=('%s')\n" % hashlib.sha256(tarball).hexdigest() in read(os.path.join(made, "PKGBUILD")), "PKGBUILD")
    check("\n%s  %s.tar.xz\n" % (hashlib.sha512(tarball).hexdigest(), name) in read(os.path.join(made, "APKBUILD")), "APKBUILD")
    equal(json.loads(read(os.path.join(made, name + ".spdx.json")))["name"], name, "the list of dependencies")
    listed = run("tar", "-tf", os.path.join(made, name + ".tar.xz"))
    for path in ("configure", "NEWS", "packaging/release", "debian/rules", "docs/INSTALL.md", "check"):
        check("%s/%s\n" % (name, path) in listed, "the tarball has no " + path)
    of_commit = [f for f in clone.run("git", "ls-files").split("\n") if f and not re.search(r"(^|/)\.", f)]
    missing = [f for f in of_commit if "%s/%s\n" % (name, f) not in listed]
    equal(missing, [], "files of the commit that the tarball has not")
    check(not re.search(r"/\.git/|/build-(?!aux/)", listed), "the tarball has files of git or of a build")
    check("the tag %s exists" % tag in clone.release("--dry-run").stdout, "a second release")
    # The same commit makes the same file, whatever the umask.
    clone.run("git", "tag", "-d", tag)
    r = clone.release("--check", "true", "--output", place.path("again"), umask=0o077)
    equal(r.returncode, 0, r.stdout)
    differ = difference(os.path.join(made, name + ".tar.xz"), place.path("again", name + ".tar.xz"))
    check(not differ, "the tarball is another one the second time:\n" + differ)


def test_script(place):
    need("shellcheck")
    run("shellcheck", os.path.join(SRC, "packaging/release"))
