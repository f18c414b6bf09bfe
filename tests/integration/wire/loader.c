/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads plugins, lets them fetch, closes them again: `+NAME` loads NAME.so,
 * `NAME/path` lets it fetch, `-NAME` closes it, `?` asks whether there is an
 * SSL_write, in the ways programs do.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define PLUGINS 128

int SSL_write(void *ssl, const void *bytes, int n) __attribute__((weak));

static void *plugins[PLUGINS];

static int load(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "./%s.so", name);
	plugins[(int)*name] = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!plugins[(int)*name])
		puts(dlerror());
	return plugins[(int)*name] != NULL;
}

static int fetch(const char *word)
{
	int (*call)(const char *) =
		(int (*)(const char *))dlsym(plugins[(int)*word], "fetch");

	printf("%s: %d\n", word, call ? call(strchr(word, '/')) : -1);
	return call != NULL;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (*word == '+' && !load(word + 1))
			return 1;
		if (*word == '-' && dlclose(plugins[(int)word[1]]))
			return 1;
		if (*word == '?')
			printf("%d %d\n", SSL_write != NULL,
			       dlsym(RTLD_DEFAULT, "SSL_write") != NULL);
		if (strchr(word, '/') && !fetch(word))
			return 1;
	}
	return 0;
}
