#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a user called something is found again by what he called it.

. "${top_srcdir:?}/tests/support.sh"

arn=arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn
seq 100 >model.pkl

# An endpoint that only its ARN names.
pedigree deploy --endpoint-arn $arn --model model.pkl -- true 2>err ||
	fail_ "cannot deploy to an ARN"
grep 'no endpoint was named' err && fail_ "its ARN names the endpoint"
for target in $arn churn; do
	pedigree trace $target >out 2>err || fail_ "trace $target: $(cat err)"
	grep -q model.pkl out || fail_ "$target has no model: $(cat out)"
done
pedigree show churn | grep -q "Source *$arn" || fail_ "the ARN is lost"
PEDIGREE_RUN_ENDPOINT=other pedigree deploy -q --endpoint-arn $arn-b -- true
pedigree show churn-b >/dev/null || fail_ "the ARN is nearer than a setting"
pedigree deploy -q --endpoint own --endpoint-arn $arn-c -- true
pedigree show own >/dev/null || fail_ "--endpoint is nearer than the ARN"
pedigree deploy -q --endpoint-arn arn: -- true 2>err
[ $? -eq 125 ] || fail_ "an ARN of nothing is taken"
grep -q "'arn:' is not an ARN" err || fail_ "and it is not said: $(cat err)"

# A run and an endpoint in letters that the API does not have.
pedigree run -q --name 'exp_01 ü.2' -- cp model.pkl copy.pkl
pedigree run -q --name 'exp_01 ü.2' -- cp model.pkl copy.pkl
pedigree deploy -q --endpoint 'my churn' --model copy.pkl -- true
for command in 'show' 'trace' 'verify' 'events' 'rerun --dry-run' 'diff exp-01-2'; do
	# shellcheck disable=SC2086 # words
	pedigree $command 'exp_01 ü.2' >out 2>err
	[ $? -le 1 ] && [ -s out ] || fail_ "$command: $(cat err)"
done
pedigree explain 'exp_01 ü.2' copy.pkl >out || fail_ "explain"
pedigree show 'exp_01 ü.2' 2>&1 >out | grep -q 'looked for as exp-01-2' ||
	fail_ "it is not said what was looked for"
pedigree trace 'my churn' 2>err | grep -q copy.pkl || fail_ "$(cat err)"
pedigree show 'exp_99 ü' >out 2>err
[ $? -eq 1 ] || fail_ "a name that is none is found: $(cat out)"
grep -q "'exp_99 ü'" err || fail_ "it is not called as it was given"
pedigree events 'exp_99 ü' >out 2>err
[ $? -eq 1 ] || fail_ "events of a name that is none"
grep -q "'exp_99 ü'" err || fail_ "it is not called as it was given"
