# SPDX-License-Identifier: Apache-2.0
"""Roles that STS gives: role_arn in a profile, and web identity."""

import datetime
import os
import urllib.parse

import aws
import server
import support

aws.with_botocore()

SECRETS = {"AKSOURCE": "hush-source", "AKENV": "hush-env",
           "AKMIDDLE": "hush-middle", "AKCONTAINER": "hush-container"}
LATER = (datetime.datetime.utcnow() + datetime.timedelta(hours=1)).strftime(
    "%Y-%m-%dT%H:%M:%SZ")
ROLE = "arn:aws:iam::123456789012:role/path/"


def credentials(action, access):
    return 200, {"Content-Type": "text/xml"}, f"""\
<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <{action}Result>
    <AssumedRoleUser><Arn>arn</Arn><AssumedRoleId>id</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>{access}</AccessKeyId>
      <SecretAccessKey>hush&lt;{access}&#43;/</SecretAccessKey>
      <SessionToken>token&amp;{access}</SessionToken>
      <Expiration>{LATER}</Expiration>
    </Credentials>
  </{action}Result>
  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
</{action}Response>
"""


def error(status, code, message):
    return status, {}, f"""\
<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
<RequestId>r</RequestId></ErrorResponse>"""


seen = []


def answer(request):
    form = dict(urllib.parse.parse_qsl(request.body.decode()))
    role = form["RoleArn"][len(ROLE):]
    who = aws.signed_by(request, SECRETS)
    seen.append((role, form, who))
    if role == "forbidden":
        return error(403, "AccessDenied", "not &quot;you&quot;")
    if role == "busy" and len(seen) % 2:
        return error(503, "ServiceUnavailable", "later")
    if role == "odd":
        return 200, {}, "<a><AccessKeyId>AK</AccessKeyId></a>"
    if form["Action"] == "AssumeRoleWithWebIdentity":
        if form["WebIdentityToken"] != "hush.web-identity_token":
            return error(400, "InvalidIdentityToken", "no")
        return credentials(form["Action"], "AKWEB")
    if who not in SECRETS:
        return error(403, "SignatureDoesNotMatch", who)
    access = "AKMIDDLE" if role == "middle" else "AKROLE"
    if role == "middle":
        SECRETS[access] = f"hush<{access}+/"
    return credentials(form["Action"], access)


CONFIG = f"""\
[default]
region = eu-west-1
role_arn = {ROLE}default
source_profile = source
[profile source]
region = eu-west-1
aws_access_key_id = AKSOURCE
aws_secret_access_key = hush-source
[profile named]
role_arn = {ROLE}named
source_profile = source
role_session_name = it+is@me
external_id = a/b c&d
duration_seconds = 1234
region = eu-west-2
[profile chain]
region = eu-west-1
role_arn = {ROLE}chain
source_profile = middle
[profile middle]
region = eu-west-1
role_arn = {ROLE}middle
source_profile = source
[profile self]
region = eu-west-1
role_arn = {ROLE}self
source_profile = self
aws_access_key_id = AKSOURCE
aws_secret_access_key = hush-source
[profile loop]
region = eu-west-1
role_arn = {ROLE}loop
source_profile = loop2
[profile loop2]
region = eu-west-1
role_arn = {ROLE}loop2
source_profile = loop
[profile self-loop]
region = eu-west-1
role_arn = {ROLE}self
source_profile = self-loop
[profile environment]
region = eu-west-1
role_arn = {ROLE}environment
credential_source = Environment
[profile container]
region = eu-west-1
role_arn = {ROLE}container
credential_source = EcsContainer
[profile unknown]
region = eu-west-1
role_arn = {ROLE}x
credential_source = Hat
[profile both]
region = eu-west-1
role_arn = {ROLE}x
credential_source = Environment
source_profile = source
[profile neither]
region = eu-west-1
role_arn = {ROLE}x
[profile missing]
region = eu-west-1
role_arn = {ROLE}x
source_profile = nobody
[profile keyless]
region = eu-west-1
role_arn = {ROLE}x
source_profile = empty
[profile empty]
region = eu-west-1
[profile process]
region = eu-west-1
role_arn = {ROLE}process
source_profile = runs
[profile runs]
region = eu-west-1
credential_process = echo '{{"Version": 1, "AccessKeyId": "AKSOURCE", \
"SecretAccessKey": "hush-source"}}'
[profile mfa]
region = eu-west-1
role_arn = {ROLE}x
source_profile = source
mfa_serial = arn:aws:iam::1:mfa/me
[profile forbidden]
region = eu-west-1
role_arn = {ROLE}forbidden
source_profile = source
[profile busy]
region = eu-west-1
role_arn = {ROLE}busy
source_profile = source
[profile odd]
region = eu-west-1
role_arn = {ROLE}odd
source_profile = source
[profile web]
region = eu-west-1
role_arn = {ROLE}web
web_identity_token_file = token
role_session_name = web-session
[profile over-web]
region = eu-west-1
role_arn = {ROLE}over-web
source_profile = web
[profile half-web]
region = eu-west-1
web_identity_token_file = token
"""


def main():
    aws.write(".aws/config", CONFIG)
    aws.write("token", "hush.web-identity_token")
    base = {"AWS_EC2_METADATA_DISABLED": "true"}

    with server.Server(answer) as here:
        base["AWS_ENDPOINT_URL_STS"] = here.url
        # Before that botocore cannot be sent to another STS.
        compare = aws.at_hand((1, 34))

        def find(profile, **more):
            changes = dict(base, AWS_PROFILE=profile, **more)
            found = aws.agree(profile, changes) if compare else \
                aws.keys(changes)
            del seen[:]
            ours = aws.keys(changes)
            support.equal(ours, found, profile)
            return ours

        env = {"AWS_ACCESS_KEY_ID": "AKENV",
               "AWS_SECRET_ACCESS_KEY": "hush-env"}
        found = find("default")
        support.equal(
            (found["access_key"], found["secret_key"], found["token"],
             found["source"]),
            ("AKROLE", "hush<AKROLE+/", "token&AKROLE",
             "the role (role_arn) of profile default"), "default")
        support.check(found["expires"] > 1700000000, "expiry")
        (role, form, who), = seen
        support.equal((role, who), ("default", "AKSOURCE"), "the call")
        support.check(form["RoleSessionName"].startswith("pedigree-"), "name")
        support.check("DurationSeconds" not in form, "duration")

        find("named")
        (_, form, _), = seen
        support.equal((form["RoleSessionName"], form["ExternalId"],
                       form["DurationSeconds"]),
                      ("it+is@me", "a/b c&d", "1234"), "parameters")
        credential = here.requests[-1].headers["Authorization"]
        support.check("/eu-west-2/sts/" in credential, credential)

        find("chain")
        support.equal([(role, who) for role, _, who in seen],
                      [("middle", "AKSOURCE"), ("chain", "AKMIDDLE")], "chain")
        find("self")
        find("process")
        # The environment's keys come first, unless the profile was chosen.
        support.equal(find("environment", **env)["access_key"], "AKENV",
                      "environment first")
        support.equal(aws.keys(dict(base, **env), profile="environment")
                      ["access_key"], "AKROLE", "credential_source")
        support.equal(seen[-1][2], "AKENV", "credential_source")
        for profile in ("loop", "self-loop", "environment", "container",
                        "unknown", "both", "neither", "missing", "keyless",
                        "forbidden", "odd"):
            found = find(profile)
            support.check(profile in found["error"], f"{profile}: {found}")
            aws.no_secret(found, "hush")
        support.check('AccessDenied not "you"' in find("forbidden")["error"],
                      "what STS says")
        del seen[:]
        support.equal(aws.keys(dict(base, AWS_PROFILE="busy"))["access_key"],
                      "AKROLE", "after a 503")
        found = aws.keys(dict(base, AWS_PROFILE="mfa"))
        support.check("mfa_serial" in found["error"], "MFA")

        found = find("web")
        support.equal(found["access_key"], "AKWEB", "web identity")
        (role, form, who), = seen
        support.equal((form["RoleSessionName"], who),
                      ("web-session", "not signed"), "web identity")
        SECRETS["AKWEB"] = "hush<AKWEB+/"
        support.equal(find("over-web")["access_key"], "AKROLE", "role over it")
        support.check("AWS_ROLE_ARN" in find("half-web")["error"], "no role")
        found = find("empty", AWS_WEB_IDENTITY_TOKEN_FILE="token",
                     AWS_ROLE_ARN=ROLE + "pod")
        support.equal((found["access_key"], found["source"]),
                      ("AKWEB", "a web identity token"), "of a pod")
        # The file is replaced; it is read at each fetch.
        aws.write("token", "hush-wrong")
        found = find("web")
        support.check("InvalidIdentityToken" in found["error"], f"{found}")
        aws.no_secret(found, "hush")
        os.unlink("token")
        found = find("web")
        support.equal(found["code"], -7, "no token is not: no source")
        support.check("token" in found["error"], "no token")
    support.passed()


main()
