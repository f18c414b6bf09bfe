/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "base/fs.h"
#include "graph/places.h"
#include "tests/unit/support/alloc.h"

/* Processes, one a line of "PROGRAM ARGUMENT…"; all folders can be seen but
   those of a container. */
struct world {
	const char *daemons;
	const char *settings;
};

static bool find_daemon(void *ctx, const char *program, const char *point,
			long user, struct pedigree_buf *ret_args)
{
	const struct world *world = ctx;

	if (user != PEDIGREE_ANYBODY && user != 1000)
		return false;

	for (const char *line = world->daemons; line && *line;
	     line = strchr(line, '\n')) {
		line += *line == '\n';
		size_t n = strcspn(line, "\n");
		char copy[512];

		assert_true(n < sizeof(copy));
		memcpy(copy, line, n);
		copy[n] = '\0';
		if (strcspn(copy, " ") != strlen(program) ||
		    strncmp(copy, program, strlen(program)) != 0 ||
		    !strstr(copy, point))
			continue;
		for (size_t i = 0; i < n; i++)
			if (copy[i] == ' ')
				copy[i] = '\0';
		pedigree_buf_add(ret_args, copy, n + 1);
		return true;
	}
	return false;
}

static bool is_folder(void *ctx, const char *path)
{
	(void)ctx;
	return strncmp(path, "/var/lib/docker", 15) != 0;
}

static bool read_settings(void *ctx, const char *path, struct pedigree_buf *ret)
{
	const struct world *world = ctx;

	if (!world->settings || strcmp(path, "/etc/blob.conf") != 0)
		return false;
	pedigree_buf_add_str(ret, world->settings);
	return true;
}

static void read_table(const struct world *world, const char *table,
		       struct pedigree_pairs *ret)
{
	const struct pedigree_mount_world asked = {
		.daemon = find_daemon,
		.is_folder = is_folder,
		.read = read_settings,
		.ctx = (void *)(uintptr_t)world,
	};
	char *copy = strdup(table);

	assert_non_null(copy);
	assert_int_equal(pedigree_places_read(copy, &asked, ret), 0);
	free(copy);
}

/* NULL: it stays what it is here. */
static void check(const struct pedigree_pairs *places, const char *path,
		  const char *uri)
{
	_cleanup_buf_ struct pedigree_buf found = PEDIGREE_BUF_INIT;

	assert_int_equal(pedigree_places_uri(places, path, &found), !!uri);
	if (uri)
		assert_string_equal(found.data, uri);
}

#define ROOT \
	"22 28 0:20 / /proc rw - proc proc rw\n" \
	"28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"

static void check_one(const struct world *world, const char *line,
		      const char *path, const char *uri)
{
	struct pedigree_pairs places = { 0 };
	char table[1024];

	snprintf(table, sizeof(table), "%s%s", ROOT, line);
	read_table(world, table, &places);
	check(&places, path, uri);
	pedigree_pairs_clear(&places);
}

static void test_file_servers_are_named_by_their_exports(void **state)
{
	static const struct {
		const char *line, *path, *uri;
	} mounts[] = {
		{ "40 28 0:50 / /data rw - nfs4 nas.lab:/export/ml rw\n",
		  "/data/a b/x.csv", "nfs://nas.lab/export/ml/a%20b/x.csv" },
		{ "40 28 0:50 / /data rw - nfs nas.lab:/ rw\n", "/data/x",
		  "nfs://nas.lab/x" },
		{ "40 28 0:50 /sub /data rw - nfs4 nas.lab:/export rw\n",
		  "/data/x", "nfs://nas.lab/export/sub/x" },
		{ "40 28 0:50 / /data rw - nfs4 [fe80::1%eth0]:/e rw\n",
		  "/data/x", "nfs://[fe80::1%eth0]/e/x" },
		{ "40 28 0:50 / /fsx rw - lustre "
		  "10.0.0.1@tcp:10.0.0.2@tcp:/abc/set rw\n",
		  "/fsx/x", "lustre://10.0.0.1/abc/set/x" },
		{ "40 28 0:50 / /smb rw - cifs //nas/share rw\n", "/smb/x",
		  "smb://nas/share/x" },
		{ "40 28 0:50 / /with\\040space rw - nfs4 nas:/e rw\n",
		  "/with space/x", "nfs://nas/e/x" },
		/* A tunnel, such as that of efs-utils. */
		{ "40 28 0:50 / /efs rw - nfs4 127.0.0.1:/ rw\n", "/efs/x",
		  NULL },
		{ "40 28 0:50 / /smb rw - cifs //me:pw@nas/share rw\n",
		  "/smb/x", NULL },
		{ "40 28 0:50 / /data rw - nfs4 nonsense rw\n", "/data/x",
		  NULL },
		{ "40 28 0:50 / /data rw - nfs4 nas:/e rw\n", "/database/x",
		  NULL },
	};
	const struct world world = { NULL, NULL };

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(mounts); i++)
		check_one(&world, mounts[i].line, mounts[i].path,
			  mounts[i].uri);
}

static void test_buckets_are_named_by_who_serves_them(void **state)
{
	static const struct {
		const char *type, *daemon, *uri;
	} mounts[] = {
		{ "fuse.s3fs s3fs", "s3fs models /b -o allow_other",
		  "s3://models/x y" },
		{ "fuse.s3fs s3fs", "s3fs models:/sub/ /b -o ro",
		  "s3://models/sub/x y" },
		{ "fuse.s3fs s3fs", "s3fs /b -o url=http://h,bucket=models",
		  "s3://models/x y" },
		{ "fuse models", "goofys --region eu-west-1 models:set /b",
		  "s3://models/set/x y" },
		{ "fuse.gcsfuse models", "gcsfuse --only-dir a/b models /b",
		  "gs://models/a/b/x y" },
		{ "fuse mountpoint-s3", "mount-s3 models /b --prefix=set/",
		  "s3://models/set/x y" },
		{ "fuse mountpoint-s3", "mount-s3 s3://models/set/ /b",
		  "s3://models/set/x y" },
		{ "fuse mountpoint-s3",
		  "mount-s3 arn:aws:s3:eu-west-1:123456789012:accesspoint/ap /b",
		  "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/ap/x y" },
		{ "fuse blobfuse2",
		  "blobfuse2 mount /b --config-file=/etc/blob.conf",
		  "https://acct.blob.core.windows.net/models/x%20y" },
		{ "fuse blobfuse",
		  "blobfuse /b --container-name=set --config-file=/etc/blob.conf",
		  "https://acct.blob.core.windows.net/set/x%20y" },
		{ "fuse models rw,user_id=1000,group_id=0", "goofys models /b",
		  "s3://models/x y" },
		/* Somebody else's process is not what serves it. */
		{ "fuse models rw,xuser_id=1000,user_id=1001",
		  "goofys models /b", NULL },
		/* What is not known is not said. */
		{ "fuse.s3fs s3fs", "", NULL },
		{ "fuse.gcsfuse models", "", NULL },
		{ "fuse.s3fs s3fs", "s3fs -o models /b", NULL },
		{ "fuse.s3fs s3fs", "s3fs ../etc /b", NULL },
		{ "fuse.sshfs me@host:/x", "s3fs models /b", NULL },
		{ "fuse.gcsfuse models", "gcsfuse --implicit-dirs models /b",
		  "gs://models/x y" },
		{ "fuse.gcsfuse models",
		  "gcsfuse --key-file key.json --implicit-dirs models /b",
		  "gs://models/x y" },
		/* Whether the option takes the last word cannot be told. */
		{ "fuse mountpoint-s3", "mount-s3 models --region west /b",
		  NULL },
		{ "fuse models", "goofys models --profile work /b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(mounts); i++) {
		const struct world world = {
			.daemons = mounts[i].daemon,
			.settings = "azstorage:\n  type: block\n"
				    "  account-name: acct\n"
				    "  account-key: secret\n"
				    "  container: models\n",
		};
		char line[128];

		snprintf(line, sizeof(line), "40 28 0:50 / /b rw - %s rw\n",
			 mounts[i].type);
		check_one(&world, line, "/b/x y", mounts[i].uri);
	}
}

static void test_a_bind_mount_is_the_folder_it_shows(void **state)
{
	const struct world world = { NULL, NULL };
	struct pedigree_pairs places = { 0 };

	(void)state;
	read_table(&world,
		   ROOT "40 28 8:1 /srv/data /data rw - ext4 /dev/sda1 rw\n"
			"41 28 0:60 / /tmp rw - tmpfs tmpfs rw\n"
			"42 28 0:60 /a /b rw - tmpfs tmpfs rw\n"
			"43 28 8:1 /tmp/c /c rw - ext4 /dev/sda1 rw\n"
			"44 28 8:1 /d /d rw - ext4 /dev/sda1 rw\n",
		   &places);
	check(&places, "/data/x", "file:///srv/data/x");
	check(&places, "/data", "file:///srv/data");
	check(&places, "/b/x", "file:///tmp/a/x");
	/* Its folder is under what was mounted on /tmp later. */
	check(&places, "/c/x", NULL);
	check(&places, "/d/x", NULL);
	check(&places, "/srv/data/x", NULL);
	pedigree_pairs_clear(&places);
}

static void test_a_folder_of_a_bucket_that_is_bound_is_in_it(void **state)
{
	const struct world world = { "s3fs models /b", NULL };
	struct pedigree_pairs places = { 0 };

	(void)state;
	read_table(&world,
		   ROOT "40 28 0:50 / /b rw - fuse.s3fs s3fs rw\n"
			"41 28 0:50 /sub /data rw - fuse.s3fs s3fs rw\n"
			"42 28 0:50 / /all rw - fuse.s3fs s3fs rw\n"
			"43 28 8:1 /srv /one rw - ext4 /dev/sda1 rw\n",
		   &places);
	check(&places, "/data/x y", "s3://models/sub/x y");
	check(&places, "/all/x", "s3://models/x");
	/* As [map] has them. */
	assert_int_equal(pedigree_pairs_add(&places, "/srv", "s3://mapped"), 0);
	check(&places, "/one/x", "s3://mapped/x");
	pedigree_pairs_clear(&places);
}

static void test_places_that_go_in_a_circle_end(void **state)
{
	struct pedigree_pairs places = { 0 };

	(void)state;
	assert_int_equal(pedigree_pairs_add(&places, "/a", "file:///b"), 0);
	assert_int_equal(pedigree_pairs_add(&places, "/b", "file:///a"), 0);
	assert_int_equal(pedigree_pairs_add(&places, "/c", "file:///c/c"), 0);
	check(&places, "/a/x", "file:///b/x");
	check(&places, "/c/x", "file:///c/c/x");
	pedigree_pairs_clear(&places);
}

static void test_what_is_mounted_over_another_counts(void **state)
{
	const struct world world = { NULL, NULL };
	struct pedigree_pairs places = { 0 };

	(void)state;
	read_table(&world,
		   ROOT "40 28 0:50 / /data rw - nfs4 one:/e rw\n"
			"41 40 0:51 / /data rw - nfs4 two:/e rw\n"
			"42 28 0:52 / /a/b rw - nfs4 three:/e rw\n"
			"43 28 0:53 / /a rw - tmpfs tmpfs rw\n",
		   &places);
	check(&places, "/data/x", "nfs://two/e/x");
	check(&places, "/a/b/x", NULL);
	pedigree_pairs_clear(&places);
}

static void
test_a_file_of_an_overlay_is_in_the_first_layer_with_it(void **state)
{
	const struct world world = { NULL, NULL };
	char folder[] = "/tmp/pedigree-places-XXXXXX";
	char table[1024], path[128], uri[160];
	struct pedigree_pairs places = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (const char *name = "ul"; *name; name++) {
		snprintf(path, sizeof(path), "%s/%c", folder, *name);
		assert_int_equal(pedigree_mkdirs(path, 0700, NULL), 0);
		snprintf(path, sizeof(path), "%s/%c/low", folder, *name);
		assert_int_equal(pedigree_write_file(path, "x", 1, NULL), 0);
	}
	snprintf(path, sizeof(path), "%s/u/low", folder);
	assert_int_equal(remove(path), 0);
	snprintf(path, sizeof(path), "%s/u/up", folder);
	assert_int_equal(pedigree_write_file(path, "x", 1, NULL), 0);
	snprintf(table, sizeof(table),
		 ROOT
		 "40 28 0:50 / /m rw - overlay overlay "
		 "rw,lowerdir=%s/l:/var/lib/docker/l,upperdir=%s/u,"
		 "workdir=%s/w\n"
		 "41 28 0:51 / /c rw - overlay overlay "
		 "rw,lowerdir=/var/lib/docker/l,upperdir=/var/lib/docker/u\n",
		 folder, folder, folder);
	read_table(&world, table, &places);
	snprintf(uri, sizeof(uri), "file://%s/u/up", folder);
	check(&places, "/m/up", uri);
	snprintf(uri, sizeof(uri), "file://%s/l/low", folder);
	check(&places, "/m/low", uri);
	check(&places, "/m/gone", NULL);
	check(&places, "/m", NULL);
	check(&places, "/c/low", NULL);
	pedigree_pairs_clear(&places);
	assert_int_equal(pedigree_remove_tree(folder, NULL), 0);
}

static void test_a_uri_has_the_path_that_shows_it_here(void **state)
{
	static const struct {
		const char *uri, *path;
	} uris[] = {
		{ "nfs://nas/e/a%20b", "/data/a b" },
		{ "nfs://nas/e", "/data" },
		{ "nfs://nas/export/x", NULL },
		{ "s3://models/a b", "/s3/a b" },
		{ "file:///srv/x", NULL },
	};
	const struct world world = { "s3fs models /s3", NULL };
	struct pedigree_pairs places = { 0 };

	(void)state;
	read_table(&world,
		   ROOT "40 28 0:50 / /data rw - nfs4 nas:/e rw\n"
			"41 28 0:51 / /s3 rw - fuse.s3fs s3fs rw\n"
			"42 28 8:1 /srv /bind rw - ext4 /dev/sda1 rw\n",
		   &places);
	for (size_t i = 0; i < PEDIGREE_COUNT(uris); i++) {
		_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

		assert_int_equal(pedigree_places_path(&places, uris[i].uri,
						      &path),
				 !!uris[i].path);
		if (uris[i].path)
			assert_string_equal(path.data, uris[i].path);
	}
	pedigree_pairs_clear(&places);
}

static void test_lines_that_are_none_are_left_out(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"x\n",
		"40 28 0:50 / /data rw -\n",
		"40 28 0:50 / /data rw - nfs4\n",
		"40 28 0:50 / data rw - nfs4 nas:/e rw\n",
		"40 28 0:50 /data rw - nfs4 nas:/e rw\n",
		"40 28 0:50 / /data rw shared:1 master:2 nfs4 nas:/e rw\n",
		"40 40 0:50 / /data\\04 rw - nfs4 nas:/e rw\n",
		"40 28  0:50 / /data rw - nfs4 nas:/e rw\n",
	};
	const struct world world = { NULL, NULL };

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(lines); i++)
		check_one(&world, lines[i], "/data/x", NULL);
}

/* The kernel gives the table in pieces, and numbers of mounts that are gone
   to new ones. */
static void test_a_number_of_two_mounts_makes_no_circle(void **state)
{
	const struct world world = { NULL, NULL };
	struct pedigree_pairs places = { 0 };

	(void)state;
	alarm(60);
	read_table(&world,
		   ROOT "41 28 0:50 / /d rw - nfs4 nas:/one rw\n"
			"42 41 0:51 / /d rw - nfs4 nas:/two rw\n"
			"41 42 0:52 / /d rw - nfs4 nas:/three rw\n"
			"43 42 0:53 / /d/e rw - nfs4 nas:/four rw\n",
		   &places);
	alarm(0);
	check(&places, "/d/x", "nfs://nas/two/x");
	check(&places, "/d/e/x", "nfs://nas/four/x");
	pedigree_pairs_clear(&places);
}

static void test_a_line_of_a_megabyte_is_read_or_left_out(void **state)
{
	const struct world world = { NULL, NULL };
	_cleanup_buf_ struct pedigree_buf table = PEDIGREE_BUF_INIT;
	struct pedigree_pairs places = { 0 };

	(void)state;
	pedigree_buf_add_str(&table, ROOT "39 28 0:49 / /long/");
	for (size_t i = 0; i < (1 << 18); i++)
		pedigree_buf_add_str(&table, i % 2 ? "\\040" : "../a");
	pedigree_buf_add_str(&table, " rw - nfs4 nas:/long rw\n"
				     "40 28 0:50 / /data rw - nfs4 nas:/e ");
	for (size_t i = 0; i < (1 << 18); i++)
		pedigree_buf_add_str(&table, "a=b,");
	pedigree_buf_add_str(&table, "\n41 28 0:51 / /z rw - nfs4 nas:/z rw");
	assert_false(pedigree_buf_error(&table));
	read_table(&world, table.data, &places);
	check(&places, "/data/x", "nfs://nas/e/x");
	check(&places, "/z/x", "nfs://nas/z/x");
	pedigree_pairs_clear(&places);
}

static void test_a_server_behind_ten_thousand_bind_mounts_is_known(void **state)
{
	const struct world world = { NULL, NULL };
	_cleanup_buf_ struct pedigree_buf table = PEDIGREE_BUF_INIT;
	struct pedigree_pairs places = { 0 };

	(void)state;
	pedigree_buf_add_str(&table, ROOT);
	for (unsigned int i = 0; i < 10000; i++)
		pedigree_buf_addf(
			&table,
			"%u 28 8:1 /var/%u /pods/%u rw - ext4 /dev/sda1 rw\n",
			100 + i, i, i);
	pedigree_buf_add_str(&table, "99 28 0:50 / /d rw - nfs4 nas:/e rw\n");
	assert_false(pedigree_buf_error(&table));
	read_table(&world, table.data, &places);
	check(&places, "/d/x", "nfs://nas/e/x");
	check(&places, "/pods/7/x", "file:///var/7/x");
	pedigree_pairs_clear(&places);
}

static void test_ten_thousand_mounts_are_read_at_once(void **state)
{
	const struct world world = { NULL, NULL };
	_cleanup_buf_ struct pedigree_buf table = PEDIGREE_BUF_INIT;
	struct pedigree_pairs places = { 0 };

	(void)state;
	pedigree_buf_add_str(&table, ROOT);
	for (unsigned int i = 0; i < 10000; i++)
		pedigree_buf_addf(
			&table, "%u 28 0:%u / /pods/%u rw - nfs4 nas:/%u rw\n",
			100 + i, 100 + i, i, i);
	assert_false(pedigree_buf_error(&table));
	read_table(&world, table.data, &places);
	assert_int_equal(places.n, PEDIGREE_PLACES_MAX);
	check(&places, "/pods/7/x", "nfs://nas/7/x");
	pedigree_pairs_clear(&places);
}

/* Places of which some are missing would say of others what is not so. */
static void test_without_memory_there_are_no_places(void **state)
{
	static const char table[] =
		ROOT "40 28 0:50 / /d rw - nfs4 nas:/one rw\n"
		     "41 28 8:1 /d /shown rw - ext4 /dev/sda1 rw\n"
		     "42 28 8:1 /srv /bound rw - ext4 /dev/sda1 rw\n"
		     "43 28 0:60 / /m rw - overlay overlay rw,"
		     "lowerdir=/l1:/l2,upperdir=/u\n";
	const struct pedigree_mount_world world = { .is_folder = is_folder };

	(void)state;
	for (unsigned int n = 1;; n++) {
		struct pedigree_pairs places = { 0 };
		char copy[sizeof(table)];
		bool failed;
		int rc;

		memcpy(copy, table, sizeof(table));
		alloc_fail_at(n);
		rc = pedigree_places_read(copy, &world, &places);
		failed = alloc_failed();
		if (rc != (failed ? PEDIGREE_ENOMEM : 0))
			fail_msg("allocation %u: %d", n, rc);
		if (!failed)
			assert_int_equal(places.n, 5);
		pedigree_pairs_clear(&places);
		if (!failed)
			return;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_servers_are_named_by_their_exports),
		cmocka_unit_test(test_buckets_are_named_by_who_serves_them),
		cmocka_unit_test(test_a_bind_mount_is_the_folder_it_shows),
		cmocka_unit_test(
			test_a_folder_of_a_bucket_that_is_bound_is_in_it),
		cmocka_unit_test(test_places_that_go_in_a_circle_end),
		cmocka_unit_test(test_what_is_mounted_over_another_counts),
		cmocka_unit_test(
			test_a_file_of_an_overlay_is_in_the_first_layer_with_it),
		cmocka_unit_test(test_a_uri_has_the_path_that_shows_it_here),
		cmocka_unit_test(test_lines_that_are_none_are_left_out),
		cmocka_unit_test(test_a_number_of_two_mounts_makes_no_circle),
		cmocka_unit_test(test_a_line_of_a_megabyte_is_read_or_left_out),
		cmocka_unit_test(
			test_a_server_behind_ten_thousand_bind_mounts_is_known),
		cmocka_unit_test(test_ten_thousand_mounts_are_read_at_once),
		cmocka_unit_test(test_without_memory_there_are_no_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
