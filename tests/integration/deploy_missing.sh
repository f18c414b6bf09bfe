#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A deployed model that is not there is recorded by its name, and told; one
# that the command makes or takes away is not.

. "${top_srcdir:?}/tests/support.sh"

hint="there is no file nosuch.pt"

pedigree deploy -- true 2>err || fail_ "a deployment needs an endpoint"
grep 'no endpoint was named' err >/dev/null || fail_ "nothing is said: $(cat err)"
pedigree deploy --endpoint e -- true 2>err || fail_ "cannot deploy"
grep 'no endpoint' err && fail_ "an endpoint was named"

pedigree deploy --endpoint e --model nosuch.pt -- sh -c 'exit 3' 2>err
[ $? -eq 3 ] || fail_ "the exit status is not the command's"
grep -Fq "$hint" err || fail_ "nothing tells of a missing model: $(cat err)"
pedigree trace e >out || fail_ "trace e"
grep -q nosuch.pt out || fail_ "the model's name is not recorded: $(cat out)"

pedigree deploy -q --endpoint e --model nosuch.pt -- true 2>err
[ ! -s err ] || fail_ "-q is not quiet: $(cat err)"

pedigree deploy --endpoint e --model nosuch.pt -- \
	sh -c 'echo a model made at last >nosuch.pt' 2>err
grep -Fq "$hint" err && fail_ "the command made it: $(cat err)"
mkdir served
pedigree deploy --endpoint e --model nosuch.pt -- mv nosuch.pt served 2>err
grep -Fq "$hint" err && fail_ "the command moved it: $(cat err)"
pedigree deploy --endpoint e --model s3://bucket/nosuch.pt -- true 2>err
grep -Fq "no file" err && fail_ "a URI is no file: $(cat err)"
exit 0
