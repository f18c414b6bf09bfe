# SPDX-License-Identifier: Apache-2.0
"""Shapes of botocore's service models: does a value fit, and examples."""

import datetime
import re

# Tried in turn until one fits a string's pattern and length.
WORDS = ("example", "arn:aws:sagemaker:us-east-1:000000000000:artifact/example",
         "arn:aws:sagemaker:us-east-1:000000000000:endpoint/example",
         "text/plain", "a", "1")


def pattern(shape):
    """What a string of the shape has to match, in Python's words, or None."""
    text = shape.metadata.get("pattern")
    if not text:
        return None
    for java, python in (("\\p{L}", "\\w"), ("\\p{N}", "\\w"),
                         ("\\p{Z}", "\\s")):
        text = text.replace(java, python)
    return re.compile(text)


def _string(shape, value):
    if not isinstance(value, str):
        return "is no string"
    least, most = (shape.metadata.get(word) for word in ("min", "max"))
    if shape.enum and value not in shape.enum:
        return f"{value!r} is not in {shape.enum}"
    if least is not None and len(value) < least:
        return f"has {len(value)} characters, which is less than {least}"
    if most is not None and len(value) > most:
        return f"has {len(value)} characters, which is more than {most}"
    match = pattern(shape)
    if match and not match.fullmatch(value):
        return f"{value!r} does not match {match.pattern}"
    return None


def _number(shape, value):
    kinds = (int,) if shape.type_name in ("integer", "long") else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        return f"{value!r} is no {shape.type_name}"
    least, most = (shape.metadata.get(word) for word in ("min", "max"))
    if least is not None and value < least or most is not None and value > most:
        return f"{value} is not within {least}..{most}"
    return None


def _timestamp(_, value):
    """As the service sends it, as botocore reads it, as the CLI prints it."""
    if isinstance(value, str):
        try:
            if datetime.datetime.fromisoformat(value).tzinfo:
                return None
        except ValueError:
            pass
    elif isinstance(value, (int, float, datetime.datetime)) and \
            not isinstance(value, bool):
        return None
    return f"{value!r} is no time"


def _boolean(_, value):
    return None if isinstance(value, bool) else f"{value!r} is no boolean"


SCALARS = {"string": _string, "integer": _number, "long": _number,
           "double": _number, "float": _number, "boolean": _boolean,
           "timestamp": _timestamp}


def _size(shape, value, where):
    least, most = (shape.metadata.get(word) for word in ("min", "max"))
    if least is not None and len(value) < least:
        yield where, f"has {len(value)} items, which is less than {least}"
    if most is not None and len(value) > most:
        yield where, f"has {len(value)} items, which is more than {most}"


def problems(shape, value, where):
    """Pairs (where, what) of everything that does not fit the shape. `where`
    is "Operation.Member.Member", without numbers and keys."""
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            yield where, f"{value!r} is no structure"
            return
        for name in shape.required_members:
            if name not in value:
                yield f"{where}.{name}", "is missing"
        for name, member in value.items():
            if name in shape.members:
                yield from problems(shape.members[name], member,
                                    f"{where}.{name}")
            else:
                yield f"{where}.{name}", "is unknown"
    elif shape.type_name == "list":
        if not isinstance(value, list):
            yield where, f"{value!r} is no list"
            return
        yield from _size(shape, value, where)
        for item in value:
            yield from problems(shape.member, item, where)
    elif shape.type_name == "map":
        if not isinstance(value, dict):
            yield where, f"{value!r} is no map"
            return
        yield from _size(shape, value, where)
        for key, item in value.items():
            yield from problems(shape.key, key, f"{where}.key")
            yield from problems(shape.value, item, f"{where}.value")
    else:
        wrong = SCALARS[shape.type_name](shape, value)
        if wrong:
            yield where, wrong


def _word(shape, length=None):
    """A string of the shape, `length` long if it can be, or None."""
    match = pattern(shape)
    most = shape.metadata.get("max")
    for word in WORDS:
        if length is not None:
            word = (word + "a" * length)[:length]
        elif most:
            word = word[:most]
        if not match or match.fullmatch(word):
            return word
    return None


def example(shape, full, depth=0):
    """A value that fits: with all members or only those that are required."""
    kind = shape.type_name
    if kind == "structure":
        return {name: example(member, full, depth + 1)
                for name, member in shape.members.items()
                if name in shape.required_members or full and depth < 3}
    if kind == "list":
        return [example(shape.member, full, depth + 1)
                ] * max(1, shape.metadata.get("min", 0))
    if kind == "map":
        return {example(shape.key, full): example(shape.value, full, depth + 1)}
    if kind == "string":
        return shape.enum[0] if shape.enum else _word(shape)
    if kind in ("integer", "long"):
        return max(1, shape.metadata.get("min", 0))
    return {"boolean": True, "timestamp": 1700000000}.get(kind, 0.5)


def _edges_of_string(shape):
    least, most = (shape.metadata.get(word) for word in ("min", "max"))
    if shape.enum:
        for word in shape.enum:
            yield True, word
        yield False, "NoSuchWord"
        return
    # The least length of a name is that of an ARN's text, too: try both.
    for length in sorted({least or 0, most or 0}):
        word = _word(shape, length) if length or not least else None
        if word is not None:
            yield True, word
    if most:
        yield False, (_word(shape, most + 1) or "a" * (most + 1))
    if least:
        yield False, "a" * (least - 1)
    match = pattern(shape)
    # What ".*" means for line breaks, no source says.
    if match and not match.fullmatch("\t\n\t") and match.pattern != ".*":
        yield False, "\t\n\t"[:most or 3]


def _edges_of_size(shape, make):
    least, most = (shape.metadata.get(word) for word in ("min", "max"))
    for size, fits in ((least or 0, True), (most, True),
                       (most + 1 if most else None, False),
                       (least - 1 if least else None, False)):
        if size is not None:
            yield fits, make(size)


def _map_of(shape, size):
    most = shape.key.metadata.get("max", 20)
    return {f"k{i}"[:most]: example(shape.value, True) for i in range(size)}


def edges(shape, value, where):
    """Triples (where, fits, variant): `value`, which fits, with one part at
    its limit or just beyond it."""
    kind = shape.type_name
    if kind == "structure":
        for name, part in value.items():
            for at, fits, edge in edges(shape.members[name], part,
                                        f"{where}.{name}"):
                yield at, fits, {**value, name: edge}
    elif kind == "list":
        for fits, edge in _edges_of_size(shape, lambda n: value[:1] * n):
            yield where, fits, edge
        for at, fits, edge in edges(shape.member, value[0], where):
            yield at, fits, [edge]
    elif kind == "map":
        for fits, edge in _edges_of_size(shape, lambda n: _map_of(shape, n)):
            yield where, fits, edge
        for fits, edge in _edges_of_string(shape.key):
            yield f"{where}.key", fits, {edge: next(iter(value.values()))}
        for at, fits, edge in edges(shape.value, next(iter(value.values())),
                                    f"{where}.value"):
            yield at, fits, {next(iter(value)): edge}
    elif kind == "string":
        for fits, edge in _edges_of_string(shape):
            yield where, fits, edge
    elif kind in ("integer", "long"):
        for word, step in (("min", -1), ("max", 1)):
            if word in shape.metadata:
                yield where, True, shape.metadata[word]
                yield where, False, shape.metadata[word] + step
    # What no member of its kind may be.
    yield where, False, 7 if kind != "double" and kind not in (
        "integer", "long", "timestamp", "float") else "seven"
