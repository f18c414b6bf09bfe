#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Which bytes, not which name: a model that was overwritten, copied, or made
# twice still leads to the runs that made it.
. "${top_srcdir:?}/tests/support.sh"

example=$top_srcdir/examples/sklearn
python=$(for p in "${PYTHON:-python3}" python3 /usr/bin/python3; do
	"$p" -c 'import sklearn' 2>/dev/null && { echo "$p"; break; }
done)
[ -n "$python" ] || skip_ "no python3 with scikit-learn"

# train NAME CSV SEED
train() {
	pedigree run -q --name "$1" -- "$python" "$example/train.py" \
		--data "$2" --model model.joblib --seed "$3" >/dev/null ||
		fail_ "training $1"
}

# producers FILE: the names of the runs upstream of it, in a line.
producers() {
	pedigree trace "$1" --json >trace.json || fail_ "no trace of $1"
	"$python" - <<'END'
import json
vertices = json.load(open("trace.json"))["Vertices"]
print(" ".join(sorted(v["Name"] for v in vertices
                      if v["LineageType"] == "TrialComponent")))
END
}

# versions: how many versions the model has in the ledger.
versions() {
	pedigree list artifacts --type Model --json >list.json ||
		fail_ "no list"
	"$python" - "$PWD/model.joblib" <<'END'
import json, sys, urllib.parse
found = {tuple(t["Value"] for t in a["Source"]["SourceTypes"])
         for a in json.load(open("list.json"))
         if urllib.parse.unquote(a["Source"]["SourceUri"]) ==
         "file://" + sys.argv[1]}
print(len(found))
END
}

expect() {
	[ "$2" = "$3" ] || fail_ "$1: expected '$3', got '$2'"
}

"$python" "$example/make_data.py" january.csv --seed 1
"$python" "$example/make_data.py" february.csv --seed 2

train from-january january.csv 7
cp model.joblib kept.joblib
train from-february february.csv 7

expect "versions after two trainings" "$(versions)" 2
expect "producers of the overwritten model's copy" \
	"$(producers kept.joblib)" from-january
expect "producers of the model in place" \
	"$(producers model.joblib)" from-february

# The same data and seed give the same bytes: one artifact, two producers.
train again-february february.csv 7
expect "versions after the repetition" "$(versions)" 2
expect "producers of the repeated model" \
	"$(producers model.joblib)" "again-february from-february"
pedigree trace model.joblib >text || fail_ "no text"
for name in from-february again-february; do
	grep -q "$name" text || fail_ "the text does not name $name: $(cat text)"
done

# The copy is still the first run's alone, by a path nobody has seen.
mkdir elsewhere && mv kept.joblib elsewhere/renamed.bin
expect "producers of the moved copy" \
	"$(producers elsewhere/renamed.bin)" from-january

# What did January end up in? The first model, and nothing else.
pedigree downstream january.csv --json >trace.json || fail_ "no downstream"
expect "models that January ended up in" "$("$python" - <<'END'
import json
print(sum(v.get("Type") == "Model"
          for v in json.load(open("trace.json"))["Vertices"]))
END
)" 1
