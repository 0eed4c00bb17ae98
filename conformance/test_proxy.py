"""The proxy does the harm it says, to gRPC as to REST, and nothing else."""

import grpc
import pytest
import requests

from calls import Fault
from faultproxy import FaultProxy

HEARTBEAT = "/nightbell.v1.ReportService/SendHeartbeat"
STATUS = "/nightbell.v1.ReportService/UpdateStatus"


@pytest.fixture
def proxy(server):
    with FaultProxy(server.address) as it:
        yield it


@pytest.fixture
def channel(proxy):
    # Fails at once instead of waiting for better times.
    with grpc.insecure_channel(f"127.0.0.1:{proxy.port}", [("grpc.enable_retries", 0)]) as it:
        yield it


def code(channel, path=STATUS, timeout=10.0):
    """What an empty request, which the server refuses for want of a key, comes to."""
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(path)(b"", timeout=timeout)
    return caught.value


def rest(proxy, name="status", method="PUT", timeout=10):
    url = f"http://127.0.0.1:{proxy.port}/api/v1/schedulers/eod/{name}"
    return requests.request(method, url, json={}, timeout=timeout)


def test_what_is_not_hurt_passes(proxy, channel):
    assert rest(proxy).status_code == 401
    assert code(channel).code() == grpc.StatusCode.UNAUTHENTICATED
    assert code(channel).code() == grpc.StatusCode.UNAUTHENTICATED
    assert proxy.seen.calls == ["UpdateStatus"] * 3
    assert proxy.seen.injected == 0


@pytest.mark.parametrize(("status", "grpc_code"), [(500, "INTERNAL"), (429, "RESOURCE_EXHAUSTED"), (503, "UNAVAILABLE")])
def test_answers_come_in_the_servers_place_as_often_as_asked(proxy, channel, status, grpc_code):
    proxy.set(Fault("status", status=status, retry_after_s=7, left=1))
    answer = rest(proxy)
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert rest(proxy).status_code == 401

    proxy.set(Fault("status", status=status, retry_after_s=7, left=1))
    refused = code(channel)
    assert refused.code() == grpc.StatusCode[grpc_code]
    assert ("retry-after", "7") in [tuple(it) for it in [*refused.trailing_metadata(), *refused.initial_metadata()]]
    # The same connection goes on, its header tables whole on both sides.
    assert code(channel).code() == grpc.StatusCode.UNAUTHENTICATED
    assert proxy.seen.injected == 2


def test_calls_that_are_not_named_are_left_alone(proxy, channel):
    proxy.set(Fault("status", left=9))
    assert rest(proxy, "heartbeat", "POST").status_code == 401
    assert code(channel, HEARTBEAT).code() == grpc.StatusCode.UNAUTHENTICATED
    proxy.set(Fault("status", left=9, calls=("SendHeartbeat",)))
    assert rest(proxy).status_code == 401
    assert rest(proxy, "heartbeat", "POST").status_code == 500


def test_an_answer_can_be_lost_after_the_server_gave_it(proxy, channel):
    proxy.set(Fault("drop_after_commit", left=2))
    with pytest.raises(requests.ConnectionError):
        rest(proxy)
    assert code(channel).code() == grpc.StatusCode.UNAVAILABLE
    assert proxy.seen.injected == 2
    assert rest(proxy).status_code == 401


def test_nobody_listens_until_somebody_does_again(proxy, channel):
    assert rest(proxy).status_code == 401
    proxy.set(Fault("refuse"))
    with pytest.raises(requests.ConnectionError):
        rest(proxy)
    assert code(channel).code() == grpc.StatusCode.UNAVAILABLE
    proxy.set(Fault())
    assert rest(proxy).status_code == 401


def test_a_black_hole_reads_and_says_nothing(proxy, channel):
    proxy.set(Fault("blackhole"))
    with pytest.raises(requests.ReadTimeout):
        rest(proxy, timeout=0.5)
    assert code(channel, timeout=0.5).code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_slow_server_answers_late(proxy):
    proxy.set(Fault("slow", delay_ms=700))
    with pytest.raises(requests.ReadTimeout):
        rest(proxy, timeout=0.3)
    assert rest(proxy).status_code == 401
