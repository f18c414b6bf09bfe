#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A verdict is about bytes: what changed, what is gone, what cannot be told.

. "${top_srcdir:?}/tests/support.sh"

mkdir project project/parts
cd project || framework_failure_ "no folder"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
	echo "row $i" >parts/part-$i.csv
done
echo 'a,b' >data.csv
cat >train.sh <<'SCRIPT'
cat data.csv parts/*.csv >model.pkl
SCRIPT
pedigree run -q --name train -- sh train.sh || fail_ "the run failed"
pedigree deploy -q --endpoint shop --model model.pkl -- true ||
	fail_ "the deployment failed"

# expect_ STATUS TARGET [WORD]: exit status of verify, and what it says.
expect_() {
	pedigree verify "$2" >out 2>err
	status=$?
	[ $status -eq "$1" ] ||
		fail_ "verify $2: $status, not $1: $(cat out err)"
	[ $# -lt 3 ] || grep -q "$3" out err ||
		fail_ "verify $2 lacks '$3': $(cat out err)"
}

for target in train model.pkl shop; do
	expect_ 0 "$target" '^verified'
done

# The times are as they were, the bytes are not.
touch -r data.csv before
echo 'a,c' >data.csv
touch -r before data.csv
for target in train model.pkl shop; do
	expect_ 1 "$target" '^Changed .*data.csv: it has other bytes'
done
echo 'a,b' >data.csv
expect_ 0 model.pkl

# One file of many.
mv parts/part-7.csv kept
expect_ 1 model.pkl '^Gone .*part-7.csv'
mv kept parts/part-7.csv
expect_ 0 model.pkl

# The code.
echo '# more' >>train.sh
expect_ 1 model.pkl '^Changed .*train.sh'
echo 'cat data.csv parts/*.csv >model.pkl' >train.sh
expect_ 0 model.pkl

# What is no file any more must not hold us up.
rm data.csv && mkfifo data.csv
expect_ 1 train '^Changed .*data.csv: it is no regular file'
rm data.csv
pedigree verify train --json >out || :
grep -q '"Status":"Gone"' out || fail_ "no JSON: $(cat out)"
grep -q '"Verdict":"NotVerified"}' out || fail_ "no verdict: $(cat out)"
echo 'a,b' >data.csv

# Nothing was seen that could be checked.
pedigree run -q --name far --input s3://bucket/key -- true || fail_ "far failed"
expect_ 2 far '^Unknown .*s3://bucket/key: no version of it'

expect_ 1 trian 'train'
pedigree verify >out 2>err && fail_ "no target was taken"
[ -s err ] || fail_ "nothing was said without a target"
exit 0
