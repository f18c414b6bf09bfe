/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "subject.h"

static void subject_save(void)
{
	/* The way a model is saved: each time the same names, all recorded. */
	for (int i = 0; i < 3; i++) {
		expect("open wct ./model.tmp");
		give("model.tmp", "123");
		say("%s", i ? "> rename - ./model.tmp ./model old=3"
			    : "> rename - ./model.tmp ./model");
		OK(rename("model.tmp", "model"));
	}
}

void subject_names(void)
{
	expect("open wct ./a");
	give("a", "1234");
	expect("link - ./a ./hard");
	OK(link("a", "hard"));
	expect("symlink - a ./soft");
	OK(symlink("a", "soft"));
	expect("open r ./soft");
	OK(close(open("soft", O_RDONLY)));
	expect("rename - ./a ./b");
	OK(rename("a", "b"));
	expect("open wct ./c");
	give("c", "12");
	expect("rename - ./b ./c old=2");
	OK(renameat(AT_FDCWD, "b", AT_FDCWD, "c"));
	expect("open wct ./d");
	give("d", "1");
	expect("rename x ./c ./d");
	OK(renameat2(AT_FDCWD, "c", AT_FDCWD, "d", RENAME_EXCHANGE));
	say_result("no replacing",
		   renameat2(AT_FDCWD, "c", AT_FDCWD, "d", RENAME_NOREPLACE));
	expect("truncate - ./d old=4");
	OK(truncate64("d", 2));
	expect("unlink - ./d old=2");
	OK(unlink("d"));
	expect("unlink - ./soft");
	OK(remove("soft"));
	expect("unlink - ./hard old=2");
	OK(unlinkat(AT_FDCWD, "hard", 0));
	OK(mkdir("dir", 0755));
	expect("rename d ./dir ./dir2");
	OK(rename("dir", "dir2"));
	expect("unlink d ./dir2");
	OK(rmdir("dir2"));
	say_result("rmdir again", rmdir("dir2"));
	say_result("unlink missing", unlink("missing"));
	say_result("rename missing", rename("missing", "c"));
	subject_save();
}
