# SPDX-License-Identifier: Apache-2.0
"""Region and endpoint, as botocore finds them."""

import os
import subprocess

import aws
import support

aws.with_botocore()

import botocore.session  # noqa: E402

VERSION = tuple(int(n) for n in botocore.__version__.split(".")[:2])
# Endpoints in the environment and in the files came with this one.
KNOWS_URLS = VERSION >= (1, 31)

REGIONS = ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-3",
           "mx-central-1", "cn-north-1", "cn-northwest-1", "us-gov-west-1",
           "us-gov-east-1"]
CLOSED = ["us-iso-east-1", "us-isob-east-1", "eusc-de-east-1"]


def ours(service, region=None, **changes):
    done = subprocess.run(
        [aws.program("where"), service] + ([region] if region else []),
        env=aws.environment(**changes), stdout=subprocess.PIPE, text=True,
        timeout=60, check=False)
    support.equal(done.returncode, 0, "status of where")
    return done.stdout.strip()


class Seen(Exception):
    """What botocore would have sent."""


def seen(request, **_):
    raise Seen(request.url)


CALLS = {
    "sagemaker": lambda client: client.list_artifacts(),
    "sts": lambda client: client.get_caller_identity(),
    "sso": lambda client: client.get_role_credentials(
        roleName="r", accountId="1", accessToken="t"),
    "s3": lambda client: client.list_buckets(),
}


def theirs(service, region=None, **changes):
    before = dict(os.environ)
    os.environ.update(changes)
    try:
        session = botocore.session.Session()
        client = session.create_client(
            service, region_name=region, aws_access_key_id="a",
            aws_secret_access_key="b",
            config=botocore.config.Config(parameter_validation=False))
        client.meta.events.register("before-send", seen)
        CALLS[service](client)
    except Seen as request:
        url = request.args[0]
        for path in ("/federation/credentials?", "/?"):
            url = url.split(path)[0]
        return f"{client.meta.region_name} {url}"
    except Exception as error:  # whatever it is, it is an answer
        return f"error: {error}"
    finally:
        os.environ.clear()
        os.environ.update(before)


def agree(service, region=None, **changes):
    one, other = ours(service, region, **changes), \
        theirs(service, region, **changes)
    print(f"{service} {region} {changes}: {one}")
    if one.startswith(("error", "no region")):
        support.check(other.startswith("error"),
                      f"{one}, botocore found {other}")
    else:
        support.equal(one, other.rstrip("/"), f"{service} {region} {changes}")


def own():
    regions = REGIONS + (CLOSED if VERSION >= (1, 43) else [])
    for region in regions:
        agree("sagemaker", region)
        agree("sagemaker", region, AWS_USE_FIPS_ENDPOINT="true")
        if region == "us-east-1":
            continue  # has another name still in older ones
        agree("s3", region)
        agree("s3", region, AWS_USE_DUALSTACK_ENDPOINT="true")
        if not region.startswith("cn-"):
            agree("s3", region, AWS_USE_FIPS_ENDPOINT="true",
                  AWS_USE_DUALSTACK_ENDPOINT="true")
    if VERSION < (1, 43):
        return  # regions and partitions are from later on
    for region in regions:
        agree("sagemaker", region, AWS_USE_DUALSTACK_ENDPOINT="true")
        agree("sagemaker", region, AWS_USE_DUALSTACK_ENDPOINT="true",
              AWS_USE_FIPS_ENDPOINT="true")
        agree("sts", region)
        agree("sts", region, AWS_USE_FIPS_ENDPOINT="true")
        agree("sso", region)
        agree("sso", region, AWS_USE_FIPS_ENDPOINT="true")
    for region in ("us-east-1.example.com/", "a b", "-x", ""):
        agree("sagemaker", region)


def region():
    aws.write(".aws/config", "[default]\nregion = eu-west-1\n"
              "[profile p]\nregion = eu-west-2\n[profile none]\nx = y\n")
    agree("sagemaker")
    agree("sagemaker", AWS_PROFILE="p")
    agree("sagemaker", AWS_PROFILE="none")
    agree("sagemaker", AWS_DEFAULT_REGION="eu-west-3", AWS_PROFILE="p")
    agree("sagemaker", "eu-north-1", AWS_DEFAULT_REGION="eu-west-3")
    # Which botocore alone does not know.
    support.equal(
        ours("sagemaker", AWS_REGION="ap-south-1",
             AWS_DEFAULT_REGION="eu-west-3").split()[0], "ap-south-1",
        "AWS_REGION")


def configured():
    aws.write(".aws/config", """\
[default]
region = eu-west-1
endpoint_url = http://profile:1/

[profile services]
region = eu-west-1
services = mine
endpoint_url = http://profile:2

[services mine]
s3 =
  endpoint_url = http://s3:3
sagemaker =
  endpoint_url = http://section:3/a/b/
sts=
    endpoint_url=http://sts:3

[profile gone]
region = eu-west-1
services = nowhere

[profile ignores]
region = eu-west-1
endpoint_url = http://profile:4
ignore_configured_endpoint_urls = true

[profile flags]
region = us-west-2
use_fips_endpoint = TRUE
""")
    names = [{}, {"AWS_ENDPOINT_URL": "http://all:5"},
             {"AWS_ENDPOINT_URL": "http://all:5",
              "AWS_ENDPOINT_URL_SAGEMAKER": "https://one:6/p/"},
             {"AWS_ENDPOINT_URL": "http://all:5",
              "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
             {"AWS_ENDPOINT_URL": "not a url"}]
    for profile in ("default", "services", "gone", "ignores", "flags"):
        for more in names:
            for service in ("sagemaker", "sts"):
                if service == "sts" and VERSION < (1, 43):
                    continue
                if profile != "flags" or not more:
                    agree(service, AWS_PROFILE=profile, **more)
    # botocore sends to it what the user wanted to be sent to FIPS alone.
    for flag in ("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"):
        found = ours("sagemaker", AWS_ENDPOINT_URL="http://all:5",
                     **{flag: "true"})
        support.check(found.startswith("error:") and flag in found, found)


own()
region()
if KNOWS_URLS:
    configured()
else:
    aws.write(".aws/config", "[default]\nregion = eu-west-1\nservices = s\n"
              "[services s]\nsagemaker =\n  endpoint_url = http://here:1/\n")
    support.equal(ours("sagemaker"), "eu-west-1 http://here:1", "section")
    support.equal(ours("sagemaker", AWS_ENDPOINT_URL="http://all:5"),
                  "eu-west-1 http://all:5", "AWS_ENDPOINT_URL")
support.passed()
