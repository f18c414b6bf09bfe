# SPDX-License-Identifier: Apache-2.0
"""Credentials for the token that `aws sso login` left."""

import hashlib
import json
import time
import urllib.parse

import aws
import server
import support

aws.with_botocore()

EXPIRES = int(time.time()) + 3600


def answer(request):
    url = urllib.parse.urlsplit(request.path)
    asked = dict(urllib.parse.parse_qsl(url.query))
    if url.path != "/federation/credentials":
        return 404, {}, "{}"
    if request.headers["x-amz-sso_bearer_token"] != "hush-token":
        return 401, {"x-amzn-ErrorType": "UnauthorizedException"}, \
            '{"message": "no"}'
    if asked["role_name"] == "Forbidden":
        return 403, {"x-amzn-ErrorType": "ForbiddenException"}, \
            '{"message": "No access"}'
    if asked["role_name"] == "Odd":
        return 200, {}, '{"roleCredentials": {"accessKeyId": "hush"}}'
    return 200, {"Content-Type": "application/json"}, json.dumps({
        "roleCredentials": {
            "accessKeyId": "AK" + asked["account_id"],
            "secretAccessKey": "hush-" + asked["role_name"],
            "sessionToken": "session", "expiration": EXPIRES * 1000 + 5}})


SESSION = """\
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
"""
CONFIG = f"""\
[sso-session corp]
{SESSION}
[sso-session other]
{SESSION}
[profile legacy]
{SESSION}sso_account_id = 123456789012
sso_role_name = Role
[profile session]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = A+b=c,d.e@f-g_h
[profile forbidden]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Forbidden
[profile odd]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Odd
[profile half]
sso_session = corp
sso_account_id = 123456789012
[profile differs]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Role
sso_region = eu-west-2
[profile gone]
sso_session = gone
sso_account_id = 123456789012
sso_role_name = Role
[profile logged-out]
sso_session = other
sso_account_id = 123456789012
sso_role_name = Role
"""


def cache(key, **token):
    aws.write(f".aws/sso/cache/{hashlib.sha1(key.encode()).hexdigest()}.json",
              json.dumps(token))


def main():
    aws.write(".aws/config", CONFIG)
    start = "https://example.awsapps.com/start"
    good = {"accessToken": "hush-token", "region": "eu-west-1",
            "startUrl": start,
            "expiresAt": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                       time.gmtime(EXPIRES))}
    cache("corp", **good)
    cache(start, **good)
    with server.Server(answer) as here:
        base = {"AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ENDPOINT_URL_SSO": here.url}
        compare = aws.at_hand((1, 34))

        def find(profile):
            changes = dict(base, AWS_PROFILE=profile)
            return aws.agree(profile, changes) if compare else \
                aws.keys(changes)

        for profile, role in (("legacy", "Role"),
                              ("session", "A+b=c,d.e@f-g_h")):
            support.equal(find(profile), {
                "access_key": "AK123456789012", "secret_key": "hush-" + role,
                "token": "session", "expires": EXPIRES,
                "source": f"SSO, by profile {profile}"}, profile)
        for profile in ("forbidden", "odd", "half", "differs", "gone",
                        "logged-out"):
            found = find(profile)
            support.check("error" in found, f"{profile}: {found}")
            aws.no_secret(found, "hush")
        support.check("aws sso login --profile logged-out" in
                      find("logged-out")["error"], "what to do")

        cache("corp", **dict(good, accessToken="hush-old"))
        found = find("session")
        support.check("aws sso login" in found["error"], f"{found}")
        asked = len(here.requests)
        for broken in (dict(good, expiresAt="2020-01-02T03:04:05UTC"),
                       dict(good, expiresAt="soon"),
                       {"accessToken": "hush-token"},
                       {"expiresAt": good["expiresAt"]}):
            cache(start, **broken)
            found = aws.keys(dict(base, AWS_PROFILE="legacy"))
            support.check("aws sso login" in found["error"], f"{found}")
            aws.no_secret(found, "hush")
        support.equal(len(here.requests), asked, "requests with a bad token")
    support.passed()


main()
