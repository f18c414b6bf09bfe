# SPDX-License-Identifier: Apache-2.0
"""The ways that are programs of their own: what they are started with, and
what must be found of them (the words of ways.h). A program that is not
installed is a way this machine does not have."""
import os
import shutil
import subprocess

# Name: command for sh, what must be found. {name} is a built program.
PROGRAMS = {
    "redirected": ("cat <in.txt >out.txt", "read in.txt", "write out.txt"),
    "appended": ("cat in.txt >>other.txt", "read in.txt", "write other.txt"),
    "pipeline": ("sort in.txt | tr a-z A-Z | tee sub/out.txt >out.txt",
                 "read in.txt", "write out.txt", "write sub/out.txt"),
    "here_document": ("cat - in.txt >out.txt <<END\nx\nEND",
                      "read in.txt", "write out.txt"),
    "python": ("/usr/bin/python3 -c \"open('out.txt', 'w').write("
               "open('in.txt').read())\"", "read in.txt", "write out.txt"),
    "rscript": ("Rscript -e 'writeLines(readLines(\"in.txt\"), \"out.txt\")'",
                "read in.txt", "write out.txt"),
    "perl": ("perl -e 'open I, \"in.txt\"; open O, \">out.txt\"; "
             "print O <I>'", "read in.txt", "write out.txt"),
    "perl_in_place": ("perl -pi -e 's/o/0/' in.txt", "write in.txt"),
    "node": ("/usr/bin/node -e \"const fs = require('fs'); "
             "fs.writeFileSync('out.txt', fs.readFileSync('in.txt'))\"",
             "read in.txt", "write out.txt"),
    "node_async": ("/usr/bin/node -e \"const fs = require('fs'); "
                   "fs.createReadStream('in.txt')"
                   ".pipe(fs.createWriteStream('out.txt'))\"",
                   "read in.txt", "write out.txt"),
    "awk": ("awk '{print > \"out.txt\"}' in.txt",
            "read in.txt", "write out.txt"),
    "sqlite": ("sqlite3 out.db 'create table t (a)' "
               "'.import in.txt t'", "read in.txt", "write out.db"),
    "git": ("git init -q repo && git -C repo hash-object -w ../in.txt",
            "read in.txt"),
    "tar": ("tar cf out.tar in.txt sub && mkdir to && tar xf out.tar -C to",
            "read in.txt", "read sub/in.txt", "write out.tar",
            "write to/sub/in.txt"),
    "gzip": ("gzip -k in.txt && rm -f other.txt && zcat in.txt.gz >out.txt",
             "read in.txt", "write in.txt.gz", "write out.txt"),
    "cp": ("cp in.txt out.txt", "read in.txt", "write out.txt"),
    "cp_tree": ("cp -r sub to", "read sub/in.txt", "write to/in.txt"),
    "mv": ("cp in.txt new.txt; mv new.txt out.txt",
           "read in.txt", "write out.txt", "gone new.txt"),
    "install": ("install -m 600 in.txt out.txt",
                "read in.txt", "write out.txt"),
    "rsync": ("rsync -a sub/ to/", "read sub/in.txt", "write to/in.txt"),
    "dd": ("dd if=in.txt of=out.txt bs=4 2>/dev/null",
           "read in.txt", "write out.txt"),
    "sort_in_place": ("sort -o in.txt in.txt", "write in.txt"),
    "tee": ("tee out.txt <in.txt >/dev/null", "read in.txt",
            "write out.txt"),
    "sed_in_place": ("sed -i s/o/0/ in.txt", "write in.txt"),
    "split": ("split -b 9 in.txt part-", "read in.txt", "write part-aa"),
    "xargs": ("echo in.txt other.txt | xargs cat >out.txt", "read in.txt",
              "read other.txt", "write out.txt"),
    "find_exec": ("find sub -name '*.txt' -exec cp '{}' out.txt ';'",
                  "read sub/in.txt", "write out.txt"),
    "java": ("{java} -exportcert -rfc -cacerts -storepass changeit "
             "-alias $({java} -list -cacerts -storepass changeit "
             "2>/dev/null | sed -n '/trustedCertEntry/{s/,.*//p;q}') "
             "-file out.pem 2>/dev/null", "write out.pem"),
    "static": ("{static}", "blind StaticProgram"),
    "musl": ("{musl}", "blind ForeignProgram"),
    "musl_static": ("{musl_static}", "blind StaticProgram"),
    "setuid": ("{setuid} in.txt >out.txt", "blind PrivilegedProgram",
               "write out.txt"),
    "liburing": ("{uring}", "blind IoUring"),
}

COPY = r"""
#include <stdio.h>
int main(void)
{
	char line[99];
	FILE *in = fopen("in.txt", "r"), *out = fopen("out.txt", "w");

	return !in || !out || !fgets(line, 99, in) || fputs(line, out) < 0;
}
"""

URING = r"""
#include <fcntl.h>
#include <liburing.h>
int main(void)
{
	struct io_uring ring;
	struct io_uring_cqe *done;

	if (io_uring_queue_init(4, &ring, 0) < 0)
		return 77; /* switched off in this kernel */
	io_uring_prep_openat(io_uring_get_sqe(&ring), AT_FDCWD, "in.txt",
			     O_RDONLY, 0);
	io_uring_submit(&ring);
	return io_uring_wait_cqe(&ring, &done) < 0 || done->res < 0;
}
"""


def _build(folder, name, source, compiler, *flags):
    path = os.path.join(folder, name)
    if shutil.which(compiler) and subprocess.run(
            [compiler, "-x", "c", "-", "-o", path, *flags],
            input=source.encode(), stderr=subprocess.DEVNULL,
            check=False).returncode == 0:
        return path
    return None


def _setuid(folder):
    path = os.path.join(folder, "setuid")
    if os.geteuid() != 0:
        return None
    shutil.copy("/bin/cat", path)
    shutil.chown(path, "nobody")
    os.chmod(path, 0o4755)
    return path


def _keytool():
    for found in ("/usr/lib/jvm/default-java/bin/keytool",
                  "/usr/lib/jvm/java-17-openjdk-amd64/bin/keytool",
                  "/usr/bin/keytool"):
        if os.path.exists(found):
            return found
    return None


def build(folder):
    """Programs by name; None: not to be had here."""
    compiler = os.environ.get("CC", "cc").split()[0]
    return {
        "static": _build(folder, "static", COPY, compiler, "-static"),
        "musl": _build(folder, "musl", COPY, "musl-gcc"),
        "musl_static": _build(folder, "musl_static", COPY, "musl-gcc",
                              "-static"),
        "uring": _build(folder, "uring", URING, compiler, "-luring"),
        "setuid": _setuid(folder),
        "java": _keytool(),
    }


def command(name, built):
    """The command of a way, or why there is none."""
    text = PROGRAMS[name][0]
    for program, path in built.items():
        if "{" + program + "}" in text and not path:
            return None, f"{program} cannot be had here"
        text = text.replace("{" + program + "}", path or "")
    first = text.split()[0]
    if not shutil.which(first):
        return None, f"{first} is not installed"
    return ["sh", "-c", text], None
