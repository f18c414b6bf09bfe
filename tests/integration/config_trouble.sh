#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Configuration files as they should not be: each is read, or refused with the
# file, the line and what was probably meant; and none from a checkout gets to
# say what it may not.

. "${top_srcdir:?}/tests/support.sh"

conf=$work/a.conf
# says_ WHAT TEXT: the last output holds TEXT.
says_() { grep -Fq -- "$2" out || fail_ "$1: no word of '$2': $(head -c 2000 out)"; }
# good_ WHAT: $conf is without mistake.
good_() {
	pedigree config --check "$conf" >out 2>&1 ||
		fail_ "$1: $(head -c 2000 out)"
	[ ! -s out ] || fail_ "$1: without a mistake, something is printed"
}
# bad_ WHAT TEXT…: all of these are found in $conf.
bad_() {
	what_=$1
	shift
	pedigree config --check "$conf" >out 2>&1
	[ $? -eq 1 ] || fail_ "$what_: the status is not 1: $(cat out)"
	for text_ in "$@"; do says_ "$what_" "$text_"; done
}
# value_ KEY VALUE: what $conf makes of the key.
value_() {
	got=$(PEDIGREE_CONFIG=$conf pedigree config "$1") ||
		fail_ "$1 has no value"
	[ "$got" = "$2" ] || fail_ "$1 is '$got', not '$2'"
}

# A byte order mark, and lines as DOS ends them.
printf '\357\273\277[run]\r\nname = dos\r\n' >"$conf"
good_ "BOM and CRLF"
value_ run.name dos

# Sections that come twice: the last value counts, all rules do.
printf '[run]\nname=one\n[exclude]\nmatch=*.a\n[run]\nname=two\n[exclude]\nmatch=*.b\n' >"$conf"
good_ "sections twice"
value_ run.name two
[ "$(PEDIGREE_CONFIG=$conf pedigree config | grep -c 'match = \*\.[ab]$')" = 2 ] ||
	fail_ "a rule of a section that comes twice is lost"

# A line of a megabyte: as a comment, and as a value.
{ printf '#'; head -c 900000 /dev/zero | tr '\0' x; printf '\n[run]\nname=behind\n'; } >"$conf"
good_ "a long comment"
value_ run.name behind
{ printf '[run]\nname='; head -c 900000 /dev/zero | tr '\0' x; printf '\nquiet=maybe\n'; } >"$conf"
bad_ "a long value" "a.conf:2: the line is longer than" \
	"a.conf:3: 'maybe' for quiet in [run] is not yes or no"
head -c 3000000 /dev/zero | tr '\0' x >"$conf"
pedigree config --check "$conf" >out 2>&1
[ $? -eq 2 ] || fail_ "a file of 3 MB is read"
says_ "a large file" "a.conf is larger than"

# Every mistake, each with what was meant.
cat >"$conf" <<'EOF'
[runs]
name = x
other = y
[run]
nmae = x
finish_timeout = 10 parsecs
nonsense
[gc]
spool_size = 1 GB
[backend jsnol]
path = x
[artifact]
match = *
[map]
relative = s3://b/k
[run
EOF
bad_ "many mistakes" "a.conf:1: unknown section [runs]; did you mean [run]?" \
	"a.conf:5: unknown key 'nmae' in [run]; did you mean 'name'?" \
	"a.conf:6: '10 parsecs' for finish_timeout in [run] is not a duration" \
	"a.conf:7: this is not [section] or key = value" \
	"a.conf:9: '1 GB' for spool_size in [gc] is not a size such as 4096, 10M or 2G; did you mean '1G'?" \
	"a.conf:11: unknown backend 'jsnol'" \
	"a.conf:12: [artifact] needs a name" \
	"a.conf:15: 'relative' in [map] is not an absolute path" \
	"a.conf:16: a '[' is not closed"
[ "$(wc -l <out)" = 9 ] || fail_ "a mistake is told twice: $(cat out)"
pedigree config --check --json "$conf" >out 2>&1
[ "$(grep -c '{"Mistake": "' out)" = 9 ] || fail_ "the JSON lacks one: $(cat out)"

# Mistakes of the kind that people make, each with what was meant.
cat >"$conf" <<'EOF'
[capture] enabled = yes
[ run ]
[run]
include = python
git_timeout = 2s
[capture]
timeout = 3 minutes
git_timeout = 3 minutes
git = ture
[backend]
use = ledger, jsonl
push = manuel
[aws]
identity = versoin
[dataset d]
digest = content
[artifact a]
match = {projct}/x
[deploy ship]
command = ship.sh
model = {1}
EOF
bad_ "nearly right" "a.conf:1: something stands behind [capture]" \
	"a.conf:2: [ run ]: write it without a space" \
	"a.conf:4: 'include' stands in [run]; write it above the first [section]" \
	"a.conf:5: unknown key 'git_timeout' in [run]; [capture] has one of that name" \
	"a.conf:7: unknown key 'timeout' in [capture]; did you mean 'git_timeout'?" \
	"a.conf:8: '3 minutes' for git_timeout in [capture] is not a duration such as 10s, 500ms or 2m; did you mean '3m'?" \
	"a.conf:9: 'ture' for git in [capture] is not yes or no; did you mean 'true'?" \
	"a.conf:11: unknown backend 'ledger,'; did you mean 'ledger'?" \
	"a.conf:12: 'manuel' for push in [backend] is not auto, wait or manual; did you mean 'manual'?" \
	"a.conf:14: 'versoin' for identity in [aws] is not uri or version; did you mean 'version'?" \
	"a.conf:16: [dataset d] has no 'root', and so it does nothing" \
	"a.conf:18: '{projct}/x': a pattern may begin with" \
	"a.conf:20: [deploy ship] has no 'endpoint', and so it does nothing"
echo 'require = verified' >>"$conf"
bad_ "a gate needs no endpoint" "a.conf:18: "
! grep -q "has no 'endpoint'" out || fail_ "a gate needs an endpoint: $(cat out)"

# Globs of any kind are rules.
printf '[exclude]\nmatch = ** **/** a/**/b/**/c /** ** **\n' >"$conf"
good_ "globs with two stars"
echo x >data.csv
PEDIGREE_CONFIG=$conf pedigree run -q --name all -- cat data.csv >out ||
	fail_ "a run with many stars fails"
printf '[exclude]\nmatch = "not closed\n' >"$conf"
bad_ "a quote" "a.conf:2: '\"not closed' for match in [exclude] has a quote"

# Includes: a preset, one that there is not, a file, none, loops.
printf 'include = python\n[run]\nname=mine\n' >"$conf"
good_ "a preset"
PEDIGREE_CONFIG=$conf pedigree config --show-origin >out
says_ "a preset" "; preset python:"
for preset in python r sagemaker slurm kubernetes; do
	printf 'include = %s\n' "$preset" >"$conf"
	good_ "$preset"
	# What presets say, every file may say.
	mkdir -p as && cp "$top_srcdir/conf/presets/$preset.conf" as/pedigree.conf
	(cd as && pedigree config --check) >out 2>&1 ||
		fail_ "$preset says what a checkout may not: $(cat out)"
done
printf 'include = pyhton\n' >"$conf"
bad_ "a wrong preset" "a.conf:1: unknown preset 'pyhton'; did you mean 'python'?"
mkdir -p parts
printf '[run]\nexperiment = part\nnmae = x\n' >parts/b.conf
printf 'include = parts/b.conf\ninclude = ./parts/none.conf\n' >"$conf"
bad_ "a mistake in an include" "parts/b.conf:3: unknown key 'nmae'" \
	"a.conf:2: cannot include" "parts/none.conf: No such file"
sed -i 3d parts/b.conf
printf 'include = parts/b.conf\n' >"$conf"
good_ "a file"
value_ run.experiment part
printf 'include = ../a.conf\n' >parts/b.conf
bad_ "a loop" "parts/b.conf:1:" "is included from itself"
printf 'include = ./a.conf\n' >"$conf"
bad_ "a loop of one" "a.conf:1:" "is included from itself"
printf 'include = ./parts/\n' >"$conf"
bad_ "a folder" "is not a regular file"
ln -s round.conf parts/round.conf
printf 'include = parts/round.conf\n' >"$conf"
bad_ "a link to itself" "a.conf:1: cannot include" "round.conf: Too many levels"
if [ "$(id -u)" != 0 ]; then
	echo >parts/c.conf && chmod 0 parts/c.conf
	printf 'include = parts/c.conf\n' >"$conf"
	bad_ "an unreadable file" "parts/c.conf: Permission denied"
fi

# A checkout that wants more than it may have.
mkdir hostile && cd hostile || framework_failure_ "cannot enter a folder"
printf 'secret: hunter2\n' >../mine
cat >pedigree.conf <<'EOF'
include = ../mine
include = python
[capture]
enabled = no
git = no
[backend]
use = jsonl
push = wait
[backend jsonl]
path = /tmp/stolen
[aws]
endpoint = https://evil.example/
profile = admin
[gc]
spool_age = 1
[run]
name = named
finish_timeout = 0
EOF
pedigree config --check >../out 2>&1
[ $? -eq 1 ] || fail_ "what a checkout may not say is no mistake"
pedigree config >../values 2>../out || fail_ "the configuration is refused as a whole"
cd ..
for key in "include = ../mine" "[capture] enabled" "[capture] git" \
	"[backend] use" "[backend] push" "[backend jsonl] path" \
	"[aws] endpoint" "[aws] profile" "[gc] spool_age" \
	"[run] finish_timeout"; do
	says_ "a hostile checkout" "$key is ignored"
done
grep -q hunter2 out && fail_ "a file outside of the checkout is shown"
grep -Eq 'evil|stolen|admin|enabled = no|use = jsonl' values &&
	fail_ "a hostile checkout is obeyed: $(cat values)"
grep -q 'name = named' values || fail_ "a name may be said, and is not kept"
(cd hostile && pedigree run -q -- true) 2>out || fail_ "a run there fails"
[ "$(pedigree list runs --json | grep -c '"TrialComponentArn"')" -ge 1 ] ||
	fail_ "a checkout can switch capture off"
[ ! -e /tmp/stolen ] || fail_ "records went where a checkout wanted them"

# Nor does it switch capture off by being wrong, or by excluding everything, or
# by patterns that take for ever: what runs there is recorded, with its input.
# recorded_ WHAT [TEXT]: a run beside hostile/pedigree.conf has its input in the
# ledger at once, and TEXT was said.
recorded=0
recorded_() {
	recorded=$((recorded + 1))
	(cd hostile && pedigree run -q --name "rec$recorded" -- \
		sh -c 'cat ../data.csv' a a a a a a a a a a a a a a a a a a a a \
		a a a a a a a a a a a a a a a a a a a a) >/dev/null 2>out ||
		fail_ "$1: the run fails: $(cat out)"
	[ -z "${2-}" ] || says_ "$1" "$2"
	(cd hostile && pedigree show "rec$recorded" --json) >out 2>/dev/null ||
		fail_ "$1: there is no record: $(cat out)"
	says_ "$1" '/data.csv"'
}
conf=$work/hostile/pedigree.conf
printf '[capture\nenabled = no\n' >"$conf"
recorded_ "a broken header" "./pedigree.conf:1: a '[' is not closed with ']'; it is ignored"
printf '\000\001\002' >"$conf"
recorded_ "noise" "this is not a text file; it is ignored"
printf '[nonsense]\nx = y\n[run]\nsteps = never\n' >"$conf"
recorded_ "mistakes" "./pedigree.conf:4: 'never' for steps in [run] is not rules, auto or no; it is ignored"
printf '[artifact x]\nmatch = {odd}/x\n' >"$conf"
recorded_ "a pattern that cannot be read" "'{odd}/x': a pattern may begin with"
printf '[artifact x]\nmatch = %s\n' "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}" >"$conf"
recorded_ "a pattern that explodes" "stands for more than"
for all in '**' '/**' '*' '*.log ~/**' '"{project}/**"'; do
	printf '[exclude]\nmatch = %s\n' "$all" >"$conf"
	recorded_ "exclude $all" "may not exclude everything"
done
printf '[step x]\ncommand = sh ** a ** a ** a ** a ** a ** a ** a b\n[deploy x]\ncommand = sh ** a ** a ** a ** a ** a ** a ** a b\nalways = yes\n' >"$conf"
recorded_ "gaps in commands"
rm "$conf" && head -c 3000000 /dev/zero >"$conf"
recorded_ "a file of 3 MB" "is larger than"
rm "$conf" && mkfifo "$conf"
recorded_ "a FIFO" "is not a regular file; it is ignored"
rm "$conf" && mkdir "$conf"
recorded_ "a folder" "is not a regular file; it is ignored"
rmdir "$conf" && ln -s pedigree.conf "$conf"
recorded_ "a link to itself" "symbolic links; it is ignored"
rm "$conf" && ln -s /dev/zero "$conf"
recorded_ "a device" "is not a regular file; it is ignored"
