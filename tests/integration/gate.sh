#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# [deploy] require = verified: what is not verified is not deployed, unless
# somebody insists, and then the record says so.

. "${top_srcdir:?}/tests/support.sh"

mkdir project
cd project || framework_failure_ "no folder"
echo 'a,b' >data.csv
echo 'cat data.csv data.csv data.csv data.csv >model.pkl' >train.sh
printf '#!/bin/sh\necho deployed >>log\n' >ship.sh
chmod +x ship.sh
pedigree run -q --name train -- sh train.sh || fail_ "the run failed"

# deploy_ STATUS STARTED OPTION|COMMAND…: its status, and did it start?
deploy_() {
	want=$1 started=$2
	shift 2
	rm -f log
	pedigree deploy "$@" >out 2>err
	status=$?
	[ $status -eq "$want" ] ||
		fail_ "deploy $*: $status, not $want: $(cat out err)"
	[ "$started" = "$([ -e log ] && echo yes || echo no)" ] ||
		fail_ "deploy $*: started is not $started: $(cat out err)"
}
# says_ TEXT: on stderr.
says_() {
	grep -q -e "$1" err || fail_ "'$1' is not said: $(cat err)"
}
# has_ DEPLOYMENT KEY VALUE: a property of the action.
has_() {
	pedigree show "$1" --json >shown || fail_ "no $1"
	grep -q "\"$2\": *\"$3\"" shown || fail_ "$1 lacks $2 = $3: $(cat shown)"
}

# Nobody requires anything.
echo 'a,c' >data.csv
deploy_ 0 yes --endpoint shop --model model.pkl -- ./ship.sh

cat >pedigree.conf <<'CONF'
[deploy]
require = verified
CONF
deploy_ 1 no --endpoint shop --model model.pkl -- ./ship.sh
says_ '^Changed .*data.csv: it has other bytes now'
says_ 'the command was not started.*--force'
pedigree list actions --json | grep -c ActionName >n || :
[ "$(cat n)" = 1 ] || fail_ "what was refused is recorded: $(cat n)"
# -q hides no refusal.
deploy_ 1 no -q --model model.pkl -- ./ship.sh
says_ 'Changed'

# Who insists is remembered, whatever else he says.
deploy_ 0 yes --name insisted --force --param Verification=Verified \
	--endpoint shop --model model.pkl -- ./ship.sh
says_ 'is not verified; --force is recorded'
has_ insisted Verification NotVerified
has_ insisted VerificationForced yes
deploy_ 0 yes -q --force --model model.pkl -- ./ship.sh
[ ! -s err ] || fail_ "-q says: $(cat err)"

echo 'a,b' >data.csv
deploy_ 0 yes --name good --force --endpoint shop --model model.pkl -- ./ship.sh
has_ good Verification Verified
grep -q VerificationForced shown && fail_ "nothing had to be forced"
deploy_ 0 yes --endpoint shop -- ./ship.sh model.pkl
deploy_ 0 yes --endpoint shop -- ./ship.sh --model=model.pkl

# The exit status of the command is its own.
printf '#!/bin/sh\n: >log\nexit 7\n' >fails.sh
chmod +x fails.sh
deploy_ 7 yes --endpoint shop --model model.pkl -- ./fails.sh

# What cannot be known is not verified.
deploy_ 1 no --endpoint shop -- ./ship.sh
says_ 'cannot be known before it starts: name it with --model'
deploy_ 1 no --endpoint shop --model other.pkl -- ./ship.sh
says_ 'other.pkl'
echo 'from nowhere, and sixty-four bytes of it are needed to be a model' >new.pkl
deploy_ 1 no --endpoint shop --model new.pkl -- ./ship.sh
# One of several is enough to refuse.
deploy_ 1 no --model model.pkl --model new.pkl -- ./ship.sh
cp model.pkl copy.pkl
deploy_ 0 yes --model copy.pkl -- ./ship.sh
echo 'and more' >>copy.pkl
deploy_ 1 no --model copy.pkl -- ./ship.sh

# A rule of one command, which finds the model in it.
cat >pedigree.conf <<'CONF'
[deploy ship]
command = ship.sh
endpoint = {2}
model = {1}
require = verified
CONF
deploy_ 0 yes -- ./ship.sh model.pkl shop
echo 'a,c' >data.csv
deploy_ 1 no -- ./ship.sh model.pkl shop
deploy_ 0 yes --model model.pkl -- sh -c ': >log'

# Nothing can be loosened by another word, and pedigree can be switched off.
echo '[deploy]
require = no' >pedigree.conf
pedigree deploy -- true >out 2>err
says_ "'no' for require in \[deploy\] is not 'verified'"
echo '[deploy]
require = verified' >pedigree.conf
PEDIGREE_DISABLE=1 pedigree deploy --model model.pkl -- ./ship.sh ||
	fail_ "switched off, it refused"

# In front of any command.
pedigree verify model.pkl >out && fail_ "the gate is open"
[ "$(pedigree verify -q data.csv 2>&1 | wc -l)" -gt 0 ] || fail_ "no reason"
echo 'a,b' >data.csv
pedigree verify -q model.pkl >out 2>&1 || fail_ "the gate is closed: $(cat out)"
[ ! -s out ] || fail_ "-q says: $(cat out)"
exit 0
