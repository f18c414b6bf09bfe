#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Secrets in arguments, in the environment, in URLs and in a git remote: none
# is found anywhere in what pedigree keeps, and none in what it prints.

. "${top_srcdir:?}/tests/support.sh"
needs_ git grep

# Every one has this in it, in any case.
mark=zq7f3b9k1x5m2v8c4n6w0d
key=ZQ7F3B9K1X5M2V8C4N6W0D
jwt=eyJhbGciOiJIUzI1NiJ9.$mark.$mark

mkdir project && cd project || framework_failure_ "cannot make a project"
git init -q . &&
	git remote add origin "https://me:$mark@host.example/me/it.git?t=$mark" ||
	framework_failure_ "git does not work"

MY_TOKEN=$mark AWS_SECRET_ACCESS_KEY=$mark PGPASSWORD=$mark
export MY_TOKEN AWS_SECRET_ACCESS_KEY PGPASSWORD

cat >job.sh <<'END'
#!/bin/sh
# The arguments go to a program of their own, and into an inner script's.
/bin/echo "$@" >/dev/null
sh -c ': "$0" "$@"' inner "$@"
sh -c "curl() { :; }; curl --password $MY_TOKEN
curl -H 'Authorization: Bearer $MY_TOKEN' https://host/"
echo result >result.txt
END
chmod +x job.sh

pedigree run --name open --param "password=$mark" --param "note=AKIA$key" \
	--tag "api-key=$mark" --input "https://me:$mark@host/d.csv?sig=$mark" \
	--output "s3://bucket/model?token=$mark" -- ./job.sh lr=0.1 \
	--token "$mark" "--api-key=$mark" "password=$mark" "DB_PASS=$mark" \
	"optimizer.token=$mark" "--openai-key=$mark" "$jwt" "AKIA$key" \
	"https://me:$mark@host/x?X-Amz-Signature=$mark&a=b#$mark" \
	"https://me:ab/$mark@host/x" -u "me:$mark" "hf_$mark$mark" \
	-H "Authorization: Bearer $mark" "{\"password\": \"$mark\"}" \
	"s3://bucket/key?versionId=$mark" "sk-proj-$mark" last \
	>out 2>&1 || fail_ "the run failed: $(cat out)"
pedigree deploy --endpoint e --model "s3://bucket/m.bin?sig=$mark" -- \
	./job.sh --secret "$mark" >>out 2>&1 ||
	fail_ "the deployment failed: $(cat out)"
# Nobody gave it a name; what it is called after may fail.
pedigree run -- perl --token "$mark" >>out 2>&1
pedigree run -- python3 -m "https://me:$mark@host/x" >>log 2>&1
grep -q '^pedigree: run ' log || fail_ "the run is not told of: $(cat log)"
grep '^pedigree: ' log >>out

# An endpoint is often called after its URL.
pedigree run --name "https://me:$mark@host/n?t=$mark" \
	--experiment "hf_$mark$mark" --serve "https://me:$mark@host/s?t=$mark" \
	-- true >>out 2>&1 || fail_ "the named run failed: $(cat out)"
pedigree deploy --name "d hf_$mark$mark" --model result.txt \
	--endpoint "https://me:$mark@host/e?t=$mark" -- true >>out 2>&1 ||
	fail_ "the named deployment failed: $(cat out)"

for command in "show open" "show open --json" "events open" \
	"events open --json" "trace e" "trace e --json" \
	"list artifacts --json" "list runs --json" "list actions --json" \
	"explain open result.txt" "doctor"; do
	# shellcheck disable=SC2086
	pedigree $command >>out 2>&1
done
grep -qi "$mark" out &&
	fail_ "it was printed: $(grep -i "$mark" out | head -n 5)"

grep -q 'lr=0.1' out || fail_ "an ordinary argument is not shown"
grep -q 'https://host/x' out || fail_ "an ordinary URL is not shown"

# The shell's job is to keep its own arguments out of here.
kept=$(grep -rlai "$mark" "$PEDIGREE_HOME")
[ -z "$kept" ] || {
	for file in $kept; do
		grep -aoi ".\{0,60\}$mark" "$file" | head -n 8
	done
	fail_ "it is kept in: $kept"
}

# All that is kept is for its owner alone.
open=$(find "$PEDIGREE_HOME" ! -type l -perm /077)
[ -z "$open" ] || fail_ "others may read: $open"
