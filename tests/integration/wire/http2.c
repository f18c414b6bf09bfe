/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client and a server of HTTP/2 in one process, with no socket between
 * them. The client takes headers in the library's own buffers, as proxies do.
 * Prints what it was answered.
 */
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define FIELD(name, value) \
	{ \
		(uint8_t *)(name), (uint8_t *)(value), sizeof(name) - 1, \
			sizeof(value) - 1, NGHTTP2_NV_FLAG_NONE \
	}

static void give_up(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(3);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame,
		     nghttp2_rcbuf *name, nghttp2_rcbuf *value, uint8_t flags,
		     void *user)
{
	(void)session, (void)frame, (void)flags, (void)user;
	printf("%s: %s\n", nghttp2_rcbuf_get_buf(name).base,
	       nghttp2_rcbuf_get_buf(value).base);
	return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream,
		   const uint8_t *bytes, size_t n, void *user)
{
	(void)session, (void)flags, (void)stream, (void)user;
	printf("%.*s\n", (int)n, (const char *)bytes);
	return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t error,
		    void *user)
{
	(void)session, (void)stream, (void)user;
	printf("closed: %u\n", error);
	return 0;
}

static ssize_t read_body(nghttp2_session *session, int32_t stream,
			 uint8_t *bytes, size_t room, uint32_t *flags,
			 nghttp2_data_source *source, void *user)
{
	(void)session, (void)stream, (void)room, (void)source, (void)user;
	memcpy(bytes, "hello", 5);
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	return 5;
}

/* The server answers a request as soon as it is there. */
static int on_request(nghttp2_session *session, const nghttp2_frame *frame,
		      void *user)
{
	const nghttp2_nv fields[] = { FIELD(":status", "200"),
				      FIELD("etag", "\"two\"") };
	const nghttp2_data_provider body = { .read_callback = read_body };

	(void)user;
	if (frame->hd.type != NGHTTP2_HEADERS)
		return 0;
	return nghttp2_submit_response(session, frame->hd.stream_id, fields, 2,
				       &body);
}

/* Carries what one says to the other; 0: it says nothing. */
static size_t carry(nghttp2_session *from, nghttp2_session *to)
{
	const uint8_t *bytes;
	ssize_t n = nghttp2_session_mem_send(from, &bytes);

	if (n < 0 || nghttp2_session_mem_recv(to, bytes, (size_t)n) != n)
		give_up("mem_send or mem_recv");
	return (size_t)n;
}

int main(void)
{
	const nghttp2_nv fields[] = { FIELD(":method", "GET"),
				      FIELD(":scheme", "https"),
				      FIELD(":authority", "localhost"),
				      FIELD(":path", "/two?secret=1") };
	nghttp2_session_callbacks *callbacks[2];
	nghttp2_session *client, *server;

	if (nghttp2_session_callbacks_new(&callbacks[0]) ||
	    nghttp2_session_callbacks_new(&callbacks[1]))
		give_up("callbacks");
	nghttp2_session_callbacks_set_on_header_callback2(callbacks[0],
							  on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks[0],
								  on_data);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks[0],
							       on_close);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks[1],
							     on_request);
	if (nghttp2_session_client_new(&client, callbacks[0], NULL) ||
	    nghttp2_session_server_new(&server, callbacks[1], NULL) ||
	    nghttp2_submit_settings(client, 0, NULL, 0) ||
	    nghttp2_submit_settings(server, 0, NULL, 0) ||
	    nghttp2_submit_request(client, NULL, fields, 4, NULL, NULL) < 0)
		give_up("sessions");
	while (carry(client, server) + carry(server, client))
		;
	nghttp2_session_del(client);
	nghttp2_session_del(server);
	nghttp2_session_callbacks_del(callbacks[0]);
	nghttp2_session_callbacks_del(callbacks[1]);
	return 0;
}
