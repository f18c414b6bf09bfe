# SPDX-License-Identifier: Apache-2.0
"""What the tests of lib/aws share: botocore, and the programs that call it.

Importing it leaves no AWS_ variable in the environment, and a home folder
without a profile.
"""

import json
import os
import subprocess
import sys

import support

for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
for _name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
    os.environ.pop(_name, None)
    os.environ.pop(_name.lower(), None)
os.environ["HOME"] = support.work

HERE = os.path.join(support.BUILD, "tests/integration/aws")


def with_botocore():
    """Goes on in an interpreter that has botocore."""
    try:
        import botocore  # noqa: F401 (is it there?)
        print(f"botocore {botocore.__version__}")
        return
    except ImportError:
        pass
    python = support.python_with("botocore")
    sys.exit(subprocess.run([python] + sys.argv, check=False).returncode)


def program(name):
    return os.path.join(HERE, name)


def ask(name, requests, **more):
    """Sends a JSON line per request to a program; its lines of answer."""
    done = subprocess.run(
        [program(name)], input="".join(json.dumps(r) + "\n" for r in requests),
        stdout=subprocess.PIPE, timeout=300, check=False, text=True, **more)
    support.equal(done.returncode, 0, f"status of {name}")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    support.equal(len(answers), len(requests), f"answers of {name}")
    return answers
