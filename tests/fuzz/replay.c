/* SPDX-License-Identifier: MIT */
/*
 * replay: a main for a fuzzing harness where there is no fuzzer.  Runs it on every file that is named, and on every
 * file in a directory that is named; without arguments on what comes in (which is how AFL gives its input).
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static unsigned char input[INPUT_MAX];
static unsigned run;

static int
replay_stream(FILE *f, const char *name)
{
	size_t n = fread(input, 1, sizeof(input), f);
	unsigned char *exact;

	if (ferror(f)) {
		perror(name);
		return -1;
	}
	/* An allocation of just that size, so that a sanitizer sees a read behind its end. */
	exact = malloc(n ? n : 1);
	if (!exact)
		return -1;
	memcpy(exact, input, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	run++;
	return 0;
}

static int
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	int r;

	if (!f) {
		perror(path);
		return -1;
	}
	/* The last name that is seen is the one that crashed. */
	fprintf(stderr, "%s\n", path);
	r = replay_stream(f, path);
	fclose(f);
	return r;
}

static int
replay_directory(const char *path)
{
	DIR *d = opendir(path);
	char name[4096];
	int r = 0;

	if (!d) {
		perror(path);
		return -1;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		r |= replay_file(name);
	}
	closedir(d);
	return r;
}

int
main(int argc, char *argv[])
{
	struct stat st;
	int r = 0;

	if (argc < 2)
		return replay_stream(stdin, "standard input") < 0;
	for (int i = 1; i < argc; i++)
		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			r |= replay_directory(argv[i]);
		else
			r |= replay_file(argv[i]);
	printf("%u inputs\n", run);
	return r < 0 || run == 0;
}
