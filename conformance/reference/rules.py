"""The rules that proto/vectors holds, as short as they can be written."""

import hashlib
import json
import math

INTEGER_MAX = 2**53 - 1
SECRETS = "password passwd secret token apikey api_key api-key authorization credential private_key privatekey".split()


def address(written: str) -> str | None:
    return written.strip().rstrip("/").removesuffix("/api/v1").rstrip("/") or None


def folder(url: str) -> str:
    return hashlib.sha256(address(url).encode()).hexdigest()[:16]


def verdict(status: int) -> str:
    if status in (408, 425, 429, 499) or status >= 500:
        return "retry"
    return {401: "hold", 403: "hold", 404: "register", 409: "done"}.get(status, "drop")


def verdict_of_answer(status: int, body: str) -> str:
    """As over REST, where something in between may have answered."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if 200 <= status < 300:
        return "done" if isinstance(answer, dict) else "retry"
    error = answer.get("error") if isinstance(answer, dict) else None
    is_ours = isinstance(error, dict) and isinstance(error.get("code"), int)
    then = verdict(status)
    return then if is_ours or then == "hold" or status == 413 else "retry"


def backoff(tries: int, chance: float) -> float:
    return 0.2 + chance * (min(5.0, 0.2 * 2.0 ** min(tries, 10)) - 0.2)


def probe(failures: int, chance: float) -> float:
    return min(60.0, 5.0 * 2.0 ** min(failures, 10)) * (0.5 + chance / 2)


def retry_after(said: float | None) -> float:
    return 1.0 if said is None else min(said, 60.0)


def normalise(value: dict) -> dict:
    kept, size = {}, 2
    for name, item in _value(value, 1).items():
        size += len(json.dumps({name: item}, ensure_ascii=False).encode())
        if size > 32 * 1024:
            break
        kept[name] = item
    return kept


def _value(value, depth: int):
    if isinstance(value, (dict, list, set)) and depth > 8:
        return "..."
    if isinstance(value, dict):
        return {
            name: "***" if any(it in name.lower() for it in SECRETS) else _value(item, depth + 1)
            for name, item in list(value.items())[:64]
        }
    if isinstance(value, set):
        return sorted(_value(it, depth + 1) for it in value)
    if isinstance(value, list):
        return [_value(it, depth + 1) for it in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= INTEGER_MAX else str(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if hasattr(value, "astimezone"):
        import datetime

        return value.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    return str(value)
