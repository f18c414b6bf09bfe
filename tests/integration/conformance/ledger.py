# SPDX-License-Identifier: Apache-2.0
"""The ledger behind a botocore client, in place of the service: what the
client would send goes to pedigree_client_call, what that answers comes back
as if it had been sent over HTTP."""

import ctypes
import glob
import json
import os


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("text", ctypes.c_char * 1020)]


def load():
    paths = [os.path.join(os.environ["top_builddir"], ".libs",
                          "libpedigree.so.0")] + \
        glob.glob(os.path.join(os.environ["top_builddir"], "*",
                               "libpedigree.so.0"))
    lib = ctypes.CDLL(next(path for path in paths if os.path.exists(path)))
    lib.pedigree_client_call.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p,
        ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(Error)]
    return lib


class Ledger:
    """Opens the ledger of the PEDIGREE_HOME in force."""

    def __init__(self):
        self.lib, self.error = load(), Error()
        self.libc = ctypes.CDLL(None)
        self.libc.free.argtypes = [ctypes.c_void_p]
        pedigree, self.client = ctypes.c_void_p(), ctypes.c_void_p()
        self._check(self.lib.pedigree_open(None, ctypes.byref(pedigree),
                                           ctypes.byref(self.error)))
        self._check(self.lib.pedigree_client_open(
            pedigree, None, ctypes.byref(self.client),
            ctypes.byref(self.error)))

    def _check(self, code):
        if code < 0:
            raise RuntimeError(self.error.text.decode())

    def call(self, operation, body):
        """(HTTP status, body) for a request's body, both JSON in bytes."""
        answer = ctypes.c_void_p()
        self.error = Error()
        code = self.lib.pedigree_client_call(
            self.client, operation.encode(), body, ctypes.byref(answer),
            ctypes.byref(self.error))
        if not answer.value:
            raise RuntimeError(self.error.text.decode())
        text = ctypes.string_at(answer.value)
        self.libc.free(answer)
        return (400 if code < 0 else 200), text


class Raw:
    """A response's body, as botocore reads it."""

    def __init__(self, body):
        self.body = body

    def stream(self, *_, **__):
        yield self.body

    def read(self, *_):
        body, self.body = self.body, b""
        return body


def answers(ledger, response_class, seen):
    """A handler of before-send. `seen` gets (operation, request, status,
    answer) of every call."""
    def handle(request, **_):
        body = request.body or b"{}"
        if isinstance(body, str):
            body = body.encode()
        operation = request.headers["X-Amz-Target"]
        if isinstance(operation, bytes):
            operation = operation.decode()
        service, operation = operation.split(".")
        assert service == "SageMaker", service
        status, text = ledger.call(operation, body)
        seen.append((operation, json.loads(body), status, json.loads(text)))
        return response_class(request.url, status, {
            "content-type": "application/x-amz-json-1.1",
            "x-amzn-requestid": "0"}, Raw(text))
    return handle
