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
