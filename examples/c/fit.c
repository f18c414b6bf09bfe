/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fit CSV MODEL: fits a line through the points of a CSV with a heading and
 * two columns of numbers. Nothing in here knows of pedigree.
 */
#include <stdio.h>
#include <stdlib.h>

struct sums {
	double n, x, y, xx, xy;
};

/* Lines that are not two numbers, such as the heading, do not count. */
static int read_points(const char *path, struct sums *sums)
{
	char line[256];
	double x, y;
	FILE *in = fopen(path, "r");

	if (!in) {
		perror(path);
		return -1;
	}
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%lf,%lf", &x, &y) != 2)
			continue;
		sums->n += 1;
		sums->x += x;
		sums->y += y;
		sums->xx += x * x;
		sums->xy += x * y;
	}
	fclose(in);
	return 0;
}

static int write_model(const char *path, const struct sums *sums)
{
	double slope = (sums->n * sums->xy - sums->x * sums->y) /
		       (sums->n * sums->xx - sums->x * sums->x);
	FILE *out = fopen(path, "w");

	if (!out) {
		perror(path);
		return -1;
	}
	fprintf(out, "%.6f %.6f\n", slope,
		(sums->y - slope * sums->x) / sums->n);
	if (fclose(out) != 0) {
		perror(path);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sums sums = { 0 };

	if (argc != 3) {
		fprintf(stderr, "usage: fit CSV MODEL\n");
		return EXIT_FAILURE;
	}
	if (read_points(argv[1], &sums) < 0)
		return EXIT_FAILURE;
	if (sums.n < 2) {
		fprintf(stderr, "fit: %s: fewer than two points\n", argv[1]);
		return EXIT_FAILURE;
	}
	return write_model(argv[2], &sums) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
