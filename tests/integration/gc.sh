#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `pedigree gc` removes the oldest delivered runs, as far as the bounds demand
# it, and nothing else: no run that goes on, none whose record waits or was
# refused, nothing behind a symbolic link.

. "${top_srcdir:?}/tests/support.sh"
needs_ python3

runs=$PEDIGREE_HOME/spool/runs
outbox=$PEDIGREE_HOME/spool/outbox
# Only what is asked for below is removed.
PEDIGREE_GC_AUTO=no
export PEDIGREE_GC_AUTO

# The folder of a run in the spool, whose name goes on after the run's.
dir_() { set -- "$runs/$1-"*; printf '%s' "$1"; }

run_() { # NAME DAYS: a recorded run that ended so many days ago
	pedigree run -q --name "$1" -- sh -c "echo $1 >$1.txt" ||
		fail_ "the run $1 failed"
	i=0
	while ! [ -e "$(dir_ "$1")/record.json" ]; do
		i=$((i + 1))
		[ "$i" -lt 600 ] || fail_ "the run $1 got no record"
		sleep 0.1
	done
	touch -d "$2 days ago" "$(dir_ "$1")/record.json"
}
has_() {
	for r_ in "$@"; do
		[ -d "$(dir_ "$r_")" ] || fail_ "$r_ is gone: $(cat out)"
	done
}
gone_() {
	for r_ in "$@"; do
		[ ! -e "$(dir_ "$r_")" ] || fail_ "$r_ is there: $(cat out)"
	done
}
gc_() { pedigree gc "$@" >out 2>&1 || fail_ "gc $* failed: $(cat out)"; }

pedigree gc >out 2>&1 || fail_ "gc of an empty home fails: $(cat out)"

for n in 1 2 3 4 5 6; do run_ "r$n" $((20 - n)); done
gc_
has_ r1 r2 r3 r4 r5 r6
grep -q '^0 removed' out || fail_ "1 GiB is not the default: $(cat out)"

# Only told.
gc_ --dry-run --count 2
has_ r1 r2 r3 r4 r5 r6
grep -q 'would remove run r1-[^,]*,.*spool_count' out || fail_ "not told: $(cat out)"
gc_ --dry-run --json --count 2
python3 - out <<'END_OF_PYTHON' || fail_ "the JSON is wrong: $(cat out)"
import json, sys
said = json.load(open(sys.argv[1]))
assert [i["Name"][:2] for i in said["Items"]] == ["r1", "r2", "r3", "r4"], said
assert all(i["Kind"] == "Run" and i["Bytes"] > 0 for i in said["Items"])
assert said["DryRun"] is True and said["Removed"] == 4 and said["Kept"] == 2
END_OF_PYTHON

# By age, by number.
gc_ --age 445h
gone_ r1
has_ r2 r3 r4 r5 r6
gc_ --count 4
gone_ r2
has_ r3 r4 r5 r6
pedigree show r1 >out 2>&1 || fail_ "what was removed is not in the ledger"
pedigree events r1 >out 2>&1 && fail_ "a log that is removed is printed"
grep -q 'not in the spool any more' out || fail_ "no word why: $(cat out)"

# By size, with what comes from the configuration: all that may go goes.
PEDIGREE_GC_SPOOL_SIZE=1K gc_
gone_ r3 r4 r5 r6
grep -q spool_size out || fail_ "the bound is not named: $(cat out)"

# A run that goes on, one that waits, one that was refused, one whose child
# goes on.
mkfifo gate
pedigree run -q --name running -- sh -c 'read line <gate' &
i=0
while ! [ -e "$(dir_ running)/pid.json" ]; do
	i=$((i + 1))
	[ "$i" -lt 600 ] || fail_ "the run did not begin"
	sleep 0.1
done
run_ waiting 30
run_ refused 30
run_ plain 30
mkdir -p "$outbox/elsewhere/rejected"
waiting=$(basename "$(dir_ waiting)").0.json
refused=$(basename "$(dir_ refused)").0.json
cp "$(dir_ waiting)/record.json" "$outbox/elsewhere/$waiting"
cp "$(dir_ refused)/record.json" "$outbox/elsewhere/rejected/$refused"
echo because >"$outbox/elsewhere/rejected/$refused.why"
touch -d '30 days ago' "$(dir_ running)" "$(dir_ running)/"*.json
gc_ --age 1d --size 1 --count 1
has_ running waiting refused
gone_ plain
[ -e "$outbox/elsewhere/$waiting" ] || fail_ "the outbox lost a record"
[ -e "$outbox/elsewhere/rejected/$refused" ] ||
	fail_ "the quarantine lost a record"

# The quarantine goes when it is told to, but never what no ledger knows.
sed 's/trial-component\/[^"]*/&x/g' "$(dir_ refused)/record.json" \
	>"$outbox/elsewhere/rejected/unknown.0.json"
mkdir -p "$PEDIGREE_HOME/spool/broken/half"
touch -d '40 days ago' "$PEDIGREE_HOME/spool/broken/half" \
	"$outbox/elsewhere/rejected/"*
PEDIGREE_GC_QUARANTINE_AGE=35d gc_
[ -e "$outbox/elsewhere/rejected/unknown.0.json" ] ||
	fail_ "a record that no ledger has was removed: $(cat out)"
[ ! -e "$outbox/elsewhere/rejected/$refused" ] &&
	[ ! -e "$outbox/elsewhere/rejected/$refused.why" ] ||
	fail_ "the quarantine keeps what is too old: $(cat out)"
[ ! -e "$PEDIGREE_HOME/spool/broken/half" ] ||
	fail_ "the quarantine keeps a broken folder: $(cat out)"

# Now that its record is nowhere else, its run may go.
gc_ --age 1d
gone_ refused
has_ running waiting
echo go >gate
wait

# Symbolic links: as a run, in a run, as what a death left, as the place.
mkdir treasure && echo gold >treasure/begin.json && echo >treasure/record.json
touch -d '90 days ago' treasure/*
run_ linked 30
ln -s "$work/treasure" "$runs/link-0"
ln -s "$work/treasure" "$(dir_ linked)/inside"
ln -s "$work/treasure" "$runs/.gc-left"
gc_ --age 1d
gone_ linked
[ -e treasure/begin.json ] && [ -e treasure/record.json ] ||
	fail_ "gc followed a link"
[ -L "$runs/link-0" ] || fail_ "a link that is no run was removed"
run_ behind 30
mv "$runs" elsewhere && ln -s "$work/elsewhere" "$runs"
gc_ --age 1d
has_ behind
rm "$runs" && mv elsewhere "$runs"

# A place that others can write to is left alone.
chmod 777 "$runs"
gc_ --age 1d
has_ behind
chmod 700 "$runs"

# Many at once: each run is removed by one of them, and none fails.
for n in 1 2 3 4 5 6 7 8; do run_ "m$n" 30; done
for p in 1 2 3 4; do
	(pedigree gc --age 1d >"gc$p" 2>&1; echo "status $?" >>"gc$p") &
done
wait
gone_ m1 m2 m3 m4 m5 m6 m7 m8 behind
for p in 1 2 3 4; do
	grep -q '^status 0$' "gc$p" || fail_ "one of four failed: $(cat "gc$p")"
done
[ "$(cat gc1 gc2 gc3 gc4 | grep -c '^removed run')" = 9 ] ||
	fail_ "not each was removed once: $(cat gc1 gc2 gc3 gc4)"

# After a run by itself, in the background.
run_ old 30
touch -d "1 hour ago" "$PEDIGREE_HOME/spool/lock"
PEDIGREE_GC_AUTO=yes PEDIGREE_GC_SPOOL_AGE=2d pedigree run -q --name new -- true ||
	fail_ "a run failed"
i=0
while [ -e "$(dir_ old)" ]; do
	i=$((i + 1))
	[ "$i" -lt 600 ] || fail_ "the end of a run does not look at the spool"
	sleep 0.1
done
has_ new

# A checkout has no say.
run_ mine 30
printf '[gc]\nspool_age = 1\nspool_size = 1\n' >pedigree.conf
gc_
has_ mine
grep -q 'pedigree.conf:2: .gc. spool_age is ignored' out ||
	fail_ "no warning: $(cat out)"

# What is cut off would be another bound: none, for one.
pedigree gc --count "$(printf '%0200d' 1)" 2>err
[ $? -eq 2 ] || fail_ "a bound of 200 digits is taken"
grep -q -e '--count has 200 characters' err || fail_ "nobody says: $(cat err)"
