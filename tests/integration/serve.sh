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
