"""Vault's protobuf messages, as Google's library reads them."""

from __future__ import annotations

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2
from google.protobuf.json_format import MessageToDict

FIELDS = {
    "EventPluginInfo": ["mount_class", "mount_accessor", "mount_path", "plugin", "plugin_version", "version"],
    "EventData": ["id", "metadata:.google.protobuf.Struct", "*entity_ids", "note"],
    "EventReceived": ["event:.logical.EventData", "namespace", "event_type", "plugin_info:.logical.EventPluginInfo"],
}
"""The messages of Vault's SDK, by the order of their fields."""


def decoded(message: bytes) -> dict[str, object]:
    """An `EventReceived`, as Google's library reads it."""
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="logical", syntax="proto3")
    file.dependency.append("google/protobuf/struct.proto")
    for name, fields in FIELDS.items():
        described = file.message_type.add(name=name)
        for number, field in enumerate(fields, 1):
            label, _, type_ = field.partition(":")
            added = described.field.add(name=label.lstrip("*"), number=number, type=11 if type_ else 9)
            added.label = 3 if label.startswith("*") else 1
            if type_:
                added.type_name = type_
    pool = descriptor_pool.DescriptorPool()
    structs = descriptor_pb2.FileDescriptorProto()
    struct_pb2.DESCRIPTOR.CopyToProto(structs)
    pool.Add(structs)
    pool.Add(file)
    received = message_factory.GetMessageClass(pool.FindMessageTypeByName("logical.EventReceived"))
    found: dict[str, object] = MessageToDict(received.FromString(message), preserving_proto_field_name=True)
    return found
