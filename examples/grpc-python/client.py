"""A job that reports over gRPC, without generated code: the server describes itself.

    NIGHTBELL_URL=http://127.0.0.1:8080 NIGHTBELL_API_KEY=... python client.py
"""

import json
import os
import queue
import time
from datetime import datetime, timezone
from typing import Any, Iterable, Iterator
from urllib.parse import urlsplit

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

SCHEDULER = "grpc-python-import"
HEARTBEATS = 3

Json = dict[str, Any]


class CallDetails(grpc.ClientCallDetails):
    """The details of a call, with one more entry in its metadata."""

    def __init__(self, details: grpc.ClientCallDetails, entry: tuple[str, str]):
        self.method = details.method
        self.timeout = details.timeout
        self.metadata = [*(details.metadata or ()), entry]
        self.credentials = details.credentials
        self.wait_for_ready = details.wait_for_ready
        self.compression = details.compression


class WithKey(grpc.UnaryUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Sends the API key along with every call, those of reflection included."""

    def __init__(self, api_key: str):
        self.entry = ("x-api-key", api_key)

    def intercept_unary_unary(self, continuation, details, request):
        return continuation(CallDetails(details, self.entry), request)

    def intercept_stream_stream(self, continuation, details, requests):
        return continuation(CallDetails(details, self.entry), requests)


class Nightbell:
    """The calls of the contract by name, such as "RunService/ListRuns", with messages as JSON."""

    def __init__(self, url: str, api_key: str):
        address = urlsplit(url)
        if address.scheme == "https":
            channel = grpc.secure_channel(address.netloc, grpc.ssl_channel_credentials())
        else:
            channel = grpc.insecure_channel(address.netloc)
        self.channel = grpc.intercept_channel(channel, WithKey(api_key))
        self.pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))

    def call(self, name: str, request: Json) -> Json:
        path, request_type, response_type = self._method(name)
        send = self.channel.unary_unary(
            path, request_type.SerializeToString, response_type.FromString
        )
        return to_json(send(json_format.ParseDict(request, request_type()), timeout=10))

    def stream(self, name: str, requests: Iterable[Json]) -> Iterator[Json]:
        path, request_type, response_type = self._method(name)
        send = self.channel.stream_stream(
            path, request_type.SerializeToString, response_type.FromString
        )
        messages = (json_format.ParseDict(request, request_type()) for request in requests)
        return map(to_json, send(messages, timeout=60))

    def _method(self, name: str):
        service, method = name.split("/")
        found = self.pool.FindServiceByName(f"nightbell.v1.{service}").FindMethodByName(method)
        return (
            f"/nightbell.v1.{name}",
            message_factory.GetMessageClass(found.input_type),
            message_factory.GetMessageClass(found.output_type),
        )


def to_json(message) -> Json:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def stream_heartbeats(nightbell: Nightbell) -> None:
    """Sends heartbeats over one stream, each when the frame before it is stored."""
    job = {"scheduler_id": SCHEDULER}
    frames = [{"hello": job}, *[{"heartbeat": job}] * HEARTBEATS, {"goodbye": job}]
    outgoing: queue.SimpleQueue = queue.SimpleQueue()
    answers = nightbell.stream("ReportService/StreamHeartbeats", iter(outgoing.get, None))

    for sequence, frame in enumerate(frames, start=1):
        outgoing.put({"frame_sequence": sequence, **frame})
        wait_until_stored(answers, sequence)
        print(f"frame {sequence} of {len(frames)} is stored")
    outgoing.put(None)


def wait_until_stored(answers: Iterator[Json], sequence: int) -> None:
    for answer in answers:
        for refusal in answer.get("refusals", []):
            raise RuntimeError(f"refused: {refusal}")
        # JSON writes 64-bit numbers as text.
        if int(answer.get("stored_sequence", 0)) >= sequence:
            return
    raise RuntimeError("the server ended the stream")


def report(nightbell: Nightbell, status: str, **more: Any) -> None:
    now = datetime.now(timezone.utc).isoformat()
    request = {"scheduler_id": SCHEDULER, "status": status, "timestamp": now, **more}
    nightbell.call("ReportService/UpdateStatus", request)


def main() -> None:
    nightbell = Nightbell(
        os.environ.get("NIGHTBELL_URL", "http://127.0.0.1:8080"), os.environ["NIGHTBELL_API_KEY"]
    )
    nightbell.call(
        "SchedulerService/RegisterScheduler",
        {"scheduler_id": SCHEDULER, "service_name": "Warehouse", "job_name": "Import"},
    )

    started = time.monotonic()
    report(nightbell, "RUN_STATUS_RUNNING")
    nightbell.call("ReportService/SendHeartbeat", {"scheduler_id": SCHEDULER})
    stream_heartbeats(nightbell)
    took_ms = int((time.monotonic() - started) * 1000)
    metadata = {"rows_imported": 1000, "environment": "staging"}
    report(nightbell, "RUN_STATUS_COMPLETED", execution_time_ms=took_ms, metadata=metadata)

    known = nightbell.call("RunService/ListRuns", {"scheduler_id": SCHEDULER})
    print(json.dumps(known, indent=2))


if __name__ == "__main__":
    main()
