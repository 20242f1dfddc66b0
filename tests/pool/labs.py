# SPDX-License-Identifier: MIT
"""What run.py and the demo share: the template of all labs, and the runner of tests/sshd for cases that have labs."""
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SSHD = os.path.join(os.path.dirname(HERE), "sshd")
sys.path[:0] = [HERE, SSHD]
import router  # noqa: E402


def load(name, path):
    """The module at PATH, under another name: two are called run."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sshd_run = load("sshd_run", os.path.join(SSHD, "run.py"))
SRC = sshd_run.SRC


class Runner(sshd_run.Runner):
    def argv(self, module, name, log):
        return router.argv({"base": self.base, "src": SRC, "log": log, "module": module, "case": name})


def stage(base, build):
    sshd_run.stage(base, build, "template_pool:prepare", {"folder": "tests/pool", "base": base})
