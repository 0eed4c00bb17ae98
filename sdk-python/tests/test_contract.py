"""The dataclasses, the methods and the table of calls say what the contract says."""

from __future__ import annotations

import dataclasses
import inspect
import re
import subprocess
import sys
import typing
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.descriptor import FieldDescriptor

from nightbell import AsyncClient, Client, _calls, types
from nightbell._grpc._convert import _is_repeated

from .contract import ENUMS, FILES, MESSAGES, http_rule
from .support.places import SDK

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor

NAMES = {"Warning": "ReportWarning"}
SCALARS = {
    FieldDescriptor.TYPE_STRING: str,
    FieldDescriptor.TYPE_BOOL: bool,
    FieldDescriptor.TYPE_INT32: int,
    FieldDescriptor.TYPE_INT64: int,
    FieldDescriptor.TYPE_UINT32: int,
    FieldDescriptor.TYPE_UINT64: int,
}
WELL_KNOWN = {
    "google.protobuf.Timestamp": datetime,
    "google.protobuf.Duration": timedelta,
    "google.protobuf.Struct": dict[str, Any],
    "google.protobuf.FieldMask": list[str],
}
STREAMED = ("StreamHeartbeats", "WatchSchedulers")
WRITTEN = [
    name
    for name in MESSAGES
    if not name.endswith("Request") or name in ("UpdateStatusRequest", "SendHeartbeatRequest")
]


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def has_presence(field: FieldDescriptor) -> bool:
    return field.message_type is not None or field.containing_oneof is not None


def expected_type(field: FieldDescriptor) -> Any:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return dict[str, str]
    kind: Any
    if field.enum_type is not None:
        kind = getattr(types, field.enum_type.name)
    elif field.message_type is None:
        kind = SCALARS[field.type]
    elif field.message_type.full_name in WELL_KNOWN:
        kind = WELL_KNOWN[field.message_type.full_name]
    else:
        kind = getattr(types, NAMES.get(field.message_type.name, field.message_type.name))
    if _is_repeated(field):
        return list[kind]
    return kind | None if has_presence(field) else kind


@pytest.mark.parametrize("name", WRITTEN)
def test_a_dataclass_has_the_fields_of_its_message(name: str) -> None:
    kind = getattr(types, NAMES.get(name, name))
    hints = typing.get_type_hints(kind)
    expected = {it.name: expected_type(it) for it in MESSAGES[name].fields}
    assert {it.name: hints[it.name] for it in dataclasses.fields(kind)} == expected
    assert kind() is not None, "every field may be absent"


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_the_words_of_the_contract(name: str) -> None:
    kind: type[Enum] = getattr(types, name)
    prefix = snake(name).upper() + "_"
    words = [it.name.removeprefix(prefix).lower() for it in ENUMS[name].values]
    assert [it.name.lower() for it in kind] == words
    assert [it.value for it in kind] == ["" if it == "unspecified" else it for it in words]


def test_no_message_or_enum_is_left_out_or_made_up() -> None:
    expected = {NAMES.get(it, it) for it in (*WRITTEN, *ENUMS)}
    # Frames of the stream are written by the methods of HeartbeatStream.
    assert set(types.__all__) == expected


def test_every_call_has_its_route() -> None:
    expected = []
    for file in FILES:
        for service in file.services_by_name.values():
            for method in service.methods:
                rule = http_rule(method.GetOptions().SerializeToString())
                verb = rule.WhichOneof("pattern") if rule is not None else None
                path = getattr(rule, verb) if verb else ""
                body = rule.body if rule is not None else ""
                expected.append((service.name, method.name, (verb or "").upper(), path, body))
    assert sorted(tuple(it)[:5] for it in _calls.ALL) == sorted(expected)


def request_of(call: _calls.Call) -> Descriptor:
    return MESSAGES[f"{call.name}Request"]


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("call", _calls.ALL, ids=lambda it: it.name)
def test_every_call_has_a_method_with_its_fields(client: type, call: _calls.Call) -> None:
    if call.name == "StreamHeartbeats":
        assert hasattr(Client, "stream_heartbeats")
        return
    parameters = inspect.signature(getattr(client, snake(call.name))).parameters
    named = {it for it in parameters if it not in ("self", "timeout")}
    assert named == {it.name for it in request_of(call).fields}
    in_path = re.findall(r"\{(\w+)\}", call.path)
    positional = [it.name for it in parameters.values() if it.kind is it.POSITIONAL_OR_KEYWORD]
    assert positional[1 : 1 + len(in_path)] == in_path


def test_both_clients_have_the_same_methods() -> None:
    def methods(kind: type) -> set[str]:
        return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_"}

    assert methods(Client) - methods(AsyncClient) == {"stream_heartbeats"}
    assert methods(AsyncClient) <= methods(Client)


def test_what_is_made_from_the_contract_is_fresh() -> None:
    tool = subprocess.run(
        [sys.executable, SDK / "tools/generate", "--check"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert tool.returncode == 0, tool.stdout + tool.stderr
