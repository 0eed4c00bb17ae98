"""Generated messages to the JSON of the guide, and back.

Not ``google.protobuf.json_format``: that writes ``schedulerId`` and
``RUN_STATUS_RUNNING``, and refuses what the guide allows.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

from nightbell._codec import parse_duration, parse_time

if TYPE_CHECKING:
    from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
    from google.protobuf.message import Message

Json = Any
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
WELL_KNOWN = "google.protobuf."


def fill(message: Message, value: dict[str, Json]) -> None:
    """Set the fields of a message from JSON. Unknown names are passed over."""
    fields = cast("list[FieldDescriptor]", message.DESCRIPTOR.fields)
    for field in fields:
        it = value.get(field.name)
        if it is None:
            continue
        if _is_map(field):
            getattr(message, field.name).update(it)
        elif _is_repeated(field):
            target = getattr(message, field.name)
            if field.message_type is not None:
                for item in it:
                    _set_message(target.add(), item)
            else:
                target.extend(_scalar(field, item) for item in it)
        elif field.message_type is not None:
            part = getattr(message, field.name)
            part.SetInParent()
            _set_message(part, it)
        else:
            setattr(message, field.name, _scalar(field, it))


def _set_message(message: Message, value: Json) -> None:
    name = message.DESCRIPTOR.full_name
    target = cast("Any", message)
    if name == WELL_KNOWN + "Timestamp":
        since = parse_time(value) - EPOCH
        target.seconds, rest = divmod(since // timedelta(microseconds=1), 1_000_000)
        target.nanos = rest * 1000
    elif name == WELL_KNOWN + "Duration":
        target.FromTimedelta(parse_duration(value))
    elif name == WELL_KNOWN + "Struct":
        target.update(value)
    elif name == WELL_KNOWN + "FieldMask":
        target.paths.extend(value)
    else:
        fill(message, value)


def _scalar(field: FieldDescriptor, value: Json) -> Json:
    if field.enum_type is not None:
        return _number(field.enum_type, value)
    return value


def _number(enum: EnumDescriptor, word: str) -> int:
    found = enum.values_by_name.get(_prefix(enum) + word.upper())
    # The server refuses a number that it does not know as it refuses the word.
    return found.number if found else -1


def _prefix(enum: EnumDescriptor) -> str:
    return enum.values[0].name.removesuffix("UNSPECIFIED")


def to_json(message: Message) -> dict[str, Json]:
    """Return the fields of a message that are set as JSON."""
    value: dict[str, Json] = {}
    for field, it in message.ListFields():
        if _is_map(field):
            value[field.name] = dict(it)
        elif _is_repeated(field):
            value[field.name] = [_value(field, item) for item in it]
        else:
            value[field.name] = _value(field, it)
    return value


def _value(field: FieldDescriptor, it: Any) -> Json:  # noqa: ANN401 - whatever the field holds
    if field.enum_type is not None:
        found = field.enum_type.values_by_number.get(it)
        return found.name.removeprefix(_prefix(field.enum_type)).lower() if found else None
    if field.message_type is None:
        return it
    name = field.message_type.full_name
    if name == WELL_KNOWN + "Timestamp":
        at = EPOCH + timedelta(seconds=it.seconds, microseconds=it.nanos // 1000)
        return at.isoformat().replace("+00:00", "Z")
    if name == WELL_KNOWN + "Duration":
        return f"{it.seconds + it.nanos / 1e9:.9f}".rstrip("0").rstrip(".") + "s"
    if name == WELL_KNOWN + "Struct":
        return {key: _plain(item) for key, item in it.fields.items()}
    if name == WELL_KNOWN + "FieldMask":
        return ",".join(it.paths)
    return to_json(it)


def _plain(value: Any) -> Json:  # noqa: ANN401 - a google.protobuf.Value
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {key: _plain(item) for key, item in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind in (None, "null_value"):
        return None
    it = getattr(value, kind)
    # Struct knows one kind of number. REST shows a whole one without a point.
    return int(it) if isinstance(it, float) and it.is_integer() and abs(it) < 2**53 else it


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _is_repeated(field: Any) -> bool:  # noqa: ANN401 - its type lags behind
    # protobuf 7 knows only the one, protobuf 5 only the other: 3 is LABEL_REPEATED.
    return bool(field.is_repeated if hasattr(field, "is_repeated") else field.label == 3)
