/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shim that does nothing: it exports what hooks/interpose.def lists,
 * resolves the same real functions in its constructor and jumps to them. What
 * it costs is what interposition itself costs; bench/run puts it beside ours.
 */
#include "config.h"

#include <dlfcn.h>
#include <stddef.h>

#if defined(__x86_64__)
#define JUMP(pointer) "jmp *" pointer "(%rip)\n"
#elif defined(__aarch64__)
#define JUMP(pointer) \
	"adrp x16, " pointer "\n" \
	"ldr x16, [x16, :lo12:" pointer "]\n" \
	"br x16\n"
#else
#error "the empty shim has no jump for this machine yet"
#endif

/* Not static: the assembly names them. Hidden by the version map. */
#define HOOK(type, name, parameters) \
	extern void *empty_##name __attribute__((visibility("hidden"))); \
	void *empty_##name; \
	__asm__(".text\n.globl " #name "\n.type " #name ", @function\n" #name \
		":\n" JUMP("empty_" #name));
#include "hooks/interpose.def"
#undef HOOK

static const struct {
	const char *name;
	void **pointer;
} rows[] = {
#define HOOK(type, name, parameters) { #name, &empty_##name },
#include "hooks/interpose.def"
#undef HOOK
};

__attribute__((constructor)) static void resolve(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		*rows[i].pointer = dlsym(RTLD_NEXT, rows[i].name);
}
