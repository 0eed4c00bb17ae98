"""Compare the schedules with two independent libraries.

Writes lines of `expression | zone | after | next`, times in seconds since 1970, on
which cronsim and croniter agree, all away from clock changes. Run by `setup.sh`:

    generate.py COUNT > vectors.txt
"""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import croniter
from cronsim import CronSim

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
         "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Auckland"]
DAY = timedelta(days=1)
FIRST, LAST = datetime(2024, 1, 1), datetime(2039, 1, 1)


def item(least: int, greatest: int) -> str:
    kind = random.randrange(3)
    start = random.randint(least, greatest)
    if kind == 0 or start == greatest:
        return str(start)
    # Croniter reads a range from a number to itself as one around the whole field.
    end = random.randint(start + 1, greatest)
    if kind == 1:
        return f"{start}-{end}"
    return f"{start}-{end}/{random.randint(1, min(7, end - start + 1))}"


def field(least: int, greatest: int) -> str:
    if random.random() < 0.45:
        return "*"
    # Within a list the two differ in whether a star makes both days count.
    if random.random() < 0.25:
        return f"*/{random.randint(2, min(20, greatest - least + 1))}"
    return ",".join(item(least, greatest) for _ in range(random.choice([1, 1, 1, 2, 3])))


def expression() -> str:
    day, weekday = field(1, 31), field(0, 6)
    special = random.random()
    if special < 0.05:
        day, weekday = "L", "*"
    elif special < 0.10:
        day, weekday = "*", f"{random.randint(0, 6)}#{random.randint(1, 5)}"
    elif special < 0.15:
        day, weekday = "*", f"{random.randint(0, 6)}L"
    return f"{field(0, 59)} {field(0, 23)} {day} {field(1, 12)} {weekday}"


def for_croniter(text: str) -> str:
    """The same, with the last weekday written as croniter has it."""
    *rest, weekday = text.split()
    if weekday.endswith("L"):
        weekday = "L" + weekday[:-1]
    return " ".join([*rest, weekday])


def is_quiet(zone: ZoneInfo, start: datetime, end: datetime) -> bool:
    """Whether the clock does not change from a day before until a day after."""
    if end - start > timedelta(days=4000):
        return False
    offset, moment, step = None, start - DAY, timedelta(hours=12)
    if str(zone) in ("UTC", "Asia/Kolkata", "Asia/Kathmandu"):
        return True
    if end - start > timedelta(days=250):
        return False
    while moment <= end + DAY:
        now = moment.replace(tzinfo=zone).utcoffset()
        if offset not in (None, now):
            return False
        offset, moment = now, moment + step
    return True


def instant(zone: ZoneInfo, local: datetime) -> int:
    return int(local.replace(tzinfo=zone).astimezone(timezone.utc).timestamp())


def main() -> None:
    wanted = int(sys.argv[1])
    random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    written = disagreed = refused = 0
    while written < wanted:
        text, name = expression(), random.choice(ZONES)
        zone = ZoneInfo(name)
        after = FIRST + timedelta(seconds=random.randrange(int((LAST - FIRST).total_seconds())))
        try:
            one = next(CronSim(text, after))
            other = croniter(for_croniter(text), after, implement_cron_bug=True)
            two = other.get_next(datetime)
        except Exception:  # It never comes, or a library does not take it.
            refused += 1
            continue
        if one != two:
            disagreed += 1
            print("disagree", text, after, one, two, file=sys.stderr)
            continue
        if is_quiet(zone, after, one):
            print(text, name, instant(zone, after), instant(zone, one), sep=" | ")
            written += 1
    print(f"{written} written, {disagreed} on which the two disagree, {refused} refused",
          file=sys.stderr)


if __name__ == "__main__":
    main()
