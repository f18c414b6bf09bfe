# SPDX-License-Identifier: Apache-2.0
"""Ranks of one job, each under `pedigree run`, are one run: under Open MPI,
on two hosts that share the spool, when ranks die, come late or lie."""

import glob
import json
import os
import signal
import subprocess
import time

from support import (LIMIT, answer, check, equal, needs, passed, pedigree, run,
                     wait_for, work)

MPIRUN = ["mpirun", "--oversubscribe", "--bind-to", "none"]
if os.geteuid() == 0:
    MPIRUN.insert(1, "--allow-run-as-root")


def rank(number, count, job, *command, name="job"):
    """Starts one rank, as any launcher would."""
    return subprocess.Popen(
        ["pedigree", "run", "-q", "--name", name, "--", *command],
        stdin=subprocess.DEVNULL,
        env=dict(os.environ, PEDIGREE_JOB=job, PEDIGREE_RANK=str(number),
                 PEDIGREE_RANKS=str(count)))


def ranks_of(name):
    return [(at["Rank"], at.get("Status"))
            for at in answer("show", name)["Capture"].get("Ranks", [])]


def missing(name):
    return sum(spot["Count"]
               for spot in answer("show", name)["Capture"]["BlindSpots"]
               if spot["Kind"] == "MissingRank")


def runs():
    return sorted(one["TrialComponentName"]
                  for one in answer("list", "runs"))


def status_of(name):
    for one in answer("list", "runs"):
        if one["TrialComponentName"] == name:
            return one["Status"]["PrimaryStatus"]
    return None


def names(entities):
    return sorted(one["ArtifactName"] for one in entities)


def under_mpi():
    for number in range(4):
        with open(f"part{number}.csv", "w", encoding="ascii") as file:
            file.write(f"{number}\n")
    script = "cat part$OMPI_COMM_WORLD_RANK.csv >" \
             " sum$OMPI_COMM_WORLD_RANK.csv"
    run(*MPIRUN, "-np", "4", "pedigree", "run", "--name", "mpi", "--", "sh",
        "-c", script)
    shown = answer("show", "mpi")
    equal(runs(), ["mpi"], "runs of one mpirun")
    equal(ranks_of("mpi"), [(str(n), "Completed") for n in range(4)], "ranks")
    equal(names(shown["Inputs"]), [f"part{n}-csv" for n in range(4)],
          "inputs of all ranks")
    equal(names(shown["Outputs"]), [f"sum{n}-csv" for n in range(4)],
          "outputs of all ranks")
    equal(shown["Capture"]["Dropped"], 0, "dropped events")
    for at in answer("show", "mpi", "--by", "rank"):
        number = at["Rank"]
        equal([os.path.basename(one["Path"]) for one in at["Inputs"]],
              [f"part{number}.csv"], f"what rank {number} read")
        equal([os.path.basename(one["Path"]) for one in at["Outputs"]],
              [f"sum{number}.csv"], f"what rank {number} wrote")
    check("Rank 2 of 4" in pedigree("show", "mpi", "--by", "rank"),
          "rank 2 in the text")


def a_second_mpirun_is_another_run():
    run(*MPIRUN, "-np", "2", "pedigree", "run", "-q", "--name", "again", "--",
        "true")
    run(*MPIRUN, "-np", "2", "pedigree", "run", "-q", "--name", "again", "--",
        "true")
    equal([name for name in runs() if name.startswith("again")],
          ["again", "again-2"], "runs of two launches")


def within_one_wrapper():
    """A launcher under one wrapper: the shim tells the ranks apart."""
    run("pedigree", "run", "-q", "--name", "within", "--", *MPIRUN, "-np",
        "3", "sh", "-c", "cat part$OMPI_COMM_WORLD_RANK.csv > /dev/null")
    equal([number for number, _ in ranks_of("within")], ["0", "1", "2"],
          "ranks under one wrapper")
    equal([[os.path.basename(one["Path"]) for one in at["Inputs"]]
           for at in answer("show", "within", "--by", "rank")],
          [["part0.csv"], ["part1.csv"], ["part2.csv"]],
          "what each rank read")


def a_rank_that_dies():
    ranks = [rank(n, 3, "dies", "sh", "-c",
                  "[ $PEDIGREE_RANK = 1 ] && kill -9 $$; exit 0", name="dies")
             for n in range(3)]
    equal([one.wait(LIMIT) for one in ranks], [0, -signal.SIGKILL, 0],
          "statuses of the ranks")
    status = answer("show", "dies")["TrialComponent"]["Status"]
    equal(status["PrimaryStatus"], "Failed", "status of the job")
    check(status["Message"].startswith("rank 1: killed by signal 9"),
          status["Message"])
    equal(ranks_of("dies"),
          [("0", "Completed"), ("1", "Failed"), ("2", "Completed")], "ranks")


def a_wrapper_that_dies():
    script = "[ $PEDIGREE_RANK = 0 ] && exit 0; touch torn.on;" \
             " while test -e home -a ! -e torn.stop; do sleep 0.02; done"
    other, killed = [rank(n, 2, "torn", "sh", "-c", script, name="torn")
                     for n in range(2)]
    wait_for(lambda: os.path.exists("torn.on"), "the rank's start")
    equal(other.wait(LIMIT), 0, "the other rank")
    wait_for(lambda: glob.glob(f"{work}/home/spool/runs/torn-*/ranks/1-*/"
                               "pid.json"), "pid.json")
    killed.kill()
    killed.wait(LIMIT)
    before = status_of("torn")
    with open("torn.stop", "w", encoding="ascii"):
        pass
    equal(before, "InProgress", "the command goes on")
    wait_for(lambda: status_of("torn") == "Stopped",
             "the record of what is left")
    equal(ranks_of("torn"), [("0", "Completed"), ("1", "Stopped")], "ranks")


def a_rank_that_comes_late():
    for number in range(2):
        equal(rank(number, 3, "late", "cat", f"part{number}.csv",
                   name="late").wait(LIMIT), 0, "a rank")
    equal(names(answer("show", "late")["Inputs"]), ["part0-csv", "part1-csv"],
          "inputs without the late rank")
    equal(missing("late"), 1, "missing ranks")
    equal(rank(2, 3, "late", "cat", "part2.csv", name="late").wait(LIMIT), 0,
          "the late rank")
    equal(names(answer("show", "late")["Inputs"]),
          ["part0-csv", "part1-csv", "part2-csv"], "inputs of all")
    equal(missing("late"), 0, "missing ranks in the end")
    equal([name for name in runs() if name.startswith("late")], ["late"],
          "runs")


def two_commands_in_turn():
    """A rank's second command is not in the run of its first."""
    for step in ("one", "two"):
        ranks = [rank(n, 2, "turns", "echo", step, name=step)
                 for n in range(2)]
        equal([one.wait(LIMIT) for one in ranks], [0, 0], "statuses")
    for step in ("one", "two"):
        equal(len(ranks_of(step)), 2, f"ranks of {step}")
    # The same command once more: the ranks are over in that run.
    ranks = [rank(n, 2, "turns", "echo", "two", name="two") for n in range(2)]
    equal([one.wait(LIMIT) for one in ranks], [0, 0], "statuses")
    equal(len(ranks_of("two-2")), 2, "ranks of the same command again")


def variables_that_lie():
    ranks = [rank(number, count, "lies", "sleep", "0.3", name="lies")
             for number, count in (("banana", "-1"), (0, "x" * 70),
                                   (0, 99999999), ("../../up", 2))]
    equal([one.wait(LIMIT) for one in ranks], [0] * 4, "statuses")
    equal([number for number, _ in ranks_of("lies")],
          ["0", "0", "../../up", "banana"], "ranks as they were told")
    check(not os.path.exists(f"{work}/home/spool/up"), "a folder outside")
    equal(odd("lies"), 4,
          "what does not fit: banana and -1, 99999999, ../../up")
    long = rank("9" * 200, 2, "long", "true", name="long")
    equal(long.wait(LIMIT), 0, "a rank of 200 digits")
    equal(ranks_of("long"), [], "a rank of 200 digits is none")


def odd(name):
    return sum(spot["Count"]
               for spot in answer("show", name)["Capture"]["BlindSpots"]
               if spot["Kind"] == "OddRanks")


def told_by_torchrun(name, *ranks, job="a"):
    """Ranks and sizes as torchrun's variables have them, all at once."""
    env = dict(os.environ, TORCHELASTIC_RUN_ID=job, MASTER_ADDR="here",
               MASTER_PORT=name)
    started = [subprocess.Popen(
        ["pedigree", "run", "-q", "--name", name, "--", "sleep", "0.3"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        env=dict(env, RANK=number, WORLD_SIZE=size))
               for number, size in ranks]
    equal([one.wait(LIMIT) for one in started], [0] * len(ranks),
          f"statuses of {name}")
    wait_for(lambda: status_of(name) == "Completed", f"the end of {name}")
    equal(len(ranks_of(name)), len(ranks), f"ranks of {name}")
    return missing(name), odd(name)


def numbers_that_cannot_be():
    """They are told as they are, and that they do not fit together; and none
    stands for a rank that was not seen."""
    equal(told_by_torchrun("fits", ("0", "2"), ("1", "2")), (0, 0), "fits")
    equal(told_by_torchrun("beyond", ("0", "2"), ("7", "2")), (1, 1),
          "a rank beyond the size")
    equal(told_by_torchrun("negative", ("0", "2"), ("-3", "2")), (1, 1),
          "a negative rank")
    equal(told_by_torchrun("twice", ("0", "2"), ("0", "2")), (1, 0),
          "the same rank twice")
    equal(told_by_torchrun("sizes", ("0", "2"), ("1", "4"), ("2", "4")),
          (1, 1), "different sizes")
    equal(told_by_torchrun("huge", ("0", "1" + "0" * 30)), (0, 1),
          "a size that is not believed")
    equal(told_by_torchrun("words", ("one", "two")), (0, 2), "words")


def jobs_that_are_no_names():
    """A job's name is a word to compare, and no part of any path or output."""
    evil = ("../../../up", "/etc", "a\nb\tc", "\033[31mred", ".", "..",
            "x" * 50000, "\udcff\udcfe")
    for n, job in enumerate(evil):
        equal(told_by_torchrun(f"job{n}", ("0", "2"), ("1", "2"), job=job),
              (0, 0), f"the job {job[:20]!r}")
    equal([name for name in runs() if name.startswith("job")],
          [f"job{n}" for n in range(len(evil))], "runs")
    equal(told_by_torchrun("drive", ("\033[31m\n1", "2")), (0, 1),
          "a rank that drives a terminal")
    check("\033" not in pedigree("show", "drive"), "a terminal is driven")


def on_two_hosts():
    """Two host names, one spool; as a shared file system would have it."""
    space = ["unshare", "--uts"]
    if os.geteuid() != 0:
        space += ["--user", "--map-root-user"]
    if subprocess.run([*space, "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        print("no host can have another name here")
        return
    job = ["env", "PEDIGREE_JOB=hosts", "PEDIGREE_RANKS=2"]
    both = [subprocess.Popen(
        [*space, "sh", "-c", f"hostname node{n} && exec \"$@\"", "sh", *job,
         f"PEDIGREE_RANK={n}", "pedigree", "run", "-q", "--name", "hosts",
         "--", "sh", "-c", f"cat part{n}.csv; sleep 0.3"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            for n in range(2)]
    equal([one.wait(LIMIT) for one in both], [0, 0], "statuses on two hosts")
    shown = answer("show", "hosts")
    equal(names(shown["Inputs"]), ["part0-csv", "part1-csv"],
          "inputs on both hosts")
    equal([at["Host"] for at in shown["Capture"]["Ranks"]],
          ["node0", "node1"], "hosts of the ranks")


def clocks_an_hour_apart():
    """A host that shares the spool says other times: of its files, which the
    server may date, and in what it writes."""
    for n, shift in enumerate((3600, -3600)):
        name = f"clock{n}"
        first = rank(0, 2, name, "cat", "part0.csv", name=name)
        equal(first.wait(LIMIT), 0, "the rank of the other host")
        folder, = glob.glob(f"{work}/home/spool/runs/{name}-*")
        for path in glob.glob(f"{folder}/**", recursive=True):
            if path.endswith(("begin.json", "end.json")):
                with open(path, encoding="utf-8") as file:
                    said = json.load(file)
                for key in said:
                    if key.endswith("Ms"):
                        said[key] += shift * 1000
                    elif key.endswith("Ns"):
                        said[key] += shift * 10**9
                with open(path, "w", encoding="utf-8") as file:
                    json.dump(said, file)
            now = os.stat(path).st_mtime
            os.utime(path, (now + shift, now + shift))
        second = rank(1, 2, name, "cat", "part1.csv", name=name)
        equal(second.wait(LIMIT), 0, "the rank of this host")
        wait_for(lambda: len(ranks_of(name)) == 2, f"both ranks of {name}")
        wait_for(lambda: status_of(name) == "Completed", f"the end of {name}")
        shown = answer("show", name)
        equal(names(shown["Inputs"]), ["part0-csv", "part1-csv"],
              f"inputs of both hosts, {shift} s apart")
        equal((missing(name), odd(name)), (0, 0), "blind spots")
        times = shown["TrialComponent"]
        check(times["StartTime"] <= times["EndTime"],
              f"{name} ends before it begins: {times}")
        equal([one for one in runs() if one.startswith(name)], [name],
              "runs of that job")


def sixty_four_at_once():
    files, count = 1600, 64
    os.mkdir("shards")
    for number in range(files):
        with open(f"shards/{number:04}.csv", "w", encoding="ascii") as file:
            file.write(f"{number}\n")
    ranks = [rank(n, count, "many", "sh", "-c", "cat shards/*.csv > /dev/null",
                  name="many") for n in range(count)]
    for one in ranks:
        equal(one.wait(LIMIT * 4), 0, "a rank of 64")
    ended = time.monotonic()
    capture = answer("show", "many")["Capture"]
    print(f"the record of {capture['Events']} events:"
          f" {time.monotonic() - ended:.2f} s after the last exit")
    equal(len(capture["Ranks"]), count, "ranks")
    check(capture["Events"] >= files * count, f"events: {capture['Events']}")
    equal((capture["Dropped"], capture["BlindSpots"]), (0, []), "losses")
    equal([name for name in runs() if name.startswith("many")], ["many"],
          "runs of 64 ranks")
    equal(answer("show", "many")["Inputs"][0]["Properties"]["Files"],
          str(files), "files of the data set")


needs("mpirun", "unshare", "hostname")
under_mpi()
a_second_mpirun_is_another_run()
within_one_wrapper()
a_rank_that_dies()
a_wrapper_that_dies()
a_rank_that_comes_late()
two_commands_in_turn()
variables_that_lie()
numbers_that_cannot_be()
jobs_that_are_no_names()
on_two_hosts()
clocks_an_hour_apart()
sixty_four_at_once()
passed()
