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


def environment(**changes):
    """The test's environment with these variables."""
    made = dict(os.environ)
    made.update(changes)
    return made


def keys(changes, *lines, profile=None):
    """What lib/aws finds, asked once or at each of these times."""
    lines = lines or ("",)
    command = [program("keys")] + ([profile] if profile else [])
    done = subprocess.run(
        command, input="".join(f"{line}\n" for line in lines), text=True,
        env=environment(**changes), stdout=subprocess.PIPE, timeout=300,
        check=False)
    support.equal(done.returncode, 0, "status of keys")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return answers[0] if len(lines) == 1 else answers


def botocore_keys(changes, profile=None):
    """What botocore finds, as (access key, secret key, token); None if
    nothing, the exception's name if it fails."""
    import botocore.session
    before = dict(os.environ)
    os.environ.update(changes)
    try:
        session = botocore.session.Session(profile=profile)
        session.get_scoped_config()  # does the profile exist?
        found = session.get_credentials()
        if found is None:
            return None
        found = found.get_frozen_credentials()
        return found.access_key, found.secret_key, found.token
    except Exception as error:  # whatever it is, it is an answer
        return type(error).__name__
    finally:
        os.environ.clear()
        os.environ.update(before)


def agree(name, changes, profile=None):
    """Finds credentials as botocore does: the same, none, or an error."""
    ours, theirs = keys(changes, profile=profile), \
        botocore_keys(changes, profile)
    print(f"{name}: {ours.get('error') or ours['access_key']}")
    if "error" not in ours:
        support.equal((ours["access_key"], ours["secret_key"], ours["token"]),
                      theirs, name)
    elif theirs is None:
        support.check(ours["error"].startswith("no AWS credentials found"),
                      f"{name}: {ours}")
    else:
        support.check(isinstance(theirs, str),
                      f"{name}: botocore found {theirs}, we {ours}")
    return ours


def write(name, text, mode=0o600):
    path = os.path.join(support.work, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def no_secret(answer, *secrets):
    for secret in secrets:
        support.check(secret not in json.dumps(answer),
                      f"{secret} is in {answer}")


def signed_by(request, secrets):
    """The access key that signed what a server received, or a text that says
    what is wrong; `secrets` has the secret of each access key."""
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    authorization = request.headers.get("Authorization", "")
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        return "not signed"
    parts = dict(part.strip().split("=", 1)
                 for part in authorization.split(" ", 1)[1].split(","))
    access, _, region, service, _ = parts["Credential"].split("/")
    if access not in secrets:
        return f"unknown key {access}"
    again = botocore.awsrequest.AWSRequest(
        method=request.method, data=request.body,
        url=f"http://{request.headers['Host']}{request.path}")
    for name in parts["SignedHeaders"].split(";"):
        for value in request.headers.get_all(name, []):
            again.headers.add_header(name, value)
    for name in request.headers:
        if (name.lower().startswith("x-amz-") or
                name.lower() == "content-type") and \
                name.lower() not in parts["SignedHeaders"].split(";"):
            return f"{name} is not signed"
    signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(
        access, secrets[access]), service, region)
    again.context["timestamp"] = request.headers["X-Amz-Date"]
    text = signer.string_to_sign(again, signer.canonical_request(again))
    if signer.signature(text, again) != parts["Signature"]:
        return "wrong signature"
    return access


def at_hand(version):
    """Is botocore at least of this version?"""
    import botocore
    return tuple(int(n) for n in botocore.__version__.split(".")[:2]) >= version
