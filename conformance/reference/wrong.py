"""The reference driver with one thing wrong: `wrong.py KIND SCENARIO`."""

import json
import sys
import time

import client
import driver
import rules

KIND = sys.argv.pop(1)
status, send, call, job = client.Client.status, client.Client.send, client.Client.call, driver.job


def without(*names):
    """Leaves fields out of what is sent."""
    return lambda self, method, path, body: call(
        self, method, path, {name: it for name, it in body.items() if name not in names}
    )


def in_batches(self, kind, body):
    if kind != "status":
        return send(self, kind, body)
    return self.call("POST", "/reports:batch", {"items": [{"status": body}]})


def lose_end(self, run, word, message=None):
    if word == "running":
        status(self, run, word, message)


def twice(self, run, word, message=None):
    status(self, run, word, message)
    if word != "running":
        status(self, run, "failed", "again")


def one_more(scenario):
    job({**scenario, "do": []})
    return job(scenario)


def other_error(scenario):
    try:
        return job(scenario)
    except RuntimeError as error:
        raise RuntimeError("monitoring failed") from error


def swallowed(scenario):
    try:
        return job(scenario)
    except RuntimeError:
        return None


def slow_exit(self):
    time.sleep(6)
    close(self)


def with_key(self, kind, body):
    write(self, kind, {**body, "x": driver.CLIENT.key})


def for_all(self, kind, body):
    write(self, kind, body)
    for file in self.folder.iterdir():
        file.chmod(0o644)


def of_its_own(self, kind, body):
    write(self, kind, {**body, "sent_at": client.now()})


def at_replay(self, kind, bodies):
    later = {} if kind == "register" else {"timestamp": client.now()}
    return replay(self, kind, [{**body, **later} for body in bodies])


def beat_often(self):
    while not self.over.wait(0.005):
        for run in list(self.runs.values()):
            self._beat_once(run)


close, write, replay = client.Client.close, client.Spool.write, client.Client._replay_some
WRONGS = {
    "lose_end": (client.Client, "status", lose_end),
    "end_twice": (client.Client, "status", twice),
    "one_run_too_many": (driver, "job", one_more),
    "another_error": (driver, "job", other_error),
    "error_swallowed": (driver, "job", swallowed),
    "result_lost": (driver, "job", lambda scenario: job(scenario) and None),
    "slow_exit": (client.Client, "close", slow_exit),
    "prints_nothing": (json, "dumps", lambda value, of=json.dumps: "" if "result" in value else of(value)),
    "never_over": (driver, "over", lambda: None),
    "no_metadata": (driver, "normalise", lambda value: {}),
    "no_progress": (client.Client, "_sign", lambda self, run: {"scheduler_id": run.job, "run_id": run.id}),
    "no_heartbeats": (client.Client, "_beat", lambda self: None),
    "too_many_heartbeats": (client.Client, "_beat", beat_often),
    "unnamed": (client.Client, "call", without("run_id", "sequence")),
    "no_sent_at": (client.Client, "call", without("sent_at")),
    "no_spool": (client.Spool, "write", lambda self, kind, body: None),
    "no_replay": (client.Client, "_replay", lambda self: None),
    "times_of_replay": (client.Client, "_replay_some", at_replay),
    "in_batches": (client.Client, "send", in_batches),
    "no_retry": (rules, "verdict", lambda code: "drop"),
    "key_in_spool": (client.Spool, "write", with_key),
    "spool_for_all": (client.Spool, "write", for_all),
    "spool_of_its_own": (client.Spool, "write", of_its_own),
    # The reference knows HTTP only, and is told to speak gRPC.
    "other_transport": (client.Client, "transport", "http"),
    "wrong_exit_code": (driver.os, "_exit", lambda code, exit=driver.os._exit: exit(code + 2)),
}

target, name, instead = WRONGS[KIND]
setattr(target, name, instead)
driver.main()
