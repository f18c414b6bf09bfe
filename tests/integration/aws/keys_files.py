# SPDX-License-Identifier: Apache-2.0
"""Credentials from the environment, the AWS tools' files and
credential_process, as botocore finds them."""

import json
import subprocess

import aws
import support

aws.with_botocore()

# The instance this may run on has nothing to say.
OFF = {"AWS_EC2_METADATA_DISABLED": "true"}
ENV = dict(OFF, AWS_ACCESS_KEY_ID="AKENV", AWS_SECRET_ACCESS_KEY="hush-env")
LONG = "FwoGZXIvYXdzE" + "Ab+/=" * 400


def environment():
    found = aws.agree("environment", ENV)
    support.equal(found["source"], "the environment (AWS_ACCESS_KEY_ID)",
                  "source")
    aws.agree("token", dict(ENV, AWS_SESSION_TOKEN=LONG))
    aws.agree("old token", dict(ENV, AWS_SESSION_TOKEN="new",
                                AWS_SECURITY_TOKEN="old"))
    aws.agree("empty token", dict(ENV, AWS_SESSION_TOKEN=""))
    aws.agree("nothing", OFF)
    aws.agree("empty key", dict(ENV, AWS_ACCESS_KEY_ID=""))
    aws.agree("no secret", dict(OFF, AWS_ACCESS_KEY_ID="AKENV"))

    later = dict(ENV, AWS_CREDENTIAL_EXPIRATION="2037-01-02T03:04:05Z")
    support.equal(aws.agree("expiry", later)["expires"], 2114478245, "expiry")
    aws.agree("expired", dict(
        ENV, AWS_CREDENTIAL_EXPIRATION="2020-01-02T03:04:05Z"))
    first, second = aws.keys(later, "2114470000", "2114478300")
    support.equal(first["access_key"], "AKENV", "before the expiry")
    support.check("expired" in second["error"], "after the expiry")
    aws.no_secret(second, "hush-env")
    aws.agree("no time", dict(ENV, AWS_CREDENTIAL_EXPIRATION="tomorrow"))


CREDENTIALS = f"""\
# Written by a tool.
[default]
aws_access_key_id = AKSHARED
aws_secret_access_key = hush/shared+==

[long]
aws_access_key_id=AKLONG
aws_secret_access_key=hush=long
aws_session_token={LONG}

[both]
aws_access_key_id: AKBOTH
AWS_Secret_Access_Key : hush-both#;
aws_security_token = security
aws_session_token = session

[half]
aws_access_key_id = AKHALF

[empty]
aws_access_key_id =
aws_secret_access_key =

[name of more than fifty bytes, as some are that SSO makes up]
aws_access_key_id = AKNAME
aws_secret_access_key = hush-name

[in-both-files]
aws_access_key_id = AKFIRST
aws_secret_access_key = hush-first
"""

CONFIG = """\
[default]
region = eu-west-1
aws_access_key_id = AKNEVER
aws_secret_access_key = hush-never

[profile in-config]
aws_access_key_id = AKCONFIG
aws_secret_access_key = hush-config
s3 =
    max_concurrent_requests = 20
    aws_access_key_id = AKNESTED
region = eu-west-2

[profile "with space"]
  aws_access_key_id = AKSPACE
  aws_secret_access_key = hush-space

[profile in-both-files]
aws_access_key_id = AKSECOND
aws_secret_access_key = hush-second

[no-profile]
aws_access_key_id = AKNO
aws_secret_access_key = hush-no

[plugins]
x = y
"""


def files():
    aws.write(".aws/credentials", CREDENTIALS)
    aws.write(".aws/config", CONFIG)
    found = aws.agree("default", OFF)
    support.equal(found["source"],
                  "profile default in the shared credentials file", "source")
    names = ["default", "long", "both", "half", "in-config",
             "with space", "in-both-files", "no-profile", "missing",
             "name of more than fifty bytes, as some are that SSO makes up"]
    for name in names:
        found = aws.agree(f"profile {name}", dict(OFF, AWS_PROFILE=name))
        if "error" in found:
            aws.no_secret(found, "hush")
        aws.agree(f"{name} and environment", dict(ENV, AWS_PROFILE=name))
        aws.agree(f"{name} chosen", ENV, profile=name)
    # botocore takes empty keys for keys.
    support.equal(aws.keys(dict(OFF, AWS_PROFILE="empty"))["code"], -4,
                  "empty keys")
    aws.agree("older name", dict(OFF, AWS_PROFILE="long",
                                 AWS_DEFAULT_PROFILE="both"))

    elsewhere = aws.write("else where/keys", "[x]\naws_access_key_id=AKX\n"
                          "aws_secret_access_key=hush-x\n")
    aws.agree("another file", dict(OFF, AWS_PROFILE="x",
                                   AWS_SHARED_CREDENTIALS_FILE=elsewhere))
    aws.agree("another config", dict(
        OFF, AWS_CONFIG_FILE=aws.write("c", CONFIG.replace("AKCON", "AKC")),
        AWS_PROFILE="in-config"))
    aws.agree("below home", dict(
        OFF, AWS_SHARED_CREDENTIALS_FILE="~/else where/keys",
        AWS_PROFILE="x"))
    for broken in ("key before = section\n", "[default\n", "[default]\nhush\n",
                   "[default]\n= hush\n"):
        found = aws.agree("broken", dict(OFF, AWS_CONFIG_FILE=aws.write(
            "broken", broken)))
        support.check("broken:" in found.get("error", ""), f"{found}")
        aws.no_secret(found, "hush")


def process():
    script = aws.write("bin/print it", """\
#!/bin/sh
[ $# -eq 4 ] && [ "$1" = 'a  b' ] && [ "$2" = "c'd" ] && [ "$3" = '$HOME;' ] &&
    [ -z "$4" ] || { echo "hush $*" >&2; exit 3; }
cat "$0.json"
""", mode=0o755)
    line = f"'{script}' \"a  b\" c\\'d '$HOME;' ''"
    aws.write(".aws/config", f"""\
[default]
credential_process = {line}
[profile fails]
credential_process = sh -c 'echo first line >&2; echo second >&2; exit 3'
[profile silent]
credential_process = false
[profile unknown]
credential_process = /no/such/program
[profile quote]
credential_process = echo 'a
[profile blank]
credential_process =
[profile much]
credential_process = head -c 100000 /dev/zero
[profile keys-too]
credential_process = {line}
aws_access_key_id = AKNEVER
aws_secret_access_key = hush-never
""")
    aws.write(".aws/credentials", "")

    def prints(text):
        aws.write("bin/print it.json", text)

    whole = ('{"Version": 1, "AccessKeyId": "AKPROC", "SecretAccessKey": '
             '"hush-proc", "SessionToken": "hush-token", '
             '"Expiration": "2037-01-02T03:04:05+00:00"}')
    prints(whole)
    found = aws.agree("process", OFF)
    support.equal(found["expires"], 2114478245, "expiry")
    support.equal(found["source"], "credential_process of profile default",
                  "source")
    aws.agree("before keys in config", dict(OFF, AWS_PROFILE="keys-too"))
    for name, text in {
            "no token": whole.replace("SessionToken", "Other"),
            "no expiry": whole.replace("Expiration", "Other"),
            "no access key": whole.replace("AccessKeyId", "Other"),
            "no secret key": whole.replace("SecretAccessKey", "Other"),
            "version 2": whole.replace("1,", "2,"),
            "no version": whole.replace("Version", "Other"),
            "no time": whole.replace("2037-", "hush"),
            "no object": '"hush-proc"', "no JSON": "hush-proc",
            "nothing": ""}.items():
        prints(text)
        aws.no_secret(aws.agree(name, OFF).get("error"), "hush")
    for name in ("fails", "silent", "unknown", "quote", "blank", "much"):
        found = aws.agree(name, dict(OFF, AWS_PROFILE=name))
        support.equal("first line" in found["error"], name == "fails", name)
        support.check("second" not in found["error"], name)

    # Fetched again when it is about to expire, and kept if that fails.
    prints(whole)
    first, early, late, after = run_at(
        ("2114470000", None), ("2114477400", "no JSON"),
        ("2114477700", "no JSON"), ("2114477700", whole.replace(
            "AKPROC", "AKNEW").replace("2037-", "2038-")))
    support.equal(first["access_key"], "AKPROC", "first")
    support.equal(early["access_key"], "AKPROC", "early, with a failure")
    support.check("no JSON" in late["error"], f"late, with a failure: {late}")
    support.equal(after["access_key"], "AKNEW", "late")


def run_at(*steps):
    """Asks one chain at several times, with what the process prints."""
    with subprocess.Popen([aws.program("keys")], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True,
                          env=aws.environment(**OFF)) as chain:
        for time, text in steps:
            if text is not None:
                aws.write("bin/print it.json", text)
            chain.stdin.write(f"{time}\n")
            chain.stdin.flush()
            yield json.loads(chain.stdout.readline())
        chain.stdin.close()


environment()
files()
process()
support.passed()
