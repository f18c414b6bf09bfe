/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of libnghttp2's interface as hooks/hook_nghttp2.c stands before. It
 * is stable under the name libnghttp2.so.14, since 2015.
 */
#ifndef PEDIGREE_NGHTTP2_H
#define PEDIGREE_NGHTTP2_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The head that all of its frames have. */
struct pedigree_nghttp2_frame {
	size_t n;
	int32_t stream;
	uint8_t type;
	uint8_t flags;
	uint8_t reserved;
};

struct pedigree_nghttp2_field {
	const uint8_t *name;
	const uint8_t *value;
	size_t name_n;
	size_t value_n;
	uint8_t flags;
};

typedef int (*pedigree_nghttp2_header)(
	void *session, const struct pedigree_nghttp2_frame *frame,
	const uint8_t *name, size_t name_n, const uint8_t *value,
	size_t value_n, uint8_t flags, void *user);
/* Names and values are its buffers, which it counts the users of. */
typedef int (*pedigree_nghttp2_header2)(
	void *session, const struct pedigree_nghttp2_frame *frame, void *name,
	void *value, uint8_t flags, void *user);
typedef int (*pedigree_nghttp2_data)(void *session, uint8_t flags,
				     int32_t stream, const uint8_t *bytes,
				     size_t n, void *user);
typedef int (*pedigree_nghttp2_close)(void *session, int32_t stream,
				      uint32_t error, void *user);
typedef ssize_t (*pedigree_nghttp2_read)(void *session, int32_t stream,
					 uint8_t *bytes, size_t room,
					 uint32_t *flags, void *source,
					 void *user);

struct pedigree_nghttp2_bytes {
	uint8_t *start;
	size_t n;
};

/* Of such a buffer. */
typedef struct pedigree_nghttp2_bytes (*pedigree_nghttp2_get)(void *buffer);

/* Where a body comes from: a pointer or an int, and who reads it. */
struct pedigree_nghttp2_source {
	void *source;
	pedigree_nghttp2_read read;
};

#define NGHTTP2(type, name, parameters) \
	__attribute__((visibility("default"))) type name parameters;
#include "hooks/late.def"

#endif
