# SPDX-License-Identifier: Apache-2.0
#
# A user without a home keeps records below /tmp, where everybody may write:
# a folder there that is not his alone is not used, and the job runs.
. "$top_srcdir/tests/support.sh"

needs_ unshare
user=$((50000 + $$ % 10000))
place=/tmp/pedigree-$user
[ ! -e "$place" ] || framework_failure_ "$place is there already"
trap 'status_=$?; rm -rf "$place"; (exit "$status_"); end_' EXIT

homeless_() {
	unshare --user --map-user="$user" env -i PATH="$PATH" "$@"
}
homeless_ true || skip_ "there are no user namespaces here"

mkdir "$place" && chmod 777 "$place"
homeless_ pedigree run -- echo done >out 2>err ||
	fail_ "the job did not run: $(cat err)"
[ "$(cat out)" = done ] || fail_ "the job printed '$(cat out)'"
grep -q "$place is not a folder of this user alone" err ||
	fail_ "it says '$(cat err)'"
[ -z "$(ls -A "$place")" ] || fail_ "it was used: $(ls -A "$place")"

rmdir "$place"
homeless_ pedigree run -q --name mine -- true || fail_ "no run without a home"
homeless_ pedigree list runs | grep -q '^mine ' || fail_ "it is not recorded"
[ "$(stat -c %a "$place")" = 700 ] || fail_ "others may look at $place"
