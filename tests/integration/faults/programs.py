# SPDX-License-Identifier: Apache-2.0
"""Programs in which the shim cannot be, or hardly: each comes to the same as
bare, and its record holds what it did or says that it was out of sight."""

import glob
import os
import shutil
import stat
import subprocess
import sys

from fault import blind, both, compiled, names
from support import check, equal, passed, skip, work

CAT = r"""
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	char text[64];
	int in = open("in.txt", O_RDONLY);
	int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	long n = read(in, text, sizeof(text));

	if (write(out, text, (size_t)n) != n || write(1, text, (size_t)n) != n)
		return 1;
	return 7;
}
"""

# Another library that wraps open, as tools of many kinds do.
OTHER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
int open(const char *path, int flags, ...)
{
	static int (*next)(const char *, int, ...);
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	if (!next)
		next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	return next(path, flags, mode);
}
__attribute__((constructor)) static void first(void)
{
	open("/dev/null", O_RDONLY);
}
"""

missing = []


def seen(name, command, **more):
    """It is captured like any other program."""
    status, out, record = both(name, command, **more)
    equal((status, out), (7, b"one line\n"), name)
    check("in.txt" in names(name, "Inputs"), f"{name}: its input")
    check("out.txt" in names(name, "Outputs"), f"{name}: its output")
    equal(blind(record), [], f"{name}: blind spots")


def unseen(name, command, kind, status=7, says=b"one line\n"):
    """It cannot be captured, and the record says so; so it does when a
    shell starts it."""
    for how, words in (("", command), ("-from-sh", [
            "sh", "-c", '"$@"; exit $?', "sh", *command])):
        got, out, record = both(name + how, words)
        equal((got, out), (status, says), name + how)
        check(kind in blind(record),
              f"{name + how}: {kind} is not among {blind(record)}")


def static_program():
    path = compiled(CAT, "static", None, "-static")
    if not path:
        missing.append("a static libc")
        return
    unseen("static", [path], "StaticProgram")


def musl_program():
    for how, flags in (("static", ["-static"]), ("dynamic", [])):
        path = compiled(CAT, "musl-" + how, "musl-gcc", *flags)
        if not path:
            missing.append("musl-gcc")
            return
        unseen("musl-" + how, [path],
               "StaticProgram" if flags else "ForeignProgram")


def go_program():
    """A dynamic one, as cgo makes them: it has Go's note, and is none."""
    note = (r'__asm__(".pushsection .note.go.buildid,\"a\",@note\n"'
            r'".long 4, 4, 4\n.asciz \"Go\\0\"\n.long 0\n.popsection");')
    path = compiled(CAT + note, "go")
    check(path, "a program with a note was built")
    unseen("go", [path], "RawSystemCalls")
    library = compiled("int one(void) { return 1; }\n" + note, "go.so", None,
                       "-shared", "-fPIC")
    status, out, record = both("go-library", [
        sys.executable, "-c", "import ctypes, sys\n"
        "print(ctypes.CDLL(sys.argv[1]).one())", library])
    equal((status, out), (0, b"1\n"), "a library with a note")
    check("RawSystemCalls" in blind(record), f"a library: {blind(record)}")


def is_setuid(path):
    return os.path.exists(path) and os.stat(path).st_mode & stat.S_ISUID


def setuid_program():
    if os.geteuid() != 0:
        path = next(filter(is_setuid, ("/usr/bin/su", "/usr/bin/mount")), None)
        if not path:
            missing.append("a setuid program")
            return
        says = subprocess.run([path, "--version"], check=True,
                              stdout=subprocess.PIPE).stdout
        unseen("setuid", [path, "--version"], "PrivilegedProgram", 0, says)
        return
    path = os.path.join(work, "setuid")
    shutil.copy("/bin/cat", path)
    shutil.chown(path, "nobody")
    os.chmod(path, 0o4755)
    os.chmod(work, 0o755)
    # Root's own umask may keep nobody from reading what was made.
    unseen("setuid", [path, "in.txt"], "PrivilegedProgram", status=0)


def sanitized_programs():
    path = compiled(CAT, "asan-gcc", "gcc", "-fsanitize=address")
    if path:
        unseen("asan-gcc", [path], "SanitizedProgram")
    else:
        missing.append("gcc's AddressSanitizer")
    path = compiled(CAT, "asan-clang", "clang", "-fsanitize=address")
    if path:
        seen("asan-clang", [path])
    else:
        missing.append("clang's AddressSanitizer")


def allocator(plain):
    found = glob.glob("/usr/lib/*/libjemalloc.so.2")
    if not found:
        missing.append("libjemalloc2")
        return
    # Ours is put in front of it by the wrapper, and behind it by hand.
    seen("jemalloc", [plain], prefix=["env", "LD_PRELOAD=" + found[0]])
    seen("jemalloc-first",
         ["sh", "-c", f'LD_PRELOAD={found[0]}:$LD_PRELOAD exec "$0"', plain])


def another_library(plain):
    other = compiled(OTHER, "libother.so", None, "-shared", "-fPIC")
    check(other, "a shared library was built")
    seen("other", [plain], prefix=["env", "LD_PRELOAD=" + other])
    seen("other-first",
         ["sh", "-c", f'LD_PRELOAD={other}:$LD_PRELOAD exec "$0"', plain])


def valgrind(plain):
    tool = shutil.which("valgrind")
    if not tool:
        missing.append("valgrind")
        return
    status, out, record = both("valgrind", [tool, "-q", plain])
    equal((status, out), (7, b"one line\n"), "under valgrind")
    check("in.txt" in names("valgrind", "Inputs") or blind(record),
          "under valgrind: neither seen nor told")
    status, out, _ = both("in-valgrind", [
        tool, "-q", "--trace-children=yes", "--error-exitcode=99", plain])
    equal((status, out), (7, b"one line\n"), "the shim under valgrind")


def limits(plain):
    seen("no-files", ["sh", "-c", 'ulimit -n 8; exec "$0"', plain])
    seen("no-space", ["sh", "-c", 'ulimit -v 60000; exec "$0"', plain])
    seen("no-growth", ["sh", "-c", 'ulimit -f 1; exec "$0"', plain])


def odd_starts(plain):
    seen("closed", ["sh", "-c", 'exec 0<&- 2>&-; exec "$0"', plain])
    seen("no-environment", ["env", "-i", plain])
    seen("deleted-cwd", ["sh", "-c", 'mkdir gone; cd gone; rmdir ../gone; '
                         'cd ..; exec "$0"', plain])
    status, out, _ = both("cwd", ["sh", "-c", "mkdir d; cd d; cp ../in.txt a;"
                                  "cd ../d/..; cat d/a"])
    equal((status, out), (0, b"one line\n"), "another cwd")
    equal(names("cwd", "Outputs"), ["a"], "what was written in another cwd")


def long_path():
    """4,095 bytes are one too many for the kernel, with its NUL the most."""
    for n in (4000, 4094, 4095, 4096, 5000):
        path = "./" + "/" * (n - 10) + "long.txt"
        equal(len(path), n, "the path")
        status, _, record = both(f"path-{n}", [
            sys.executable, "-c",
            "import sys\n"
            "try: open(sys.argv[1], 'w').write('x')\n"
            "except OSError as error: sys.exit(error.errno)", path])
        equal(status, 0 if n < 4096 else 36, f"a path of {n} bytes")
        if status == 0:
            check("long.txt" in names(f"path-{n}", "Outputs") or
                  "PathLost" in blind(record), f"a path of {n} bytes is lost")


cat = compiled(CAT, "plain")
check(cat, "a C program was built")
for test in (static_program, musl_program, go_program, setuid_program,
             sanitized_programs, allocator, another_library, valgrind,
             limits, odd_starts, long_path):
    print(test.__name__, flush=True)
    if "plain" in test.__code__.co_varnames[:test.__code__.co_argcount]:
        test(cat)
    else:
        test()
if missing:
    skip("not here: " + ", ".join(missing))
passed()
