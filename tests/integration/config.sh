#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# pedigree config: layers, origins, refusals and complaints, as a user sees
# them.

. "${top_srcdir:?}/tests/support.sh"

# expect_ WHAT TEXT FILE: a line of FILE holds TEXT.
expect_() {
	grep -Fq -- "$2" "$3" || {
		sed 's/^/| /' "$3"
		fail_ "$1: nothing says: $2"
	}
}

# refuse_ WHAT TEXT: pedigree config ends with 2 and says TEXT on stderr.
refuse_() {
	pedigree config >out 2>err
	[ $? -eq 2 ] || fail_ "$1: the exit status is not 2"
	[ ! -s out ] || fail_ "$1: something was printed"
	expect_ "$1" "$2" err
}

pedigree config >out 2>err || fail_ "config without files: $(cat err)"
[ ! -s err ] || fail_ "config without files complains: $(cat err)"
expect_ defaults "finish_timeout = 10s" out
expect_ defaults "[backend]" out

[ "$(pedigree config run.finish_timeout)" = 10s ] ||
	fail_ "config run.finish_timeout"
pedigree config run.name >out
[ $? -eq 1 ] || fail_ "a name without value should end with 1"

mkdir -p "$XDG_CONFIG_HOME/pedigree" project
user=$XDG_CONFIG_HOME/pedigree/pedigree.conf
printf '[run]\nfinish_timeout = 20s\nname = mine\n' >"$user"
printf '[run]\nname = checkout\n[backend]\nuse = jsonl\n' >project/pedigree.conf
cd project || framework_failure_ "cannot enter project"
PEDIGREE_RUN_EXPERIMENT='one "two"' pedigree config --show-origin >../out 2>../err ||
	fail_ "config with files: $(cat ../err)"
cd ..
expect_ origin "finish_timeout = 20s ; $user:2" out
expect_ origin "; replaced: finish_timeout = 10s ; built-in builtin.conf:" out
expect_ origin "name = checkout ; ./pedigree.conf:2" out
expect_ origin "; replaced: name = mine ; $user:3" out
expect_ origin 'experiment = one "two" ; environment PEDIGREE_RUN_EXPERIMENT' out
expect_ origin "use = ledger ; built-in" out
expect_ "refused key" "./pedigree.conf:4: [backend] use is ignored" err

printf '[backend m]\ntype = openlineage\nurl = https://me:pw@h/x?api_key=k1\nprofile =\n' >keys.conf
for form in text json; do
	PEDIGREE_CONFIG=$work/keys.conf pedigree config --format $form >out ||
		fail_ "config of a URL with a key"
	expect_ "a URL with a key" "https://h/x" out
	! grep -qE 'me:pw|k1' out || fail_ "the key in a URL is printed"
done

# What is printed is a configuration again.
pedigree config >again.conf || fail_ "config after files"
PEDIGREE_CONFIG=$work/again.conf pedigree config >out 2>err ||
	fail_ "config does not read what it printed: $(cat err)"

${PYTHON:-python3} - <<'EOF' || fail_ "the JSON form is not what it should be"
import json, os, subprocess

env = dict(os.environb)
env[b"PEDIGREE_RUN_EXPERIMENT"] = b"\xff\"\\\x01\xc3\xa4"
out = subprocess.run(["pedigree", "config", "--json"], env=env, check=True,
                     stdout=subprocess.PIPE).stdout
rows = json.loads(out.decode("utf-8"))
last = [row for row in rows if row["Key"] == "experiment"][-1]
assert last == {"Section": "run", "Key": "experiment",
                "Value": "\ufffd\"\\\x01\u00e4", "InForce": True,
                "Origin": "environment PEDIGREE_RUN_EXPERIMENT"}, last
EOF

printf '[run]\n\nexperimnt = x\n' >"$user"
refuse_ "unknown key" \
	"$user:3: unknown key 'experimnt' in [run]; did you mean 'experiment'?"
printf '[rum]\n' >"$user"
refuse_ "unknown section" "$user:1: unknown section [rum]; did you mean [run]?"
printf '[capture]\nrollup_min = many\n' >"$user"
refuse_ "wrong type" "$user:2: 'many' for rollup_min in [capture] is not a number"
head -c 3000 /dev/urandom | tr -d '\n' | sed 's/^/[run]\nname = /' >"$user"
refuse_ "noise" "$user:2: "
rm "$user"

PEDIGREE_CONFIG=$work/missing
export PEDIGREE_CONFIG
refuse_ "missing file" "$work/missing: cannot be read: No such file"
unset PEDIGREE_CONFIG

pedigree config a b >out 2>err
[ $? -eq 2 ] || fail_ "two names should end with 2"
exit 0
