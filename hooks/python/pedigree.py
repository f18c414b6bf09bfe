# SPDX-License-Identifier: Apache-2.0
"""Lineage of machine-learning runs, told by the program itself.

    import pedigree

    with pedigree.run("train-churn") as r:
        r.input("s3://shop/customers.csv", type="DataSet")
        r.param("lr", 0.1)
        ...
        r.metric("auc", 0.93)
        r.output("model.bin", type="Model")

Under ``pedigree run`` this joins the surrounding run; otherwise it makes a
run of its own, which ends with the block. A training must not die of its
record: ``run``, its methods and ``deploy`` never raise for what goes wrong in
pedigree. They say it once on stderr and go on; without libpedigree they do
nothing. ``trace``, ``call`` and ``Client`` answer questions and do raise.

The standard library is all this needs, with libpedigree.so.0. It is looked
for where the loader looks, in the folder that pedigree was installed to, and
at the path in the variable PEDIGREE_LIBRARY, before all others.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Type, Union

__all__ = ["Client", "ClientError", "PedigreeError", "Run", "call", "deploy",
           "run", "trace"]
__version__ = "@VERSION@"

_SONAME = "libpedigree.so.0"
_LIBDIR = "@libdir@"  # where make install put the library
_SYMBOLS = ("pedigree_open", "pedigree_run_begin", "pedigree_run_input",
            "pedigree_run_output", "pedigree_run_param", "pedigree_run_tag",
            "pedigree_run_metric", "pedigree_run_deploy", "pedigree_run_end",
            "pedigree_client_call", "pedigree_trace")
# enum pedigree_run_outcome
_COMPLETED, _FAILED, _STOPPED = 0, 1, 2
# enum pedigree_direction
_DIRECTIONS = {"up": 0, "down": 1, "both": 2}

Path = Union[str, "os.PathLike[str]"]


class PedigreeError(Exception):
    """Something that pedigree could not do. ``number`` is one of the negative
    codes of pedigree/error.h (-4: there is no such thing); 0 when there is no
    library."""

    def __init__(self, text: str, number: int = 0) -> None:
        super().__init__(text)
        self.number = number


class ClientError(PedigreeError):
    """The API refused a request, in the shape of botocore's ClientError.

    ``code`` is the API's ("ValidationException", "ResourceNotFound", ...);
    ``response["Error"]`` has it as ``Code``, and the ``Message``."""

    def __init__(self, response: Dict[str, Any], operation_name: str,
                 number: int = 0) -> None:
        self.response = response
        self.operation_name = operation_name
        self.code: str = response["Error"]["Code"]
        super().__init__(
            f"An error occurred ({self.code}) when calling the "
            f"{operation_name} operation: {response['Error']['Message']}",
            number)


class _Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("text", ctypes.c_char * 1020)]


class _TraceOptions(ctypes.Structure):
    """struct pedigree_trace_options"""
    _fields_ = [("direction", ctypes.c_int), ("depth", ctypes.c_uint),
                ("limit", ctypes.c_ulong), ("kinds", ctypes.c_void_p),
                ("types", ctypes.c_void_p), ("tag_key", ctypes.c_char_p),
                ("tag_value", ctypes.c_char_p),
                ("created_after_ms", ctypes.c_int64),
                ("created_before_ms", ctypes.c_int64)]


class _Print(ctypes.Structure):
    """struct pedigree_print"""
    _fields_ = [("format", ctypes.c_int), ("colour", ctypes.c_int),
                ("columns", ctypes.c_int), ("ascii", ctypes.c_int),
                ("wide", ctypes.c_int), ("note", ctypes.c_void_p),
                ("note_ctx", ctypes.c_void_p)]


class _Library:
    """libpedigree, opened once for the process."""

    def __init__(self) -> None:
        self.lib = self._load()
        for name in _SYMBOLS:
            if not hasattr(self.lib, name):
                raise PedigreeError(f"{_SONAME} is of another version: it has "
                                    f"no {name}")
        text, pointer = ctypes.c_char_p, ctypes.c_void_p
        error, out = ctypes.POINTER(_Error), ctypes.POINTER(ctypes.c_void_p)
        for name, arguments in (
                ("pedigree_open", [pointer, out, error]),
                ("pedigree_run_begin", [pointer, text, out, error]),
                ("pedigree_run_input", [pointer, text, text, error]),
                ("pedigree_run_output", [pointer, text, text, error]),
                ("pedigree_run_param", [pointer, text, text, error]),
                ("pedigree_run_tag", [pointer, text, text, error]),
                ("pedigree_run_metric", [pointer, text, ctypes.c_double,
                                         ctypes.c_int64, error]),
                ("pedigree_run_deploy", [pointer, text, text, text, error]),
                ("pedigree_run_end", [pointer, ctypes.c_int, text, error]),
                ("pedigree_run_joined", [pointer]),
                ("pedigree_trace", [pointer, text,
                                    ctypes.POINTER(_TraceOptions),
                                    ctypes.POINTER(_Print), pointer, error]),
                ("pedigree_client_open", [pointer, text, out, error]),
                ("pedigree_client_call", [pointer, text, text, out, error])):
            getattr(self.lib, name).argtypes = arguments
        self.lib.pedigree_run_name.argtypes = [pointer]
        self.lib.pedigree_run_name.restype = text
        self.lib.pedigree_client_close.argtypes = [pointer]
        self.lib.pedigree_client_close.restype = None
        self.libc = ctypes.CDLL(None)
        self.libc.free.argtypes = [pointer]
        self.libc.free.restype = None
        self.libc.fclose.argtypes = [pointer]
        self.libc.open_memstream.restype = pointer
        self.pedigree = ctypes.c_void_p()
        self.check("pedigree_open", None, ctypes.byref(self.pedigree))

    @staticmethod
    def _load() -> ctypes.CDLL:
        given = os.environ.get("PEDIGREE_LIBRARY")
        paths = [given] if given else [os.path.join(_LIBDIR, _SONAME), _SONAME]
        problem: Optional[OSError] = None
        for path in paths:
            try:
                return ctypes.CDLL(path)
            except OSError as error:
                problem = error
        raise PedigreeError(f"{_SONAME} cannot be loaded: {problem}")

    def check(self, name: str, *arguments: Any) -> None:
        """Calls a function whose last parameter is the error.

        Raises PedigreeError with its text."""
        error = _Error()
        code = getattr(self.lib, name)(*arguments, ctypes.byref(error))
        if code < 0:
            raise PedigreeError(error.text.decode("utf-8", "replace"), code)


_lock = threading.Lock()
_library: Union[_Library, PedigreeError, None] = None
_told: Dict[str, bool] = {}


def _get() -> _Library:
    """The library. Raises PedigreeError, the same each time."""
    global _library
    with _lock:
        if _library is None:
            try:
                _library = _Library()
            except PedigreeError as error:
                _library = error
        if isinstance(_library, PedigreeError):
            raise _library
        return _library


def _tell(error: BaseException) -> None:
    """Says it on stderr, each thing once."""
    text = f"pedigree: {error}; the program goes on without it being recorded"
    if not _told.setdefault(text, False):
        _told[text] = True
        try:
            print(text, file=sys.stderr)
        except (OSError, ValueError, AttributeError):
            pass  # there is no stderr


def _reset_lock() -> None:
    """In a forked child: a thread that held the lock is not there."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_lock)


def _bytes(text: Any) -> bytes:
    return os.fsencode(text) if isinstance(text, os.PathLike) else \
        str(text).encode("utf-8", "surrogateescape")


def _value(value: Any) -> bytes:
    """As people write it: True is true, 0.1 is 0.1."""
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, default=str).encode()
    return _bytes(value)


class Run:
    """A run, or a part of the run that surrounds the program. Made by
    ``run``. Threads may share it; a forked child may go on with it. After its
    end, calls do nothing."""

    def __init__(self, name: Optional[str] = None) -> None:
        self._run: Optional[ctypes.c_void_p] = None
        self._lib: Optional[_Library] = None
        self._name = name or ""
        try:
            library = _get()
            handle = ctypes.c_void_p()
            library.check("pedigree_run_begin", library.pedigree,
                          _bytes(self._name), ctypes.byref(handle))
            told = library.lib.pedigree_run_name(handle)
            self._name = told.decode("utf-8", "replace")
            self._lib, self._run = library, handle
        except Exception as error:  # a training must not die of it
            _tell(error)

    @property
    def name(self) -> str:
        """The name the run got: one that was taken has a suffix."""
        return self._name

    @property
    def joined(self) -> bool:
        """Did it join a run that surrounds the program?"""
        return bool(self._lib and self._run and
                    self._lib.lib.pedigree_run_joined(self._run))

    def _call(self, name: str, *arguments: Callable[[], Any]) -> None:
        if not self._lib or not self._run:
            return
        try:
            self._lib.check(name, self._run,
                            *[argument() for argument in arguments])
        except Exception as error:
            _tell(error)

    def input(self, uri: Path, type: Optional[str] = None) -> None:
        """Declares what the run reads.

        uri: a URI or a path; relative to the current folder of now.
        type: "DataSet", "Model", "Code", ...; None: what the rules say."""
        self._call("pedigree_run_input", lambda: _bytes(uri),
                   lambda: _bytes(type) if type else None)

    def output(self, uri: Path, type: Optional[str] = None) -> None:
        """Declares what the run makes. Its bytes are read when the run
        ends."""
        self._call("pedigree_run_output", lambda: _bytes(uri),
                   lambda: _bytes(type) if type else None)

    def param(self, key: str, value: Any) -> None:
        """A parameter: a number, or anything that has a text. The last value
        of a key counts."""
        self._call("pedigree_run_param", lambda: _bytes(key),
                   lambda: _value(value))

    def tag(self, key: str, value: Any) -> None:
        """A tag of the run: at most 50, keys up to 128 characters, values up
        to 256."""
        self._call("pedigree_run_tag", lambda: _bytes(key),
                   lambda: _value(value))

    def metric(self, name: str, value: float,
               step: Optional[int] = None) -> None:
        """A finite value of a metric, perhaps at a step (>= 0) such as the
        epoch. The record keeps count, last, least, greatest, mean and
        standard deviation."""
        self._call("pedigree_run_metric", lambda: _bytes(name),
                   lambda: float(value),
                   lambda: -1 if step is None else int(step))

    def deploy(self, endpoint: str, arn: Optional[str] = None,
               model: Optional[Path] = None) -> None:
        """Declares that the run put a model behind an endpoint.

        endpoint: its name. arn: its ARN; None: a local one made of the name.
        model: URI or path; None: not known."""
        self._call("pedigree_run_deploy", lambda: _bytes(endpoint),
                   lambda: _bytes(arn) if arn else None,
                   lambda: _bytes(model) if model else None)

    def end(self, failure: Optional[str] = None) -> None:
        """Ends the run, once; ``with`` does it by itself. With a failure, a
        sentence, the run has Failed. A run of its own is finished now, which
        reads the files that were declared."""
        self._end(_COMPLETED if failure is None else _FAILED, failure)

    def _end(self, outcome: int, message: Optional[str]) -> None:
        self._call("pedigree_run_end", lambda: outcome,
                   lambda: _bytes(message) if message else None)
        self._run = None

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        """Ends the run: Failed after an exception, with its type and text;
        Stopped after KeyboardInterrupt. The exception goes on."""
        if kind is None or (kind is SystemExit and
                            getattr(error, "code", 1) in (None, 0)):
            self._end(_COMPLETED, None)
            return
        try:
            text = f"{kind.__name__}: {error}"
        except Exception:  # whose text cannot be made
            text = kind.__name__
        self._end(_STOPPED if kind is KeyboardInterrupt else _FAILED, text)


def run(name: Optional[str] = None) -> Run:
    """Begins a run, for ``with``; or to be ended with its ``end``.

    name: None: made from the command. One that is taken gets a suffix.

    Never raises for what goes wrong in pedigree."""
    return Run(name)


def deploy(endpoint: str, arn: Optional[str] = None,
           model: Optional[Path] = None) -> None:
    """Declares a deployment: in the run that surrounds the program, or in one
    made for it. Never raises for what goes wrong in pedigree."""
    with Run(f"deploy-{endpoint}") as made:
        made.deploy(endpoint, arn, model)


def trace(target: Path, direction: str = "up",
          depth: int = 0) -> Dict[str, Any]:
    """What is behind something, as ``pedigree trace --json`` prints it:
    ``StartArn``, ``Direction``, ``Vertices`` and ``Edges``.

    target: an ARN, a run's or endpoint's name, a URI or a path.
    direction: "up" (what it came from), "down" (what became of it), "both".
    depth: edges to follow; 0: all.

    Raises PedigreeError (number -4 when nothing is called so), ValueError for
    another direction."""
    if direction not in _DIRECTIONS:
        raise ValueError(f"direction: {direction!r} is none of up, down, both")
    library = _get()
    text, size = ctypes.c_void_p(), ctypes.c_size_t()
    stream = library.libc.open_memstream(ctypes.byref(text),
                                         ctypes.byref(size))
    if not stream:
        raise MemoryError
    try:
        library.check("pedigree_trace", library.pedigree, _bytes(target),
                      ctypes.byref(_TraceOptions(_DIRECTIONS[direction],
                                                 depth)),
                      ctypes.byref(_Print(format=1)), stream)
    finally:
        library.libc.fclose(stream)
        told = ctypes.string_at(text.value, size.value) if text.value else b""
        library.libc.free(text)
    answer: Dict[str, Any] = json.loads(told)
    return answer


class Client:
    """The API's operations on the ledger, as boto3 names them:

        client = pedigree.Client()
        arn = client.create_artifact(ArtifactType="DataSet", Source={
            "SourceUri": "s3://shop/customers.csv"})["ArtifactArn"]

    Members, answers and limits are the API's; times in answers are seconds
    since the epoch, in requests also datetime. Threads may share a client.

    Raises ClientError for what the API refuses, PedigreeError for anything
    else, AttributeError for an operation that the ledger does not have."""

    def __init__(self) -> None:
        self._library = _get()
        self._client: Optional[ctypes.c_void_p] = None
        client = ctypes.c_void_p()
        self._library.check("pedigree_client_open", self._library.pedigree,
                            None, ctypes.byref(client))
        self._client = client

    def call(self, operation: str, **members: Any) -> Dict[str, Any]:
        """Carries out an operation: "CreateArtifact" or "create-artifact"."""
        library, answer, error = self._library, ctypes.c_void_p(), _Error()
        if not self._client:
            raise PedigreeError("the client is closed")
        code = library.lib.pedigree_client_call(
            self._client, operation.encode(), json.dumps(
                members, default=_timestamp).encode(),
            ctypes.byref(answer), ctypes.byref(error))
        text = None
        if answer.value:
            text = ctypes.string_at(answer.value)
            library.libc.free(answer)
        if code >= 0:
            told: Dict[str, Any] = json.loads(text or b"{}")
            return told
        if text is None:
            raise PedigreeError(error.text.decode("utf-8", "replace"), code)
        refusal = json.loads(text)
        raise ClientError({"Error": {"Code": refusal["__type"],
                                     "Message": refusal["message"]}},
                          operation, code)

    def close(self) -> None:
        """Closes the connection: afterwards it survives a power loss, too,
        what was changed."""
        client, self._client = self._client, None
        if client:
            self._library.lib.pedigree_client_close(client)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_client", None):
            self.close()

    def __getattr__(self, name: str) -> Callable[..., Dict[str, Any]]:
        """snake_case names of operations are methods."""
        if name.startswith("_") or name not in _operations():
            raise AttributeError(f"the ledger has no operation {name!r}")
        operation = _operations()[name]
        return lambda **members: self.call(operation, **members)

    def __dir__(self) -> List[str]:
        return [*super().__dir__(), *_operations()]


def call(operation: str, **members: Any) -> Dict[str, Any]:
    """Carries out one operation of the API on the ledger and answers what it
    tells: ``pedigree.call("CreateArtifact", ArtifactType=..., Source=...)``.

    Raises as Client does."""
    with Client() as client:
        return client.call(operation, **members)


def _timestamp(value: Any) -> Any:
    """What json does not know: times, and paths."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return os.fspath(value)


class _View(ctypes.Structure):
    """struct pedigree_operation_view"""
    _fields_ = [("name", ctypes.c_char_p), ("command", ctypes.c_char_p),
                ("summary", ctypes.c_char_p), ("writes", ctypes.c_int),
                ("pages", ctypes.c_char_p)]


_names: Dict[str, str] = {}


def _operations() -> Dict[str, str]:
    """Operations by their names in snake_case."""
    if not _names:
        each = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(_View))

        def note(_: Any, view: Any) -> None:
            _names[view.contents.command.decode().replace("-", "_")] = \
                view.contents.name.decode()
        _get().lib.pedigree_operations(each(note), None)
    return _names
