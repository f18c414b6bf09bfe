# SPDX-License-Identifier: Apache-2.0
"""An object store that speaks S3 as far as clients need it to put and get
objects, in one piece and in parts. It believes every signature.

    with fake_s3.Store(certificate) as store:
        ... store.url, store.objects[("bucket", "key")]
"""

import hashlib
import http.server
import re
import threading
import urllib.parse

import loopback


class Store(loopback.Server):
    """`opaque`: ETags that are no digests, as with keys of one's own, and the
    checksums that clients send behind a body in the answers."""

    def __init__(self, certificate=None, versions=False, opaque=False):
        self.opaque = opaque
        self.objects = {}  # (bucket, key): (bytes, ETag, version or None)
        self.uploads = {}  # id: {part number: bytes}
        self.versions = versions
        self.old = {}  # (bucket, key, version): the same
        self.refuses = None  # a status for all that is asked
        self.region = None  # the only one whose signatures are taken
        self.regions = []  # those of signatures, once there is one
        self.count = 0
        self.lock = threading.Lock()
        super().__init__(_Handler, certificate)

    def number(self):
        with self.lock:
            self.count += 1
            return self.count

    def keep(self, place, content, etag):
        version = f"v{self.number()}" if self.versions else None
        self.objects[place] = (content, f'"{etag}"', version)
        return self.objects[place]


def _plain(headers, body):
    """The object in a body that is signed in pieces, and what stands behind
    it."""
    if "aws-chunked" not in headers.get("Content-Encoding", ""):
        return body, {}
    content = b""
    while body:
        head, _, body = body.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if not size:
            break
        content, body = content + body[:size], body[size + 2:]
    lines = body.decode().split("\r\n")
    return content, dict(line.split(":", 1) for line in lines if ":" in line)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def take(self):
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query, True))
        bucket, _, key = urllib.parse.unquote(
            parts.path.lstrip("/")).partition("/")
        body, self.trailer = _plain(self.headers, self.body())
        return (bucket, key), query, body

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return b"".join(pieces)

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def missing(self):
        self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_PUT(self):
        place, query, body = self.take()
        store, extra = self.server.owner, {}
        md5 = hashlib.md5(body).hexdigest()
        if "uploadId" in query:
            store.uploads[query["uploadId"]][int(query["partNumber"])] = body
            return self.answer(200, ETag=f'"{md5}"')
        source = self.headers.get("x-amz-copy-source")
        if source:
            bucket, _, key = urllib.parse.unquote(
                source.lstrip("/")).partition("/")
            body = store.objects[bucket, key][0]
            md5 = hashlib.md5(body).hexdigest()
            store.keep(place, body, md5)
            return self.answer(
                200, (f"<CopyObjectResult><ETag>&quot;{md5}&quot;</ETag>"
                      "</CopyObjectResult>").encode())
        if store.opaque:
            md5 = hashlib.md5(md5.encode()).hexdigest()
            for name, value in self.trailer.items():
                extra[name.replace("-", "_")] = value
        _, etag, version = store.keep(place, body, md5)
        return self.answer(200, ETag=etag, x_amz_version_id=version, **extra)

    def do_POST(self):
        place, query, body = self.take()
        store = self.server.owner
        if "uploads" in query:
            name = f"upload{store.number()}"
            store.uploads[name] = {}
            return self.answer(
                200, (f"<InitiateMultipartUploadResult><Bucket>{place[0]}"
                      f"</Bucket><Key>{place[1]}</Key><UploadId>{name}"
                      "</UploadId></InitiateMultipartUploadResult>").encode())
        parts = store.uploads.pop(query["uploadId"])
        pieces = [parts[int(number)] for number in
                  re.findall(r"<PartNumber>(\d+)<", body.decode())]
        digests = b"".join(hashlib.md5(piece).digest() for piece in pieces)
        etag = f"{hashlib.md5(digests).hexdigest()}-{len(pieces)}"
        _, etag, version = store.keep(place, b"".join(pieces), etag)
        return self.answer(
            200, (f"<CompleteMultipartUploadResult><ETag>{etag}</ETag>"
                  "</CompleteMultipartUploadResult>").encode(),
            x_amz_version_id=version)

    def elsewhere(self):
        """Is the signature for another region than the bucket's?"""
        store = self.server.owner
        if not store.region:
            return False
        store.regions.append(
            self.headers["Authorization"].split("/")[2])
        return store.regions[-1] != store.region

    def do_GET(self):
        place, query, _ = self.take()
        store = self.server.owner
        if store.refuses:
            return self.answer(store.refuses)
        if self.elsewhere():
            return self.answer(301, x_amz_bucket_region=store.region)
        found = store.objects.get(place)
        wanted = query.get("versionId")
        if wanted and (not found or found[2] != wanted):
            found = store.old.get((*place, wanted))
        if not found:
            return self.missing()
        content, etag, version = found
        more = {"ETag": etag, "x_amz_version_id": version,
                "Accept_Ranges": "bytes",
                "Last_Modified": "Mon, 23 Nov 2026 00:00:00 GMT"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)",
                              self.headers.get("Range", ""))
        if not wanted:
            return self.answer(200, content, **more)
        first = int(wanted[1])
        last = int(wanted[2] or len(content) - 1)
        return self.answer(206, content[first:last + 1], Content_Range=(
            f"bytes {first}-{min(last, len(content) - 1)}/{len(content)}"),
            **more)

    do_HEAD = do_GET

    def do_DELETE(self):
        place, _, _ = self.take()
        self.server.owner.objects.pop(place, None)
        return self.answer(204)
