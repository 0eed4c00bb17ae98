"""Status reports, many in one call."""

from __future__ import annotations

from nightbell import _calls, _retry
from nightbell._times import now_text
from nightbell.errors import NightbellError, api_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nightbell._link import Link
    from nightbell._report import Report

# Canonical codes, as in google.rpc.Code, over HTTP.
_HTTP = {
    1: 499,
    2: 500,
    3: 400,
    4: 504,
    5: 404,
    6: 409,
    7: 403,
    8: 429,
    9: 400,
    10: 409,
    11: 400,
    12: 501,
    13: 500,
    14: 503,
    15: 500,
    16: 401,
}


def send_batch(link: Link, reports: list[Report]) -> list[NightbellError | None]:
    """Send status reports and return what became of each: None, or why it was refused.

    A batch that is refused as a whole for good, such as one too large for a proxy, is
    sent again in halves: a single report decides for itself alone.
    """
    try:
        return _send(link, reports)
    except NightbellError as error:
        if _retry.verdict(error) != _retry.DROP:
            raise
        if len(reports) == 1:
            return [error]
    middle = len(reports) // 2
    results = send_batch(link, reports[:middle])
    try:
        return results + send_batch(link, reports[middle:])
    except NightbellError as error:
        return results + [error] * (len(reports) - middle)


def _send(link: Link, reports: list[Report]) -> list[NightbellError | None]:
    sent_at = now_text()
    items = [{"status": {**it.body, "sent_at": sent_at}} for it in reports]
    answer = link.call(_calls.BATCH_REPORT, {"items": items})
    # An item without a result is taken as not stored, and sent again.
    results: list[NightbellError | None] = [api_error(503, "no result") for _ in reports]
    for it in answer.get("results") or []:
        index, code = it.get("index") or 0, it.get("code") or 0
        if not 0 <= index < len(results):
            continue
        status = _HTTP.get(code, 500)
        message, reason = it.get("message") or "", it.get("reason") or ""
        results[index] = None if code == 0 else api_error(status, message, reason=reason)
    return results
