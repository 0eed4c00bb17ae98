"""Writes the table of calls, and a method for each of them."""

from __future__ import annotations

import re

from .contract import Contract, Field, Method
from .messages import SCALARS, docstring, python_name

# A second request makes a second thing.
NOT_REPEATABLE = ("CreateChannel", "CreateKey", "TestChannel")

ARGUMENTS = {
    "google.protobuf.Timestamp": "datetime | str",
    "google.protobuf.Duration": "timedelta | float | str",
    "google.protobuf.Struct": "Mapping[str, object]",
    "google.protobuf.FieldMask": "Sequence[str]",
}


def table(contract: Contract) -> str:
    """Return the text of ``_calls.py``."""
    lines = [
        '"""Every call of the contract, and its REST route.',
        "",
        "Made from ``proto/nightbell/v1`` by ``make generate``; not to be edited.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import NamedTuple",
        "",
        "",
        "class Call(NamedTuple):",
        '    """One call of the contract."""',
        "",
        "    service: str",
        "    name: str",
        "    verb: str",
        '    """Empty: the call exists over gRPC only."""',
        "    path: str",
        "    body: str",
        '    """``*``: the fields not in the path; a name: that field; empty: the query."""',
        "    is_repeatable: bool",
        '    """Whether sending it again does no harm when the fate of the first is unknown."""',
        "",
        "",
    ]
    for it in contract.methods:
        values = ", ".join(f'"{text}"' for text in (it.service, it.name, it.verb, it.path, it.body))
        is_repeatable = it.name not in NOT_REPEATABLE
        lines.append(f"{_constant(it)} = Call({values}, {is_repeatable})")
    names = ", ".join(_constant(it) for it in contract.methods)
    lines += ["", f"ALL = ({names})"]
    return "\n".join(lines) + "\n"


def methods(contract: Contract, *, is_async: bool) -> str:
    """Return the text of the module with a method for each call of one answer."""
    kind = "AsyncCalls" if is_async else "Calls"
    what = "coroutine" if is_async else "method"
    unary = [it for it in contract.methods if not (it.takes_stream or it.gives_stream)]
    body = "\n\n".join(_method(contract, it, is_async=is_async) for it in unary)
    head = f'''"""A {what} for each call.

Made from ``proto/nightbell/v1`` by ``make generate``; not to be edited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from nightbell import _calls, types
from nightbell._normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

T = TypeVar("T")


class {kind}:
    """A {what} for each call that has one answer.

    Every one takes ``timeout`` in seconds and raises
    :class:`~nightbell.errors.NightbellError`.
    """

    {"async " if is_async else ""}def _call(
        self,
        call: _calls.Call,
        kind: type[T],
        body: Mapping[str, object],
        timeout: float | None,
    ) -> T:
        raise NotImplementedError

'''
    return head + body + "\n"


def _method(contract: Contract, method: Method, *, is_async: bool) -> str:
    fields = contract.messages[method.request].fields
    in_path = re.findall(r"\{(\w+)\}", method.path)
    positional = [it for it in fields if it.name in in_path or (it is fields[0] and _is_id(it))]
    named = [it for it in fields if it not in positional]
    # What has no default stands first.
    named.sort(key=lambda it: not _has_no_default(it))
    lines = [f"    {'async ' if is_async else ''}def {_snake(method.name)}(", "        self,"]
    lines += [f"        {it.name}: {_argument(contract, it)}," for it in positional]
    lines += ["        *,"]
    for it in named:
        kind = _argument(contract, it)
        none = "" if _has_no_default(it) else " | None = None"
        lines.append(f"        {it.name}: {kind}{none},")
    response = f"types.{python_name(method.response)}"
    lines += [
        "        timeout: float | None = None,",
        f"    ) -> {response}:",
        docstring(method.doc, 8),
        f"        return {'await ' if is_async else ''}self._call(",
        f"            _calls.{_constant(method)},",
        f"            {response},",
        "            {",
        *(f'                "{it.name}": {_value(it)},' for it in fields),
        "            },",
        "            timeout,",
        "        )",
    ]
    return "\n".join(lines)


def _has_no_default(it: Field) -> bool:
    # Over REST the mask is made from the fields, and so it is here.
    is_made = it.label == "oneof" or it.type == "google.protobuf.FieldMask"
    return it.is_required and not is_made


def _is_id(it: Field) -> bool:
    return it.name.endswith("_id")


def _argument(contract: Contract, it: Field) -> str:
    if it.type.startswith("map<"):
        return "Mapping[str, str]"
    kind = ARGUMENTS.get(it.type) or SCALARS.get(it.type) or f"types.{python_name(it.type)}"
    if it.type in contract.enums:
        kind += " | str"
    return f"Sequence[{kind}]" if it.label == "repeated" else kind


def _value(it: Field) -> str:
    if it.type == "google.protobuf.Struct":
        return f"None if {it.name} is None else normalise({it.name})"
    return it.name


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def _constant(method: Method) -> str:
    return _snake(method.name).upper()
