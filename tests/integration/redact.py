#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Some two hundred secrets in the places where programs are given them: none
is found in what a run keeps and says. Harmless arguments stay as they are."""

import base64
import hashlib
import json
import os
import random
import string
import subprocess
import sys
import urllib.parse
import uuid

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

random.seed(7)
SECRETS = []  # texts that must not be found
COMMANDS = []  # argument lists
NAMED = []  # those of them that stand only for their program
LOWER = string.ascii_lowercase + string.digits
WORD = string.ascii_letters + string.digits


def new(alphabet=WORD, n=20):
    """A secret, which no list of patterns knows by itself."""
    text = "q" + "".join(random.choices(alphabet, k=n - 1))
    SECRETS.append(text)
    return text


def look(prefix, n, alphabet=WORD):
    """A token that is known by how it begins."""
    rest = new(alphabet, n)
    return prefix + rest


def command(*words):
    COMMANDS.append(list(words))


def named(*words):
    """One that is told by the program's name."""
    command(*words)
    NAMED.append(list(words))


NAMES = ["password", "passwd", "db-password", "api-key", "apikey", "token",
         "hf_token", "auth-token", "access-token", "client-secret",
         "secret", "private-key", "aws_secret_access_key", "session-token",
         "github-token", "passphrase", "openai-key", "wandb-api-key",
         "connection-string", "jwt"]
VARIABLES = ["PASSWORD", "DB_PASSWORD", "PGPASSWORD", "MYSQL_PWD",
             "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "HF_TOKEN",
             "GITHUB_TOKEN", "OPENAI_API_KEY", "WANDB_API_KEY",
             "AZURE_STORAGE_KEY", "SLACK_BOT_TOKEN"]


def names():
    for name in NAMES:
        command(f"--{name}", new())
        command(f"--{name}={new()}")
    for name in NAMES[:6]:
        command(f"-{name}", new())
    command("--password", "-" + new())
    command("config", "user.password", new())
    command("configure", "set", "aws_secret_access_key", new())
    for name in VARIABLES:
        command(f"{name}={new()}", "--lr", "0.1")
        command("-e", f"{name}={new()}")
    command("--set", f"a=b,password={new()},c=d")
    command("--set", f"password={new()},{new()},c=d")
    command("--env=SECRET_TOKEN=" + new())
    command("-pS3cr!t" + new())
    named("/usr/bin/mysql", "-uroot", "-p" + new(), "shop")
    named("/usr/bin/mysqldump", "-p" + new(LOWER), "shop")
    named("sshpass", "-p", new(LOWER), "ssh", "host")
    named("redis-cli", "-a", new(LOWER), "ping")
    command("sh", "-c", f"mysql -uroot -p{new(LOWER)} shop")
    command("sh", "-c", f"sshpass -p {new(LOWER)} ssh host")
    command("sh", "-c", f"train --password {new()} --lr 1")
    command("sh", "-c", f"export PGPASSWORD={new()}; psql shop")
    command("sh", "-c", f"curl -u me:{new()} https://host/x")


def urls():
    user, host = "me", "db.example.com"
    for scheme in ["https", "http", "ftp", "postgresql", "mysql",
                   "mongodb", "mongodb+srv", "redis", "amqp", "amqps",
                   "mssql+pyodbc", "snowflake", "git+https", "ssh"]:
        command(f"{scheme}://{user}:{new()}@{host}/a/b")
    command(f"redis://:{new()}@{host}:6379/0")
    command(f"--url=https://{user}:{urllib.parse.quote('p@' + new())}@{host}/")
    command(f"https://{user}:p/{new()}@{host}/x")
    command(f"https://{new()}@{host}/me/it.git")
    command("git", "clone", f"https://oauth2:{new()}@gitlab.com/me/it.git")
    command("git", "remote", "add", "o", f"x-access-token:{new()}@github.com/a")
    for name in ["token", "sig", "X-Amz-Signature", "X-Goog-Signature", "q",
                 "access_token", "AWSAccessKeyId", "code", "se"]:
        command(f"https://{host}/a/b.csv?x=1&{name}={new()}")
    command(f"https://{host}/a#access_token={new()}")
    command(f"jdbc:postgresql://{host}/shop?user=me&password={new()}")
    command(f"jdbc:sqlserver://{host}:1433;user=sa;password={new()};a=b")
    command(f"jdbc:mysql://{user}:{new()}@{host}/shop")
    command(f"jdbc:oracle:thin:scott/{new()}@//{host}:1521/shop")
    command(f"Driver={{ODBC}};Server={host};Uid=sa;Pwd={new()};Encrypt=yes")
    command(f"host={host} user=me password={new()} dbname=shop")
    command(f"host={host} password='{new()} {new()}' dbname=shop")
    command(f"Server={host};User Id=sa;Password={new()};")
    command(f"{user}:{new()}@tcp({host}:3306)/shop")
    key = base64.b64encode(new(n=64).encode()).decode()
    SECRETS.append(key)
    command("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + key +
            ";EndpointSuffix=core.windows.net")
    command("Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=r;"
            f"SharedAccessKey={new()}=")
    command(f"sv=2022-11-02&ss=b&se=2026&sig={new()}%3D")
    command(f"SharedAccessSignature sr=a&sig={new()}&se=1")
    for text in ["password=%s", "token: %s", '{"password": "%s"}']:
        SECRETS.append(new())
        command(urllib.parse.quote(text % SECRETS[-1]))


def looks():
    for prefix, n in [("ghp_", 36), ("gho_", 36), ("ghu_", 36), ("ghs_", 36),
                      ("ghr_", 36), ("github_pat_", 60), ("glpat-", 20),
                      ("gldt-", 20), ("glrt-", 20), ("glptt-", 40),
                      ("xoxb-1234567890-", 24), ("xoxp-1234567890-", 24),
                      ("xapp-1-", 30), ("hf_", 34), ("sk-", 48),
                      ("sk-proj-", 48), ("sk-ant-api03-", 80), ("npm_", 36),
                      ("pypi-", 90), ("sk_live_", 24), ("rk_live_", 24),
                      ("whsec_", 32), ("ya29.", 60), ("GOCSPX-", 28),
                      ("AIza", 35), ("r8_", 37), ("gsk_", 50), ("hvs.", 24),
                      ("dckr_pat_", 27), ("glsa_", 32), ("shpat_", 32),
                      ("dop_v1_", 64), ("lin_api_", 40), ("figd_", 40),
                      ("https://hooks.slack.com/services/T1/B1/", 24)]:
        command("run", look(prefix, n))
    for prefix in ["AKIA", "ASIA", "AROA", "AIDA"]:
        key = "".join(random.choices(string.ascii_uppercase + "234567", k=16))
        SECRETS.append(key)
        command("see " + prefix + key)
    for _ in range(3):
        key = base64.b64encode(random.randbytes(30)).decode()
        SECRETS.append(key)
        command("configure", key)
    SECRETS.append("wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY")
    command("x", SECRETS[-1])
    jwt = ".".join(["eyJhbGciOiJIUzI1NiJ9", "eyJ" + new(), new()])
    command("call", jwt)
    command("-H", "Authorization: Bearer " + new(n=30))
    command("-H", f"Authorization: Token {new()}")
    basic = base64.b64encode(("me:" + new()).encode()).decode()
    SECRETS.append(basic)
    command("--header", "Authorization: Basic " + basic)
    command("Basic " + basic)
    command("Bearer " + new(n=30))
    for header in ["X-Api-Key", "Cookie", "Set-Cookie", "X-Auth-Token",
                   "Private-Token", "X-Vault-Token", "Proxy-Authorization",
                   "Ocp-Apim-Subscription-Key", "X-Amz-Security-Token"]:
        command("-H", f"{header}: {new()}")
    command("curl", "-u", f"me:{new()}", "https://host/")
    command("curl", f"--user=me:{new()}", "https://host/")
    body = [base64.b64encode(random.randbytes(48)).decode() for _ in range(4)]
    SECRETS.extend(body)
    marks = [f"-----{word} RSA PRIVATE " + "KEY-----"
             for word in ("BEGIN", "END")]
    command("sign", marks[0], *body, marks[1], "rest")
    command("sign", "\n".join([marks[0], *body, marks[1]]))
    command(json.dumps({"type": "service_account",
                        "private_key_id": new(),
                        "private_key": "\n".join([marks[0], *body])}))


def code():
    for text in ['login("me", password="%s")', "token = '%s'",
                 'os.environ["API_KEY"] = "%s"',
                 'h = {"Authorization": "Bearer %s"}',
                 'call(["train", "--password", "%s"])',
                 'db(url="postgresql://me:%s@host/x")',
                 "x = dict(secret_key='%s', lr=1)"]:
        command("python3", "-c", text % new())
    for text in ['{"password": "%s"}', '{"a": {"token": "%s", "b": 1}}',
                 '{"api_key":"%s"}', "{'secret': '%s'}",
                 '"{\\"password\\": \\"%s\\"}"', "password: %s",
                 "<password>%s</password>", '{"password": "a\\"%s"}',
                 '[{"aws_secret_access_key": "%s"}]']:
        command("--json", text % new())


def harmless():
    """Each of these is to be kept byte for byte."""
    digest = hashlib.sha256(b"x").hexdigest()
    lists = [
        ["--tokenizer", "bert"], ["--max-tokens", "512"], ["--max_tokens=512"],
        ["--keys", "id,name"], ["--key", "id"], ["--sort-key=name"],
        ["--author", "Ann"], ["--authors=Ann,Bob"], ["--n-pass", "3"],
        ["--num-passes=3"], ["--pad-token", "[PAD]"], ["--eos_token=</s>"],
        ["--primary-key", "id"], ["--token-dim", "64"], ["--monkey", "1"],
        ["/data/token/train.csv"], ["data/secrets-of-rome/a.txt"],
        ["models/password-strength/v1.bin"], [digest], ["sha256:" + digest],
        [digest[:40]], [digest[:7]], [str(uuid.UUID(digest[:32]))],
        ["s3://bucket/a/b/key.parquet"], ["gs://bucket/token/x"],
        ["s3://bucket/year=2024/month=01/part-0001.snappy.parquet"],
        ["https://host.example/a/b"], ["https://host:8443/a@b"],
        ["git@github.com:me/it.git"], ["ssh://host/me/it.git"],
        ["image:1.2@sha256:" + digest], ["registry.example/a/b:1.2"],
        ["mailto:me@example.com"], ["me@example.com"], ["npm:a@1.2.3"],
        ["aGVsbG8gd29ybGQ.bin"], ["/data/aGVsbG8gd29ybGQ=.npy"],
        ["d41d8cd98f00b204e9800998ecf8427e"], ["12:30:15"], ["2024-01-01"],
        ["--lr", "1e-3"], ["--lr=0.1"], ["--batch-size=32"], ["-p", "8080"],
        ["-p8080"], ["-p", "dir"], ["-parallel"], ["-printf", "%p"],
        ["-j4"], ["-u", "train.py"], ["-u", "root"], ["PWD=/home/me"],
        ["OLDPWD=/tmp"], ["PATH=/bin:/usr/bin"], ["LANG=C.UTF-8"],
        ["--compass", "n"], ["--bypass=yes"], ["--keyboard", "de"],
        ["Basic training run"], ["basic"], ["sk-learn"], ["hf_model"],
        ["bearer"], ["task-1"], ["risk-free-rate"], ["--columns", "a,b,c"],
        ["{\"lr\": 0.1, \"layers\": [1, 2]}"], ["{\"columns\": [\"token\"]}"],
        ["[\"token\", \"label\"]"], ["--stop-token", "END"],
        ["--mask_token=[MASK]"], ["--image-token", "<image>"],
        ["a=b", "c=d"], ["--x=y=z"], ["print('hello world')"],
        ["import os; print(os.getcwd())"], ["x -> y"], ["-Dfile.encoding=UTF8"],
        ["--model", "meta-llama/Llama-3-8B"], ["--dtype=bfloat16"],
        ["run_2024_01_01_experiment_12"], ["arn:aws:s3:::bucket/key"],
        ["arn:aws:iam::123456789012:role/Train"], ["--seed", "42"],
        ["http://token:8080/x"], ["Users/JohnSmith/Projects/Train/Data/a.csv"],
        ["checkpoint-00012-of-00064.safetensors"], ["--token-file", "t.txt"],
        ["ABCDEFGHIJKLMNOPQRSTUVWXYZ"], ["0123456789"], ["--vocab", "32000"],
        ["C:/Users/me"], ["a:b"], ["host:8080"], ["-v", "/a:/b:ro"],
        ["--shape=3x224x224"], ["--filter", "a > 1 and b < 2"], ["*.csv"],
        ["--", "x"], [""], ["-"], ["--sep", ";"], ["--sep=,"], ["\u00e4\u00f6"],
        ["--tokens-per-batch", "4096"], ["--secretary", "x"][:1],
        ["part-00000-tid-8531.c000.csv"], ["--passage", "text"],
        ["--signal", "9"], ["--path", "/a/b"], ["--patch=3"],
        ["v1.2.3-rc1+build5"], ["--key_name"], ["--oauth"][:1],
    ]
    t.check(len(lists) >= 100, f"only {len(lists)} harmless ones")
    for words in lists:
        lines = t.run("pedigree", "redact", "--test", "--json", "--", *words,
                      status=1)
        kept = [json.loads(line)["Kept"] for line in lines.splitlines()]
        t.equal(kept, words, "harmless")


def search(text, where):
    """Also what is left of one that was cut short."""
    text = text.lower()
    for secret in SECRETS:
        part = secret.lower()[:14]
        at = text.find(part)
        if at >= 0:
            t.fail(f"{secret} is in {where}: {text[max(0, at - 60):at + 40]}")


def captured():
    with open("commands.json", "w", encoding="utf-8") as file:
        json.dump(COMMANDS, file)
    with open("all.py", "w", encoding="utf-8") as file:
        file.write("import json, subprocess\n"
                   "for words in json.load(open('commands.json')):\n"
                   "    subprocess.run([words[0], *words[1:]],\n"
                   "                   executable='/bin/true', check=True)\n"
                   "open('out.txt', 'w').write('done')\n")
    env = {**os.environ, **{name: new() for name in VARIABLES}}
    done = subprocess.run(["pedigree", "run", "--name", "all", "--",
                           sys.executable, "all.py"], env=env, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300)
    t.equal(done.returncode, 0, done.stdout.decode())
    search(done.stdout.decode(), "what the run says")
    events = t.pedigree("events", "all")
    t.check(events.count("[redacted:") > 150, "marks in the events")


def wrapped():
    """Each as the arguments of a run itself, some at once."""
    commands = [words for words in COMMANDS if words not in NAMED]
    for i in range(0, len(commands), 12):
        words = sum(commands[i:i + 12], [])
        done = subprocess.run(["pedigree", "run", "--name", f"w{i}", "--",
                               "/bin/true", *words], check=False,
                              stdin=subprocess.DEVNULL, timeout=300,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        t.equal(done.returncode, 0, done.stdout.decode())
        for query in (["show", f"w{i}"], ["show", f"w{i}", "--json"],
                      ["events", f"w{i}"]):
            search(t.pedigree(*query), " ".join(query))
    for query in (["show", "all", "--json"], ["events", "all", "--json"],
                  ["explain", "all", "out.txt"], ["trace", "out.txt"],
                  ["graph", "out.txt"], ["list", "runs", "--json"]):
        search(t.pedigree(*query), " ".join(query))


def kept():
    for folder, _, files in os.walk(os.environ["PEDIGREE_HOME"]):
        for name in files:
            path = os.path.join(folder, name)
            search(name, path)
            with open(path, "rb") as file:
                search(file.read().decode("latin-1"), path)
    path = os.path.join(os.environ["PEDIGREE_HOME"], "redact.key")
    t.equal(os.stat(path).st_mode & 0o777, 0o600, "mode of the key")


def why_is_told():
    for words, why in ((["mysql", "-p", "hunter2"], "name -p"),
                       (["--token", "hunter2"], "name token"),
                       (["mysql", "-phunter2"], "option password"),
                       (["https://me:hunter2@host/"],
                        "url user information")):
        lines = t.run("pedigree", "redact", "--test", "--json", "--", *words)
        t.equal(json.loads(lines.splitlines()[-1])["Rule"], why,
                f"why of {words}")


def same_secret_same_mark():
    one, two = (t.run("pedigree", "redact", "--test", "--", "--password", x)
                for x in ("hunter2", "hunter3"))
    again = t.run("pedigree", "redact", "--test", "--json", "TOKEN=hunter2")
    mark = one.splitlines()[1].split("\t")[0]
    t.check(mark.startswith("[redacted:"), one)
    t.check(mark in again, f"{mark} in {again}")
    t.check(mark not in two, f"{mark} in {two}")


def rules():
    with open("rules.conf", "w", encoding="utf-8") as file:
        file.write("[redact]\nname = *-PIN\nvalue = ACME-*\nkeep = token\n")
    env = {**os.environ, "PEDIGREE_CONFIG": os.path.abspath("rules.conf")}
    words = ["--my_pin", "q1234", "see ACME-12/qq-x", "--token", "plain"]
    out = t.run("pedigree", "run", "--name", "ruled", "--", "/bin/sh", "-c",
                '/bin/true "$@"', "sh", *words, env=env)
    out = t.pedigree("events", "ruled", env=env)
    t.check("q1234" not in out and "qq-x" not in out and "plain" in out, out)
    os.makedirs("checkout", exist_ok=True)
    with open("checkout/pedigree.conf", "w", encoding="utf-8") as file:
        file.write("[redact]\nkeep = *\n")
    out = t.run("pedigree", "redact", "--test", "--", "--password", "hush",
                cwd="checkout")
    t.check("hush" not in out, out)


def untold():
    """Nobody has read an answer that a full disk took, though it is no."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(["pedigree", "redact", "--test", "--", "plain"],
                              stdout=full, stderr=subprocess.PIPE, check=False)
    t.equal(done.returncode, 2, "the status of an answer that was not written")
    t.check(b"cannot write the answer" in done.stderr, done.stderr)


for part in (names, urls, looks, code):
    part()
t.check(len(SECRETS) >= 200, f"only {len(SECRETS)} secrets")
for part in (captured, wrapped, kept, why_is_told, same_secret_same_mark, rules,
             harmless, untold):
    part()
t.passed()
