#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A process that serves a model ties its endpoint to the run that made the
# model's bytes; so does a command line that a rule calls a deployment.

. "${top_srcdir:?}/tests/support.sh"

run() { pedigree run -q "$@" || fail_ "$*"; }

seq 1000 >data.csv
run --name train -- sh -c 'sort -r data.csv >model.pkl'
cp model.pkl served.pkl
run --name web --serve shop -- sh -c 'wc -l <served.pkl >log.txt'
pedigree trace shop >out || fail_ "trace shop"
for word in train web-deploy-shop served.pkl data.csv; do
	grep -q "$word" out || fail_ "no $word behind shop: $(cat out)"
done
pedigree downstream data.csv | grep -q shop || fail_ "shop is not downstream"

cat >ship.sh <<'END'
#!/bin/sh
cp "$1" /dev/null
END
chmod +x ship.sh
cat >pedigree.conf <<'END'
[deploy ship]
command = ship.sh
endpoint = {2}
model = {1}
END
pedigree deploy -q --name ship -- sh -c './ship.sh served.pkl counter' ||
	fail_ "deploy"
pedigree trace counter >out || fail_ "trace counter"
for word in train ship served.pkl data.csv; do
	grep -q "$word" out || fail_ "no $word behind counter: $(cat out)"
done

# A server runs for months: what it serves is known while it does.
mkfifo stop || skip_ "no fifo can be made"
pedigree run -q --name months --serve long -- \
	sh -c 'wc -l <served.pkl >count.txt; read -r word <stop; echo end' \
	>said &
wrapper=$!
tries=0
until pedigree trace long >out 2>&1 && grep -q train out; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || fail_ "nothing is behind long: $(cat out)"
	sleep 0.1
done
kill -0 $wrapper || fail_ "the server has ended"
for word in months-deploy-long served.pkl data.csv InProgress current; do
	grep -q "$word" out || fail_ "no $word behind long: $(cat out)"
done
pedigree show months --json >out || fail_ "show months"
grep -q '"Outputs":\[\]' out || fail_ "an output of a run that goes on: $(cat out)"
[ "$(pedigree list runs --json | grep -c '"months"')" -eq 1 ] ||
	fail_ "not one run: $(pedigree list runs)"
echo stop >stop
wait $wrapper || fail_ "the server's status"
[ "$(cat said)" = end ] || fail_ "the server said: $(cat said)"
pedigree trace long >out || fail_ "trace long at the end"
grep -q Completed out || fail_ "the end is not known: $(cat out)"
pedigree show months --json >out || fail_ "show months at the end"
grep -q '/count.txt"' out || fail_ "no output at the end: $(cat out)"
