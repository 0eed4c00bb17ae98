"""Writes the messages as dataclasses: ``src/nightbell/types``."""

from __future__ import annotations

import re
import textwrap

from .contract import Contract, Enum, Field, File, Message

SCALARS = {
    "string": "str",
    "bool": "bool",
    "int32": "int",
    "int64": "int",
    "uint32": "int",
    "uint64": "int",
}
DEFAULTS = {"str": '""', "bool": "False", "int": "0"}
WELL_KNOWN = {
    "google.protobuf.Timestamp": "datetime",
    "google.protobuf.Duration": "timedelta",
    "google.protobuf.Struct": "dict[str, Any]",
    "google.protobuf.FieldMask": "list[str]",
}
# A name that Python has already.
NAMES = {"Warning": "ReportWarning"}

# Requests that stand inside other messages. The rest are arguments of methods.
NESTED_REQUESTS = ("UpdateStatusRequest", "SendHeartbeatRequest")


def python_name(name: str) -> str:
    return NAMES.get(name, name)


def is_written(message: Message) -> bool:
    return not message.name.endswith("Request") or message.name in NESTED_REQUESTS


def modules(contract: Contract) -> dict[str, str]:
    """Return the text of each module, by path below ``src/nightbell``."""
    texts = {f"types/_{file.name}.py": _module(contract, file) for file in contract.files}
    texts["types/__init__.py"] = _entry(contract)
    return texts


def _entry(contract: Contract) -> str:
    lines = [
        '"""The messages that :class:`nightbell.Client` takes and gives.',
        "",
        "Made from ``proto/nightbell/v1`` by ``make generate``; not to be edited.",
        '"""',
        "",
    ]
    names = []
    for file in contract.files:
        own = [python_name(it.name) for it in (*file.enums, *file.messages) if _is_public(it)]
        lines += [f"from nightbell.types._{file.name} import {name}" for name in own]
        names += own
    lines += ["", "__all__ = ["] + [f'    "{name}",' for name in sorted(names)] + ["]"]
    return "\n".join(lines) + "\n"


def _is_public(it: Message | Enum) -> bool:
    return isinstance(it, Enum) or is_written(it)


def _module(contract: Contract, file: File) -> str:
    body = [_enum(it) for it in file.enums]
    written = [it for it in file.messages if is_written(it)]
    body += [_message(contract, it) for it in written]
    text = "\n\n\n".join(body)
    used = {it.type for message in written for it in message.fields}
    foreign = sorted(
        (contract.home[name], python_name(name))
        for name in used
        if name in contract.home and contract.home[name] != file.name
    )
    times = [it for it in ("datetime", "timedelta") if re.search(rf": .*\b{it}\b", text)]
    imports = []
    imports.append("from dataclasses import dataclass" + (", field" if "= field(" in text else ""))
    if times:
        imports.append(f"from datetime import {', '.join(times)}")
    if file.enums:
        imports.append("from enum import Enum")
    if "Any]" in text:
        imports.append("from typing import Any")
    if foreign:
        imports.append("")
        homes = sorted({home for home, _ in foreign})
        imports += [
            f"from nightbell.types._{home} import "
            + ", ".join(sorted(name for where, name in foreign if where == home))
            for home in homes
        ]
    head = f'"""Made from ``{file.name}.proto`` by ``make generate``; not to be edited."""'
    return "\n".join([head, "", "from __future__ import annotations", "", *imports]) + (
        f"\n\n\n{text}\n"
    )


def _enum(enum: Enum) -> str:
    lines = [f"class {enum.name}(str, Enum):", docstring(enum.doc, 4), ""]
    for value, doc in enum.values:
        word = enum.word(value)
        lines += [f'    {word.upper() or "UNSPECIFIED"} = "{word}"', docstring(doc, 4)]
    return "\n".join(lines)


def _message(contract: Contract, message: Message) -> str:
    lines = [
        "@dataclass(frozen=True)",
        f"class {python_name(message.name)}:",
        docstring(message.doc, 4),
        "",
    ]
    for it in message.fields:
        kind, default = annotation(contract, it)
        lines += [f"    {it.name}: {kind} = {default}", docstring(it.doc, 4)]
    return "\n".join(lines).rstrip()


def annotation(contract: Contract, it: Field) -> tuple[str, str]:
    """Return the type of a field and what it is when absent."""
    if it.type.startswith("map<"):
        return "dict[str, str]", "field(default_factory=dict[str, str])"
    kind = SCALARS.get(it.type) or WELL_KNOWN.get(it.type) or python_name(it.type)
    if it.label == "repeated":
        # The type may stand further down, and is read when the class is made.
        item = kind if it.type in SCALARS else f'"{kind}"'
        return f"list[{kind}]", f"field(default_factory=list[{item}])"
    if it.label in ("optional", "oneof") or it.type in WELL_KNOWN or it.type in contract.messages:
        return f"{kind} | None", "None"
    if it.type in contract.enums:
        return kind, f"{kind}.UNSPECIFIED"
    return kind, DEFAULTS[kind]


def docstring(doc: str, indent: int) -> str:
    """Return a docstring, its summary alone on the first line."""
    pad = " " * indent
    paragraphs = [" ".join(it.split()) for it in doc.replace("`", "").split("\n\n")]
    summary, _, rest = paragraphs[0].partition(". ")
    if rest:
        paragraphs[0:1] = [summary + ".", rest]
    width = 88 - indent
    first = textwrap.wrap(paragraphs[0], width - 8)
    if len(paragraphs) == 1 and len(first) == 1:
        return f'{pad}"""{first[0]}"""'
    rest_lines = [textwrap.wrap(it, width) for it in paragraphs[1:]]
    lines = [f'{pad}"""{first[0]}', *(pad + it for it in first[1:])]
    for wrapped in rest_lines:
        lines += ["", *(pad + it for it in wrapped)]
    return "\n".join([*lines, f'{pad}"""'])
