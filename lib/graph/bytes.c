/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that travelled: is an object that the run got or put one of the
 * files that it read or wrote? Files of the object's size are candidates;
 * what the store told of the bytes decides. Where they are the same, the
 * object has the file's digests, and the ledger ties what has the same.
 *
 * Nothing is concluded from a size alone, nor from an ETag that is no digest
 * (a store that encrypts by keys of its own).
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "graph/builder.h"

/* Files of one size that are looked at for an object. */
#define CANDIDATES_MAX 64
#define MIB (UINT64_C(1) << 20)

/* Part sizes of clients, in MiB: AWS's own, then other libraries'. */
static const uint16_t client_parts[] = { 8,  5,	 16, 64,  10,  15,  20,
					 25, 32, 50, 100, 128, 256, 512 };

/* One thing that a store told of an object's bytes. */
enum proof_kind {
	PROOF_SHA256_BASE64,
	PROOF_SHA256_HEX,
	PROOF_MD5_BASE64,
	PROOF_MD5_HEX,
	PROOF_CRC_BASE64,
	PROOF_GOOGLE_MD5, /* of "crc32c=…,md5=…", or of two headers */
	PROOF_GOOGLE_CRC
};

static const struct {
	const char *field;
	enum proof_kind kind;
	bool range; /* holds in the answer to a ranged request, too */
	enum pedigree_crc crc;
} proofs[] = {
	{ "x-amz-checksum-sha256", PROOF_SHA256_BASE64, false, 0 },
	{ "request-x-amz-checksum-sha256", PROOF_SHA256_BASE64, false, 0 },
	{ "x-linked-etag", PROOF_SHA256_HEX, true, 0 },
	{ "content-md5", PROOF_MD5_BASE64, false, 0 },
	{ "request-content-md5", PROOF_MD5_BASE64, false, 0 },
	{ "json-md5Hash", PROOF_MD5_BASE64, true, 0 },
	{ "x-goog-hash", PROOF_GOOGLE_MD5, true, 0 },
	{ "etag", PROOF_MD5_HEX, true, 0 },
	{ "x-goog-hash", PROOF_GOOGLE_CRC, true, PEDIGREE_CRC32C },
#define CRC(word, crc) \
	{ "x-amz-checksum-" word, PROOF_CRC_BASE64, false, crc }, \
	{ \
		"request-x-amz-checksum-" word, PROOF_CRC_BASE64, false, crc \
	}
	CRC("crc64nvme", PEDIGREE_CRC64NVME),
	CRC("crc32c", PEDIGREE_CRC32C),
	CRC("crc32", PEDIGREE_CRC32),
#undef CRC
};

/* A file's digests in the words of the proofs. */
struct words {
	char sha256[PEDIGREE_BASE64], md5[PEDIGREE_BASE64];
	char crcs[PEDIGREE_CRCS][PEDIGREE_BASE64]; /* "": not computed */
	const struct pedigree_version *version;
};

enum verdict {
	UNKNOWN,
	SAME,
	OTHER
};

static enum verdict verdict_of(bool same)
{
	return same ? SAME : OTHER;
}

static bool is_hex(const char *text, size_t n)
{
	return strlen(text) == n && strspn(text, "0123456789abcdef") == n;
}

/* Quotes around an ETag are no part of it. */
static void plain_etag(const char *text, char *ret, size_t room)
{
	size_t n;

	ret[0] = '\0';
	if (*text == '"')
		text++;
	n = strcspn(text, "\"");
	if (n >= room)
		return;
	memcpy(ret, text, n);
	ret[n] = '\0';
}

/* Of a word behind a key, as far as a comma. */
static enum verdict judge_google(const char *told, const char *key,
				 const char *word)
{
	const char *at = strstr(told, key);

	if (!at || !*word)
		return UNKNOWN;
	return verdict_of(strncmp(at + strlen(key), word, strlen(word)) == 0);
}

static enum verdict judge(const struct words *words, size_t proof,
			  const char *told)
{
	const char *crc = words->crcs[proofs[proof].crc];
	char etag[72];

	switch (proofs[proof].kind) {
	case PROOF_SHA256_BASE64:
		/* One of parts has "-NUMBER" behind it. */
		return strchr(told, '-')
			       ? UNKNOWN
			       : verdict_of(strcmp(told, words->sha256) == 0);
	case PROOF_SHA256_HEX:
		plain_etag(told, etag, sizeof(etag));
		return is_hex(etag, 64)
			       ? verdict_of(strcmp(etag,
						   words->version->value +
							   strlen("sha256:")) ==
					    0)
			       : UNKNOWN;
	case PROOF_MD5_BASE64:
		return verdict_of(strcmp(told, words->md5) == 0);
	case PROOF_MD5_HEX:
		/* One that is another may be no digest at all. */
		plain_etag(told, etag, sizeof(etag));
		return is_hex(etag, 32) &&
				       strcmp(etag, words->version->md5) == 0
			       ? SAME
			       : UNKNOWN;
	case PROOF_CRC_BASE64:
		return *crc && !strchr(told, '-')
			       ? verdict_of(strcmp(told, crc) == 0)
			       : UNKNOWN;
	case PROOF_GOOGLE_MD5:
		return judge_google(told, "md5=", words->md5);
	case PROOF_GOOGLE_CRC:
		return judge_google(told, "crc32c=", crc);
	}
	return UNKNOWN;
}

/* The first thing told that can be compared decides. */
static enum verdict judge_told(const struct pedigree_wire *told,
			       const struct words *words)
{
	for (size_t i = 0; told && i < PEDIGREE_COUNT(proofs); i++) {
		const char *value = NULL;
		enum verdict verdict;

		if (told->head.status == 206 && !proofs[i].range)
			continue;
		while ((value = pedigree_wire_next(told, proofs[i].field,
						   value))) {
			verdict = *value ? judge(words, i, value) : UNKNOWN;
			if (verdict != UNKNOWN)
				return verdict;
		}
	}
	return UNKNOWN;
}

/* Parts of an upload against those of a file, whatever their order. */
static bool same_parts(const struct pedigree_parts *sent,
		       const struct pedigree_part_digests *parts)
{
	if (!sent->n || sent->n != parts->md5s.n)
		return false;
	for (size_t i = 0; i < sent->n; i++) {
		char hex[PEDIGREE_MD5_HEX];
		size_t k = 0;

		pedigree_md5_hex(&parts->md5s.v[i], hex);
		while (k < sent->n && strcmp(sent->v[k].etag, hex) != 0)
			k++;
		if (k == sent->n)
			return false;
	}
	return true;
}

/* "HEX-12": 12; 0: no ETag of parts. */
static size_t parts_of_etag(const char *etag)
{
	const char *dash = etag ? strchr(etag, '-') : NULL;

	if (!dash || dash - etag != 32 || !isdigit((unsigned char)dash[1]))
		return 0;
	return (size_t)strtoul(dash + 1, NULL, 10);
}

static bool add_size(struct pedigree_digest_more *more, uint64_t size,
		     uint64_t bytes, size_t n)
{
	if (!size || (bytes + size - 1) / size != n ||
	    more->n_parts == PEDIGREE_PART_SIZES)
		return false;
	for (size_t i = 0; i < more->n_parts; i++)
		if (more->parts[i].size == size)
			return false;
	more->parts[more->n_parts++].size = size;
	return true;
}

/* What has to be computed of a candidate besides its digests. */
static void ask_more(const struct pedigree_object *object,
		     struct pedigree_digest_more *more)
{
	size_t n = parts_of_etag(object->etag);
	uint64_t largest = 0, even;

	if (!n)
		n = object->parts.n;
	for (size_t i = 0; i < object->parts.n; i++)
		if (object->parts.v[i].size > largest)
			largest = object->parts.v[i].size;
	if (n) {
		add_size(more, largest, object->bytes, n);
		for (size_t i = 0; i < PEDIGREE_COUNT(client_parts); i++)
			add_size(more, client_parts[i] * MIB, object->bytes, n);
		/* Clients that cut evenly do so at whole mebibytes. */
		even = (object->bytes / n + MIB - 1) / MIB * MIB;
		add_size(more, even, object->bytes, n);
	}
	for (size_t i = 0; object->told && i < PEDIGREE_COUNT(proofs); i++)
		if ((proofs[i].kind == PROOF_CRC_BASE64 ||
		     proofs[i].kind == PROOF_GOOGLE_CRC) &&
		    pedigree_wire_field(object->told, proofs[i].field))
			more->want_crc[proofs[i].crc] = true;
}

static bool wants_crc(const struct pedigree_digest_more *more)
{
	for (size_t i = 0; i < PEDIGREE_CRCS; i++)
		if (more->want_crc[i])
			return true;
	return false;
}

static void fill_words(const struct pedigree_version *version,
		       const struct pedigree_digest_more *more,
		       struct words *ret)
{
	unsigned char bytes[PEDIGREE_SHA256_BYTES];
	const char *sha256 = version->value + strlen("sha256:");
	size_t n = pedigree_from_hex(sha256, bytes, sizeof(bytes));

	*ret = (struct words){ .version = version };
	pedigree_base64(bytes, n, ret->sha256);
	n = pedigree_from_hex(version->md5, bytes, 16);
	pedigree_base64(bytes, n, ret->md5);
	for (size_t i = 0; i < PEDIGREE_CRCS; i++) {
		n = i == PEDIGREE_CRC64NVME ? 8 : 4;
		for (size_t k = 0; k < n; k++)
			bytes[k] = (unsigned char)(more->crc[i] >>
						   (8 * (n - 1 - k)));
		if (more->want_crc[i])
			pedigree_base64(bytes, n, ret->crcs[i]);
	}
}

static int set_digests(const struct pedigree_builder *builder, uint32_t name,
		       struct pedigree_object *object,
		       const struct pedigree_version *version)
{
	const struct pedigree_access *access = &builder->plan.access;
	uint32_t file = access->paths.names.v[name].file;

	object->from_input =
		!(access->files.v[file].flags & PEDIGREE_FILE_WRITTEN);
	object->digest = strdup(version->value);
	object->md5 = version->md5[0] ? strdup(version->md5) : NULL;
	return object->digest && (object->md5 || !version->md5[0])
		       ? 0
		       : PEDIGREE_ENOMEM;
}

/* An upload whose answer told no ETag has the one of its parts. */
static int set_etag(struct pedigree_object *object, const char *etag)
{
	if (object->etag || object->store != PEDIGREE_STORE_S3)
		return 0;
	object->etag = strdup(etag);
	if (!object->etag)
		return PEDIGREE_ENOMEM;
	if (object->id_type)
		return 0;
	object->id_type = strdup("S3ETag");
	object->version = strdup(etag);
	return object->id_type && object->version ? 0 : PEDIGREE_ENOMEM;
}

/* 1 when the parts prove it. */
static int judge_parts(struct pedigree_object *object,
		       const struct pedigree_digest_more *more)
{
	for (size_t i = 0; i < more->n_parts; i++) {
		char etag[PEDIGREE_ETAG];
		bool told;

		if (!more->parts[i].md5s.n ||
		    pedigree_digest_etag(&more->parts[i], etag) < 0)
			continue;
		told = object->etag && strcmp(object->etag, etag) == 0;
		if (!told && !same_parts(&object->parts, &more->parts[i]))
			continue;
		return set_etag(object, etag) < 0 ? PEDIGREE_ENOMEM : 1;
	}
	return 0;
}

static void version_of(struct pedigree_builder *builder, uint32_t name,
		       struct pedigree_version *ret)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const struct pedigree_access *access = &builder->plan.access;
	uint32_t index = access->paths.names.v[name].file;
	const struct pedigree_file *file = &access->files.v[index];

	pedigree_paths_text(&access->paths, access->paths.names.v[name].folder,
			    name, &path);
	if (file->flags & PEDIGREE_FILE_WRITTEN)
		pedigree_version_output(&builder->hasher, file, path.data, NULL,
					ret);
	else
		pedigree_version_input(&builder->hasher, file, path.data, NULL,
				       ret);
}

/* 1 when the file under a name has the object's bytes. */
static int compare(struct pedigree_builder *builder,
		   struct pedigree_object *object, uint32_t name)
{
	struct pedigree_digest_more more = { 0 };
	struct pedigree_version version;
	struct words words;
	enum verdict verdict;
	int r = 0;

	ask_more(object, &more);
	if (more.n_parts || wants_crc(&more))
		builder->hasher.more = &more;
	version_of(builder, name, &version);
	builder->hasher.more = NULL;
	if (strncmp(version.value, "sha256:", 7) == 0) {
		fill_words(&version, &more, &words);
		verdict = judge_told(object->told, &words);
		if (verdict == UNKNOWN)
			r = judge_parts(object, &more);
		else
			r = verdict == SAME;
		if (r > 0 && set_digests(builder, name, object, &version) < 0)
			r = PEDIGREE_ENOMEM;
	}
	pedigree_digest_more_clear(&more);
	return r;
}

static bool is_candidate(const struct pedigree_access *access, uint32_t name)
{
	const struct pedigree_name *n = &access->paths.names.v[name];
	const struct pedigree_file *file;

	if (n->kind != PEDIGREE_NAME_REGULAR || n->gone || !n->look.size ||
	    n->file == PEDIGREE_NOWHERE)
		return false;
	file = &access->files.v[n->file];
	return !(file->flags & PEDIGREE_FILE_DESTROYED) &&
	       file->last_name == name &&
	       (file->flags & (PEDIGREE_FILE_READ | PEDIGREE_FILE_WRITTEN));
}

/* Names by the sizes of their files, chained through `next`. */
static struct pedigree_map *by_size(const struct pedigree_access *access,
				    uint32_t *next)
{
	struct pedigree_map *sizes = pedigree_map_new();

	for (uint32_t i = 0; sizes && i < access->paths.names.n; i++) {
		const struct pedigree_name *name = &access->paths.names.v[i];
		void **place;

		if (!is_candidate(access, i))
			continue;
		place = pedigree_map_at(sizes, &name->look.size,
					sizeof(name->look.size), NULL);
		if (!place) {
			pedigree_map_free(sizes);
			return NULL;
		}
		next[i] = (uint32_t)(uintptr_t)*place;
		*place = (void *)(uintptr_t)(i + 1);
	}
	return sizes;
}

static int find(struct pedigree_builder *builder,
		const struct pedigree_map *sizes, const uint32_t *next,
		struct pedigree_object *object)
{
	uint32_t name = (uint32_t)(uintptr_t)pedigree_map_get(
		sizes, &object->bytes, sizeof(object->bytes));
	int r = 0;

	for (int i = 0; name && i < CANDIDATES_MAX && r == 0; i++) {
		r = compare(builder, object, name - 1);
		name = next[name - 1];
	}
	return r < 0 ? r : 0;
}

/* Parts but for one, the last, that are smaller than others: where each of
   them began in a file cannot be told. */
static bool has_unequal_parts(const struct pedigree_object *object)
{
	uint64_t largest = 0;
	size_t smaller = 0;

	for (size_t i = 0; i < object->parts.n; i++)
		if (object->parts.v[i].size > largest)
			largest = object->parts.v[i].size;
	for (size_t i = 0; i < object->parts.n; i++)
		smaller += object->parts.v[i].size < largest;
	return smaller > 1;
}

int pedigree_builder_bytes(struct pedigree_builder *builder)
{
	const struct pedigree_access *access = &builder->plan.access;
	_cleanup_map_ struct pedigree_map *sizes = NULL;
	_cleanup_free_ uint32_t *next = NULL;
	int r = 0;

	if (!builder->objects.v.n || !access->paths.names.n)
		return 0;
	next = calloc(access->paths.names.n, sizeof(*next));
	sizes = next ? by_size(access, next) : NULL;
	if (!sizes)
		return PEDIGREE_ENOMEM;
	for (size_t i = 0; i < builder->objects.v.n && r == 0; i++) {
		struct pedigree_object *object = &builder->objects.v.v[i];

		if ((object->read || object->written) && object->sized &&
		    object->bytes && !object->digest)
			r = find(builder, sizes, next, object);
		object->uneven = !object->digest && has_unequal_parts(object);
	}
	return r;
}
