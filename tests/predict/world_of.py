# SPDX-License-Identifier: MIT
"""A world of tests/sshd for what is not a case of tests/sshd/run.py."""
import importlib.util
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))


def cases():
    """tests/sshd/run.py, which here is not the only run.py."""
    spec = importlib.util.spec_from_file_location("sshd_run", os.path.join(SRC, "tests", "sshd", "run.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class World:
    """Goes on in a mount namespace of our own, which begins the program anew: make it first of all."""

    def __init__(self):
        if os.geteuid():
            raise SystemExit("needs root, to make namespaces; it changes nothing outside them")
        self.cases = cases()
        self.base = self.cases.isolate()

    def stage(self, build, tools=()):
        """Installs BUILD, or nothing; TOOLS are copied into libexec."""
        self.cases.stage(self.base, build)
        libexec = os.path.join(self.base, "stage", "usr", "libexec", "holdfast")
        for tool in tools:
            os.makedirs(libexec, exist_ok=True)
            shutil.copy(tool, libexec)

    def run(self, log, entry, extra):
        """Runs ENTRY, a MODULE:FUNCTION of tests/predict, in the world; its status."""
        spec = self.cases.world.spec(self.base, SRC, log, entry="predict:run", extra={**extra, "entry": entry})
        return subprocess.run(self.cases.world.argv(spec), stdin=subprocess.DEVNULL).returncode
