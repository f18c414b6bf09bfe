# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong with the spool, the ledger, the configuration or the
names of files: the command runs, and what is wrong is said."""

import glob
import json
import os
import shutil
import subprocess
import sys

from support import BUILD, check, equal, needs, passed, work

LIMIT = 60
HOME = os.path.join(work, "home")


def run(*words, home=HOME, prefix=(), **settings):
    """Status, output and errors of pedigree with a state folder."""
    env = dict(os.environ, PEDIGREE_HOME=home, **settings)
    done = subprocess.run([*prefix, "pedigree", *words], timeout=LIMIT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, env=env)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def folders(home, name):
    return glob.glob(os.path.join(home, "spool", "runs", name + "-??????"))


def record(home, name):
    found = folders(home, name)
    equal(len(found), 1, f"folders of {name}")
    with open(os.path.join(found[0], "record.json"), encoding="utf-8") as file:
        return json.load(file)


def missing_spool():
    home = os.path.join(work, "not", "there", "yet")
    status, out, err = run("run", "--", "echo", "x", home=home)
    equal((status, out), (0, b"x\n"), "a spool that is missing")
    check("1 input" in err or "0 inputs" in err, f"the line: {err}")


def unprivileged():
    """Words in front of a command that make root a common user, and the
    folder with a pedigree that such a user can reach."""
    if os.geteuid() != 0:
        return (), BUILD
    needs("setpriv")
    folder = os.path.join(work, "bin")
    os.mkdir(folder)
    shutil.copy(os.path.join(BUILD, "pedigree"), folder)
    shutil.copy(os.path.join(BUILD, ".libs", "libpedigree-preload.so"),
                folder)
    for one in (work, folder):
        os.chmod(one, 0o755)
    return ("setpriv", "--reuid=65534", "--regid=65534",
            "--clear-groups"), folder


def unwritable_spool():
    prefix, folder = unprivileged()
    home = os.path.join(work, "sealed")
    os.mkdir(home, 0o555)
    try:
        status, out, err = run(
            "run", "--", "echo", "x", home=home, prefix=prefix,
            PATH=folder + ":" + os.environ["PATH"],
            PEDIGREE_SHIM=os.path.join(folder, "libpedigree-preload.so"))
    finally:
        os.chmod(home, 0o755)
    equal((status, out), (0, b"x\n"), "a spool that cannot be written")
    check("no record could be made" in err and home in err,
          f"it is said: {err!r}")


def spool_is_a_file():
    home = os.path.join(work, "file-home")
    with open(home, "w", encoding="ascii"):
        pass
    status, out, err = run("run", "--", "sh", "-c", "echo x; exit 3",
                           home=home)
    equal((status, out), (3, b"x\n"), "a state folder that is a file")
    check(home in err, f"it is said: {err!r}")


def missing_shim():
    status, out, err = run("run", "--name", "noshim", "--", "echo", "x",
                           PEDIGREE_SHIM="/no/such/shim.so")
    equal((status, out), (0, b"x\n"), "without a shim")
    check("not captured" in err and "/no/such/shim.so" in err,
          f"it is said: {err!r}")
    kinds = [one["Kind"] for one in
             record(HOME, "noshim")["Capture"]["BlindSpots"]]
    check("NoCapture" in kinds, f"the record says so too: {kinds}")


def name_twice():
    first = run("run", "--name", "twin", "--", "true")
    second = run("run", "--name", "twin", "--", "true")
    third = run("run", "--name", "TWIN", "-q", "--", "true")
    equal([first[0], second[0], third[0]], [0, 0, 0], "statuses")
    check("run twin:" in first[2], f"the first: {first[2]}")
    check("there is a run 'twin' already; this one is called twin-2"
          in second[2] and "run twin-2:" in second[2],
          f"the second: {second[2]}")
    equal(third[2], "", "-q")
    equal(len(folders(HOME, "TWIN-3")), 1, "names differ by more than case")


def names_at_once():
    many = [subprocess.Popen(["pedigree", "run", "-q", "--name", "crowd",
                              "--", "true"]) for _ in range(8)]
    equal([one.wait(LIMIT) for one in many], [0] * 8, "eight at once")
    names = ["crowd"] + [f"crowd-{i}" for i in range(2, 9)]
    equal([len(folders(HOME, name)) for name in names], [1] * 8,
          "each has a name of its own")


def not_a_ledger():
    home = os.path.join(work, "odd-ledger")
    os.makedirs(home)
    ledger = os.path.join(home, "ledger.db")
    with open(ledger, "wb") as file:
        file.write(b"this is not a ledger\n" * 500)
    status, out, err = run("run", "--name", "kept", "--", "echo", "x",
                           home=home)
    equal((status, out), (0, b"x\n"), "a ledger that is none")
    check("1 record waiting in the outbox" in err, f"it waits: {err}")
    check(ledger in err, f"which file: {err}")
    waiting = glob.glob(os.path.join(home, "spool", "outbox", "ledger",
                                     "kept-*.json"))
    equal(len(waiting), 1, "records in the outbox")
    os.unlink(ledger)
    status, out, err = run("push", home=home)
    equal((status, out), (0, b"1 delivered, 0 waiting, 0 rejected\n"),
          f"after the ledger was put right: {err}")


def wrong_configuration():
    path = os.path.join(work, "wrong.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write("[run]\n\nnmae = x\n")
    status, out, err = run("run", "--", "echo", "x", PEDIGREE_CONFIG=path)
    equal((status, out), (0, b"x\n"), "a wrong configuration")
    check(f"{path}:3" in err and "nmae" in err, f"file and line: {err}")
    check("without capture" in err, f"what follows: {err}")
    equal(run("push", PEDIGREE_CONFIG=path)[0], 2, "push, configured wrong")


def odd_paths():
    folder = os.fsencode(work) + b"/a 'b' \"c\" $d: \xff\n e"
    os.mkdir(folder)
    script = b"cp 'in \"put\n\xfe' 'out \"put\n\xfe'"
    with open(folder + b"/in \"put\n\xfe", "wb") as file:
        file.write(b"1,2\n" * 64)
    env = {**os.environb, b"PEDIGREE_HOME": folder + b"/state"}
    done = subprocess.run([b"pedigree", b"run", b"--name", b"odd", b"--",
                           b"sh", b"-c", script], cwd=folder, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=LIMIT, check=False)
    equal((done.returncode, done.stdout), (0, b""), f"odd: {done.stderr}")
    lines = done.stderr.splitlines()
    equal(len(lines), 1, f"one line, and nothing of the loader's: {lines}")
    found = glob.glob(folder.replace(b"[", b"[[]") +
                      b"/state/spool/runs/odd-*/record.json")
    equal(len(found), 1, "its record")
    with open(found[0], encoding="utf-8") as file:
        text = file.read()
    check("in%20%22put%0A%FE" in text, f"the input's URI: {text}")
    check("out%20%22put%0A%FE" in text, f"the output's URI: {text}")
    equal(glob.glob("/tmp/pedigree-??????/run/begin.json"),
          [path for path in glob.glob("/tmp/pedigree-??????/run/begin.json")
           if not os.path.realpath(path).startswith(work)],
          "short links left behind")


def long_finish():
    home = os.path.join(work, "long-home")
    with open("big.csv", "wb") as file:
        file.truncate(3 << 30)
    status, out, err = run("run", "--name", "long", "--", "head", "-c1",
                           "big.csv", home=home,
                           PEDIGREE_RUN_FINISH_TIMEOUT="50ms")
    equal((status, out), (0, b"\0"), "a finish that takes long")
    check("still being made" in err, f"the line: {err}")
    import time
    end = time.monotonic() + LIMIT
    while not glob.glob(os.path.join(home, "spool", "runs", "long-??????",
                                     "record.json")):
        check(time.monotonic() < end, "the finisher never finished")
        time.sleep(0.01)
    check("big.csv" in json.dumps(record(home, "long")),
          "the finisher's record has the input")
    os.unlink("big.csv")


def inside_another_run():
    script = (f"exec pedigree run -q --name inner -- {sys.executable} -c"
              " \"open('nested.out','w').write('x' * 100)\"")
    status, _, err = run("run", "--name", "outer", "--", "sh", "-c", script)
    equal(status, 0, f"a run in a run: {err}")
    check("ld.so" not in err, f"the loader is content: {err}")
    for name in ("inner", "outer"):
        check("nested.out" in json.dumps(record(HOME, name)),
              f"{name} has the output")


def small_files():
    for size in ("0", "1", "100"):
        status, out, err = run("run", "--", "sh", "-c", "echo x; exit 3",
                               prefix=("prlimit", "--fsize=" + size),
                               home=os.path.join(work, "small-" + size))
        equal((status, out), (3, b"x\n"), f"files of {size} bytes: {err}")
        check("File too large" in err or "not captured" in err,
              f"it is said: {err!r}")


def nobody_listens():
    inward, outward = os.pipe()
    os.close(inward)
    done = subprocess.run(
        ["pedigree", "run", "--", "sh", "-c", "echo x; exit 3"],
        env=dict(os.environ, PEDIGREE_CONFIG="/no/such.conf"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=outward,
        timeout=LIMIT, check=False)
    os.close(outward)
    equal((done.returncode, done.stdout), (3, b"x\n"),
          "trouble that nobody wants to hear of")


for test in (missing_spool, unwritable_spool, spool_is_a_file, missing_shim,
             name_twice, names_at_once, not_a_ledger, wrong_configuration,
             odd_paths, long_finish, inside_another_run, small_files,
             nobody_listens):
    print(test.__name__, flush=True)
    test()
passed()
