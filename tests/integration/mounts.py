#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is mounted is recorded as what it is elsewhere: folders mounted at
another place, layers of an overlay, a bucket behind s3fs, and the folders of a
SageMaker job. In a mount namespace of its own."""

import json
import os
import shutil
import subprocess
import sys

# Begins again where mounts are nobody else's, before there is a folder for it.
if "MOUNTS_ARE_OURS" not in os.environ:
    options = ["--mount"] if os.geteuid() == 0 else ["--mount",
                                                     "--map-root-user"]
    if subprocess.run(["unshare", *options, "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        print("SKIP: no mount namespace is allowed here")
        sys.exit(77)
    os.environ["MOUNTS_ARE_OURS"] = "yes"
    os.execvp("unshare", ["unshare", *options, sys.executable, __file__])

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

SERVER = os.path.join(t.BUILD, "s3rver", "node_modules", ".bin", "s3rver")


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def uris(run, which):
    return sorted(artifact["Source"]["SourceUri"]
                  for artifact in t.answer("show", run)[which]
                  if artifact["ArtifactType"] != "Code")


def here(path):
    return "file://" + os.path.realpath(path)


def folders():
    write("srv/data/in.csv", "a\n")
    os.mkdir("bound")
    t.run("mount", "--bind", "srv/data", "bound")
    t.pedigree("run", "-q", "--name", "bound", "--", "cp", "bound/in.csv",
               "bound/out.csv")
    t.equal((uris("bound", "Inputs"), uris("bound", "Outputs")),
            ([here("srv/data/in.csv")], [here("srv/data/out.csv")]),
            "files of a folder that is mounted twice")
    t.equal(t.answer("trace", "bound/out.csv"),
            t.answer("trace", "srv/data/out.csv"), "the two traces")
    os.makedirs("bound/set")
    for i in range(120):
        write(f"bound/set/{i}.csv", f"{i}\n")
    t.pedigree("run", "-q", "--name", "set", "--", "sh", "-c",
               "cat bound/set/*.csv >sum.csv")
    t.equal(uris("set", "Inputs"), [here("srv/data/set")], "a data set")
    t.pedigree("verify", "set")
    t.check("set" in t.pedigree("trace", "bound/set"), "found by its path")
    # What the folder is said to be is what the mount is, too.
    write("map.conf", f"[map]\n{os.path.realpath('srv')} = s3://lake\n")
    mapped = {**os.environ, "PEDIGREE_CONFIG": os.path.abspath("map.conf")}
    t.pedigree("run", "-q", "--name", "mapped", "--", "cp", "bound/in.csv",
               "bound/mapped.csv", env=mapped)
    t.equal((uris("mapped", "Inputs"), uris("mapped", "Outputs")),
            (["s3://lake/data/in.csv"], ["s3://lake/data/mapped.csv"]),
            "files of a folder that is mounted twice and mapped")
    t.run("umount", "bound")


def odd_names():
    name = "sp ace\ttab\nnew\\line\\040#\u00e9"
    write(f"odd/{name}/in.csv", "a\n")
    os.mkdir(f"at {name}")
    t.run("mount", "--bind", f"odd/{name}", f"at {name}")
    t.pedigree("run", "-q", "--name", "odd", "--", "cp", f"at {name}/in.csv",
               f"at {name}/out.csv")
    folder = here("odd") + "/sp%20ace%09tab%0Anew%5Cline%5C040%23%C3%A9"
    t.equal((uris("odd", "Inputs"), uris("odd", "Outputs")),
            ([folder + "/in.csv"], [folder + "/out.csv"]),
            "a folder whose name is escaped in the table")
    t.run("umount", f"at {name}")


def layers():
    write("low/l.csv", "low\n")
    for name in ("up", "work", "merged"):
        os.mkdir(name)
    paths = [os.path.realpath(name) for name in ("low", "up", "work")]
    mounted = subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o",
         "lowerdir={},upperdir={},workdir={}".format(*paths), "merged"],
        check=False, stderr=subprocess.PIPE)
    if mounted.returncode:
        print("no overlay can be mounted here:", mounted.stderr.decode())
        return
    t.pedigree("run", "-q", "--name", "layers", "--", "cp", "merged/l.csv",
               "merged/new.csv")
    t.equal((uris("layers", "Inputs"), uris("layers", "Outputs")),
            ([here("low/l.csv")], [here("up/new.csv")]),
            "files of an overlay")
    os.mkdir("part")
    t.run("mount", "--bind", "merged", "part")
    t.pedigree("run", "-q", "--name", "part", "--", "cp", "part/l.csv",
               "part/more.csv")
    t.equal((uris("part", "Inputs"), uris("part", "Outputs")),
            ([here("low/l.csv")], [here("up/more.csv")]),
            "files of an overlay that is mounted twice")
    t.run("umount", "part", "merged")


def is_mounted(path):
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        return any(line.split()[4] == path for line in table)


def port(log):
    with open(log, encoding="utf-8") as file:
        said = file.read()
    return said.split("listening on ")[1].split()[0].split(":")[-1] \
        if "listening on " in said else None


def bucket():
    if not (shutil.which("s3fs") and os.path.exists("/dev/fuse") and
            os.path.exists(SERVER)):
        print("no bucket can be mounted here")
        return
    os.mkdir("bucket")
    write("password", "S3RVER:S3RVER")
    os.chmod("password", 0o600)
    quiet = {"stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    point = os.path.realpath("bucket")
    with open("s3rver.log", "wb") as log:
        server = subprocess.Popen(
            ["node", SERVER, "-d", "objects", "-a", "127.0.0.1", "-p", "0",
             "--configure-bucket", "models"], stdout=log, **quiet)
    t.wait_for(lambda: port("s3rver.log"), "the server")
    with open("s3fs.log", "wb") as log:
        daemon = subprocess.Popen(
            ["s3fs", "models", point, "-f", "-o", "use_path_request_style",
             "-o", f"url=http://127.0.0.1:{port('s3rver.log')}",
             "-o", f"passwd_file={os.path.abspath('password')}"],
            stdout=log, **quiet)
    try:
        t.wait_for(
            lambda: daemon.poll() is not None or is_mounted(point),
            "the bucket")
        if daemon.poll() is not None:
            print("s3fs cannot mount here")
            return
        write("bucket/in 1.csv", "a\n")
        t.pedigree("run", "-q", "--name", "bucket", "--", "cp",
                   "bucket/in 1.csv", "bucket/out.csv")
        t.equal((uris("bucket", "Inputs"), uris("bucket", "Outputs")),
                (["s3://models/in 1.csv"], ["s3://models/out.csv"]),
                "objects of a bucket that is mounted")
        t.pedigree("verify", "bucket")
        t.check("s3://models/out.csv" in
                json.dumps(t.answer("trace", "bucket/out.csv")),
                "found by its path")
        os.makedirs("bucket/sub")
        os.mkdir("sub")
        t.run("mount", "--bind", "bucket/sub", "sub")
        try:
            t.pedigree("run", "-q", "--name", "sub", "--", "cp",
                       "bucket/in 1.csv", "sub/out.csv")
            t.equal(uris("sub", "Outputs"), ["s3://models/sub/out.csv"],
                    "an object in a bound folder of a bucket")
        finally:
            t.run("umount", "sub")
    finally:
        subprocess.run(["umount", point], check=False)
        for process in (daemon, server):
            process.terminate()
            process.wait()


def imposter():
    """A process that has a daemon's name and arguments, and is another
    user's than the one who mounted."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*nobody, "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        print("no other user is known here")
        return
    write("shown/in.csv", "a\n")
    point = os.path.realpath("shown")
    # An interpreter whose name is goofys, and a script named as a bucket.
    os.chmod(".", 0o755)
    os.symlink(sys.executable, "goofys")
    write("models", "import time\nprint(flush=True)\ntime.sleep(600)\n")
    daemon = subprocess.Popen([*nobody, "./goofys", "models", point],
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE)
    try:
        daemon.stdout.readline()
        for user, uri in ((0, here("shown/in.csv")),
                          (65534, "s3://models/in.csv")):
            write("table", "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                  f"21 20 0:50 / {point} rw - fuse models rw,user_id={user}\n")
            t.pedigree("run", "-q", "--name", f"by {user}", "--", "cat",
                       "shown/in.csv",
                       env={**os.environ, "PEDIGREE_MOUNTINFO":
                            os.path.abspath("table")})
            t.equal(uris(f"by {user}", "Inputs"), [uri],
                    f"what user {user} mounted")
    finally:
        daemon.kill()
        daemon.wait()


def job():
    write("opt/in/data.csv", "a\n")
    write("opt/one/model.pkl", "m")
    folder = os.path.realpath("opt")
    source = {"LocalPath": folder + "/in", "S3DataType": "S3Prefix",
              "S3Uri": "s3://bucket/raw/"}
    config = {"ProcessingJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:"
                                  "processing-job/clean",
              "ProcessingInputs": [
                  {"InputName": "in", "S3Input": source},
                  {"InputName": "one", "S3Input": {
                      "LocalPath": folder + "/one",
                      "S3Uri": "s3://bucket/models/model.pkl"}},
                  {"InputName": "list", "S3Input": {
                      "LocalPath": folder + "/list",
                      "S3DataType": "ManifestFile",
                      "S3Uri": "s3://bucket/list"}}],
              "ProcessingOutputConfig": {"Outputs": [
                  {"S3Output": {"LocalPath": folder + "/out",
                                "S3Uri": "s3://bucket/clean"}}]}}
    write("opt/list/x.csv", "x\n")
    os.mkdir("opt/out")
    write("job.json", json.dumps(config))
    t.pedigree("run", "-q", "--name", "clean", "--", "sh", "-c",
               "cat opt/in/data.csv opt/one/model.pkl opt/list/x.csv "
               ">opt/out/all.csv",
               env={**os.environ, "PEDIGREE_PROCESSING_JOB_CONFIG":
                    os.path.abspath("job.json")})
    t.equal((uris("clean", "Inputs"), uris("clean", "Outputs")),
            ([here("opt/list/x.csv"), "s3://bucket/models/model.pkl",
              "s3://bucket/raw/data.csv"], ["s3://bucket/clean/all.csv"]),
            "the folders of a processing job")


def training():
    t.run("mount", "-t", "tmpfs", "tmpfs", "/opt")
    os.makedirs("/opt/ml/model")
    config = "/opt/ml/input/config/"
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/raw/"}
    # As SageMaker has it: no URI, so nothing is known but what [map] says.
    channels = {"train": {"TrainingInputMode": "File",
                          "S3DistributionType": "FullyReplicated",
                          "RecordWrapperType": "None"}}
    write(config + "inputdataconfig.json", json.dumps(channels))
    for name in ("train", "more", "list"):
        write(f"/opt/ml/input/data/{name}/a b.csv", name)
    os.mkdir("/opt/ml/checkpoints")
    script = ("cat /opt/ml/input/data/*/*.csv >/opt/ml/model/m.bin; "
              "echo 1 >/opt/ml/checkpoints/1.ckpt")

    def ran(name, **settings):
        t.pedigree("run", "-q", "--name", name, "--", "sh", "-c", script,
                   env={**os.environ, **settings})
        return uris(name, "Inputs"), uris(name, "Outputs")

    def local(path):
        return "file:///opt/ml/" + path

    t.equal(ran("unknown"),
            ([local(f"input/data/{name}/a%20b.csv")
              for name in ("list", "more", "train")],
             [local("checkpoints/1.ckpt"), local("model/m.bin")]),
            "channels that nothing tells about")

    write(config + "trainingjobconfig.json", json.dumps({"InputDataConfig": [
        {"ChannelName": "train", "DataSource": {"S3DataSource": source}},
        {"ChannelName": "list", "DataSource": {"S3DataSource": {
            "S3DataType": "ManifestFile", "S3Uri": "s3://bucket/list"}}},
        {"ChannelName": "../..", "DataSource": {"S3DataSource": source}},
        {"ChannelName": 7, "DataSource": []}, None]}))
    write(config + "checkpointconfig.json",
          json.dumps({"S3Uri": "s3://bucket/ckpt"}))
    write("map.conf", "[map]\n/opt/ml/input/data/more = s3://mine/more\n")
    # The model becomes one archive: none of its files is an object.
    t.equal(ran("told", PEDIGREE_CONFIG=os.path.abspath("map.conf")),
            ([local("input/data/list/a%20b.csv"), "s3://bucket/raw/a b.csv",
              "s3://mine/more/a b.csv"],
             [local("model/m.bin"), "s3://bucket/ckpt/1.ckpt"]),
            "the channels of a training job")

    for text in ("", "{", "[[[", "null", '"x"', '{"train": "s3://bucket/x"}',
                 '{"train": {"S3Uri": "http://bucket/x"}}', "[" * 100000):
        write(config + "inputdataconfig.json", text)
        write(config + "trainingjobconfig.json", text)
        write(config + "checkpointconfig.json", text)
        t.equal(ran("broken"), (uris("unknown", "Inputs"),
                                uris("unknown", "Outputs")),
                f"channels of files that have {text[:40]}")
    t.run("umount", "/opt")


folders()
odd_names()
layers()
bucket()
imposter()
job()
training()
t.passed()
