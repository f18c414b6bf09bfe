#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What one run writes is seldom cut as what the next one reads: a folder less
# a file, one file of a folder, a folder of single files that is deployed.
# The lineage goes on all the same, and only where bytes are in common.

. "${top_srcdir:?}/tests/support.sh"

cat >prepare.sh <<'END'
mkdir data
i=100
while [ $i -lt 400 ]; do
	echo "row $i" >data/part-$i.csv
	i=$((i + 1))
done
echo '{"parts": 300}' >data/summary.json
END
cat >train.sh <<'END'
cat data/part-*.csv >/dev/null
mkdir -p model
echo "a model of everything $1" >model/weights.bin
echo '{}' >model/config.json
END

pedigree run -q --name prepare -- sh prepare.sh || fail_ "prepare failed"
pedigree run -q --name train -- sh train.sh || fail_ "train failed"
pedigree run -q --name one -- sh -c 'read row <data/part-123.csv &&
	echo "one: $row" >one.csv' || fail_ "one failed"
echo changed >data/part-124.csv
pedigree run -q --name other -- sh -c 'read row <data/part-124.csv &&
	echo "other: $row" >other.csv' || fail_ "other failed"
pedigree deploy -q --endpoint shop --model model -- true ||
	fail_ "the deployment failed"

# traces_ TARGET WORD…: the trace names every word; not those after "but".
traces_() {
	target=$1 wanted=yes
	shift
	pedigree trace "$target" >out 2>err || fail_ "trace $target: $(cat err)"
	for word; do
		if [ "$word" = but ]; then
			wanted=no
		elif grep -Eq "(^|[ ─])$word  +Run " out; then
			[ $wanted = yes ] ||
				fail_ "trace $target names $word: $(cat out)"
		elif [ $wanted = yes ]; then
			fail_ "trace $target lacks $word: $(cat out)"
		fi
	done
}

traces_ model/weights.bin train prepare but one other
traces_ one.csv one prepare but train other
traces_ other.csv other but prepare train one
traces_ shop train prepare but one other
pedigree trace prepare --direction down >out || fail_ "trace down"
grep -q '[─ ]shop  ' out || fail_ "the data's end is not seen: $(cat out)"
pedigree show shop >out || fail_ "show shop"
grep -q '^  train ' out || fail_ "the endpoint's run is not named: $(cat out)"

# Training again on the folder it made gives no circle of itself.
traces_ train train prepare but one
[ "$(pedigree trace data --direction down --json | grep -c '"Name":"prepare"')" \
	-le 1 ] || fail_ "prepare is met twice"
