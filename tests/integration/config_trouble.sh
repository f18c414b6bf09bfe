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
	"a.conf:9: '1 GB' for spool_size in [gc] is not a size" \
	"a.conf:11: unknown backend 'jsnol'" \
	"a.conf:12: [artifact] needs a name" \
	"a.conf:15: 'relative' in [map] is not an absolute path" \
	"a.conf:16: a '[' is not closed"
[ "$(wc -l <out)" = 9 ] || fail_ "a mistake is told twice: $(cat out)"
pedigree config --check --json "$conf" >out 2>&1
[ "$(grep -c '{"Mistake": "' out)" = 9 ] || fail_ "the JSON lacks one: $(cat out)"

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
