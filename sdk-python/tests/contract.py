"""The descriptor set that the Rust side compiled, with its options readable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from .support.places import ROOT

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, EnumDescriptor, FileDescriptor

DESCRIPTORS = (ROOT / "proto/src/generated/descriptor.bin").read_bytes()
PACKAGE = "nightbell.v1"


def _pool() -> tuple[descriptor_pool.DescriptorPool, list[str]]:
    """A pool of its own: the default one holds the generated code of the package."""
    pool = descriptor_pool.DescriptorPool()
    left = list(descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS).file)
    names = [it.name for it in left]
    done: set[str] = set()
    while left:
        ready = [it for it in left if done.issuperset(it.dependency)]
        for it in ready:
            pool.AddSerializedFile(it.SerializeToString())
            done.add(it.name)
            left.remove(it)
    return pool, names


POOL, _NAMES = _pool()
FILES: list[FileDescriptor] = [
    POOL.FindFileByName(it) for it in _NAMES if it.startswith("nightbell/")
]
MESSAGES: dict[str, Descriptor] = {
    name: it for file in FILES for name, it in file.message_types_by_name.items()
}
ENUMS: dict[str, EnumDescriptor] = {
    name: it for file in FILES for name, it in file.enum_types_by_name.items() if name != "Access"
}


def http_rule(options: bytes) -> Any:
    """The google.api.http of a method."""
    kind = POOL.FindMessageTypeByName("google.protobuf.MethodOptions")
    known: Any = message_factory.GetMessageClass(kind).FromString(options)
    extension: Any = POOL.FindExtensionByName("google.api.http")
    message_factory.GetMessageClass(extension.message_type)
    return known.Extensions[extension] if known.HasExtension(extension) else None
