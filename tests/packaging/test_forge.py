# SPDX-License-Identifier: MIT
"""The forges' files keep to their forms, call parts of ./check that exist, and together all of its parts.

No forge has run them for this test: it shows that they are well-formed, and that what they call is there.
"""
import glob
import itertools
import os
import re
import subprocess

from common import SRC, Skip, check, equal, need, read, run

JOB_KEYS = {"name", "needs", "strategy", "runs-on", "container", "timeout-minutes", "steps", "permissions", "if", "env"}
STEP_KEYS = {"name", "uses", "run", "with", "env", "if"}
GITLAB_KEYS = {"extends", "stage", "image", "parallel", "script", "before_script", "tags", "artifacts", "rules"}
GITLAB_GLOBAL = {"stages", "variables", "default"}


def load(path):
    try:
        import yaml
    except ImportError as e:
        raise Skip("no python3-yaml") from e
    if not os.path.exists(os.path.join(SRC, path)):
        raise Skip("a tarball does not have " + os.path.basename(path))
    return yaml.safe_load(read(path))


def workflows():
    found = sorted(glob.glob(os.path.join(SRC, ".github/workflows/*.yml")))
    if not os.path.exists(os.path.join(SRC, ".github")):
        raise Skip("a tarball does not have .github")
    equal([os.path.basename(f) for f in found], ["check.yml", "codeql.yml", "fuzz.yml"], "workflows")
    return found


def combinations(matrix):
    """The runs of a matrix: dictionaries."""
    lists = {k: v if isinstance(v, list) else [v] for k, v in matrix.items() if k != "include"}
    made = [dict(zip(lists, values)) for values in itertools.product(*lists.values())] if lists else []
    return made + matrix.get("include", []) or [{}]


def expanded(text, values, pattern):
    return re.sub(pattern, lambda m: str(values.get(m.group(1), m.group(0))), text)


def parts_of_check():
    """All parts but quick, whose tests are those of unit."""
    found = set(re.findall(r"^part_(\w+)\(\) \{$", read("check"), re.M)) - {"quick"}
    check({"unit", "asan", "sshd", "packaging"} <= found, "parts of ./check: %s" % found)
    return found


def parts_called(script):
    """The parts that a script calls, each of which ./check knows; and the script is right for a shell."""
    r = subprocess.run(["bash", "-n", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    check(r.returncode == 0, "%s: %s" % (script, r.stdout))
    for part in re.findall(r"\./check --packages (\S+?)\)?(?:\s|$)", script):
        run(os.path.join(SRC, "check"), "--packages", part)
    called = re.findall(r"(?:^|\s)\./check (?!--)(\S+)", script)
    for part in called:
        check(re.fullmatch("[a-z]+", part), "./check %s: not filled in" % part)
        run(os.path.join(SRC, "check"), "--packages", part)
        check("part_%s() {" % part in read("check"), "./check has no part " + part)
    for path in re.findall(r"(?:^|\s)(tests/\S+)", script):
        check(os.access(os.path.join(SRC, path), os.X_OK), "there is no program " + path)
    for what in re.findall(r"tests/fuzz/run .* (\w+)$", script):
        check(os.path.exists(os.path.join(SRC, "tests/fuzz/fuzz_%s.c" % what)), "there is no fuzzer " + what)
    return set(called)


def check_names(text, path):
    """Images by their short names, and no host of a registry or an archive."""
    check("://" not in text, path + " has a URL")
    for host in re.findall(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:io|com|org|net|dev)\b", text):
        check(False, "%s names %s" % (path, host))


def steps_of(job):
    for step in job["steps"]:
        check(set(step) <= STEP_KEYS, "keys of a step: %s" % sorted(step))
        check(("run" in step) != ("uses" in step), "a step runs or uses something: %s" % step)
        check("with" not in step or "uses" in step, "with belongs to uses")
        if "uses" in step:
            check(re.fullmatch(r"[\w-]+/[\w-]+(/[\w-]+)?@v\d+", step["uses"]), step["uses"])
        yield step


def test_github(place):
    need("bash")
    called, images, compilers = set(), set(), set()
    for path in workflows():
        d = load(path)
        check_names(read(path), path)
        # YAML 1.1 takes "on" for true.
        equal(set(d) - {"concurrency"}, {"name", True, "permissions", "jobs"}, "keys of " + path)
        check(d["permissions"]["contents"] == "read", "rights of " + path)
        for name, job in d["jobs"].items():
            check(set(job) <= JOB_KEYS, "keys of %s: %s" % (name, sorted(job)))
            check(job["runs-on"] == "ubuntu-latest" and job["timeout-minutes"] <= 120, name)
            for values in combinations(job.get("strategy", {}).get("matrix", {})):
                fill = lambda text: expanded(text, values, r"\$\{\{ matrix\.(\w+) \}\}")  # noqa: E731
                container = job.get("container", "")
                images.add(fill(container["image"] if isinstance(container, dict) else container))
                compilers.add(values.get("cc"))
                for step in steps_of(job):
                    if "run" in step:
                        called |= parts_called(fill(step["run"]))
    equal(parts_of_check() - called, set(), "parts that no workflow calls")
    check({"debian:12", "debian:13"} <= images and {"gcc", "clang"} <= compilers, "images %s, %s" % (images, compilers))
    for image in ("alpine:", "fedora:"):
        check(any(i.startswith(image) for i in images), "no " + image)
    check("codeql-action/analyze" in read(".github/workflows/codeql.yml"), "CodeQL")


def test_gitlab(place):
    need("bash")
    d = load(".gitlab-ci.yml")
    check_names(read(".gitlab-ci.yml"), ".gitlab-ci.yml")
    called, images = set(), set()
    for name, job in d.items():
        if name in GITLAB_GLOBAL:
            continue
        check(set(job) <= GITLAB_KEYS, "keys of %s: %s" % (name, sorted(job)))
        whole = {**(d[job["extends"]] if "extends" in job else {}), **job}
        check(whole["stage"] in d["stages"], "the stage of " + name)
        if name.startswith("."):
            continue
        check(whole.get("image"), "the image of " + name)
        for row in whole.get("parallel", {}).get("matrix", [{}]):
            for values in combinations(row):
                images.add(expanded(whole["image"], values, r"\$(\w+)"))
                for line in whole.get("before_script", []) + whole["script"]:
                    called |= parts_called(expanded(line, values, r"\$(\w+)"))
    equal(parts_of_check() - called, set(), "parts that no job calls")
    check({"debian:12", "debian:13", "alpine:3.20", "fedora:41"} <= images, "images: %s" % images)


def test_same_packages(place):
    """Both forges install the same on Alpine and Fedora."""
    workflows()
    for tool in ("apk add --no-cache", "dnf install -y"):
        lists = [re.search(tool + r" ((?:[\w.-]+\s+)+?)(?=-|\n\s+-)", read(path).replace("\n          ", " ").replace(
            "\n      ", " ")) for path in (".github/workflows/check.yml", ".gitlab-ci.yml")]
        a, b = (set(x.group(1).split()) for x in lists)
        equal(a ^ b, set(), "packages in one of them alone, " + tool)
        check(len(a) > 10, "packages: %s" % a)
