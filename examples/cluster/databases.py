"""A PostgreSQL primary with a standby that confirms every commit."""

import glob
import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path

from processes import Program, free_port, wait_until

STANDBY = "standby"


class Pair:
    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(mode=0o700)
        self.bin = program_folder()
        self.as_user = {}
        if os.getuid() == 0:
            # PostgreSQL does not run as root.
            known = {user.pw_name: user for user in pwd.getpwall()}
            user = known.get("postgres") or known["nobody"]
            os.chown(folder, user.pw_uid, user.pw_gid)
            self.as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.password = secrets.token_hex(16)
        self.ports = [free_port(), free_port()]
        self.primary = self._server("primary", self.ports[0], f"synchronous_standby_names={STANDBY}")
        self.standby = self._server("standby", self.ports[1])

    @property
    def url(self) -> str:
        """Both hosts: whoever connects takes the one that takes writes."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        user = f"nightbell:{self.password}"
        return f"postgres://{user}@{hosts}/postgres?target_session_attrs=read-write"

    def version(self) -> str:
        return self._run("postgres", "--version").removeprefix("postgres (PostgreSQL) ")

    def start(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        if self.as_user:
            os.chown(password_file, self.as_user["user"], self.as_user["group"])
        self._run(
            "initdb", f"--pgdata={self.folder / 'primary'}", "--username=nightbell",
            f"--pwfile={password_file}", "--auth-local=trust", "--auth-host=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8",
        )
        self.primary.start()
        wait_until(lambda: self._is_ready(0), "the primary to be ready")
        source = f"host={self.folder} port={self.ports[0]} user=nightbell application_name={STANDBY}"
        self._run(
            "pg_basebackup", f"--dbname={source}", f"--pgdata={self.folder / 'standby'}",
            "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast",
        )
        self.standby.start()
        state = "SELECT sync_state FROM pg_stat_replication"
        wait_until(lambda: self._ask(0, state) == "sync", "the standby to follow")

    def promote(self) -> None:
        self._ask(1, "SELECT pg_promote()")

    def stop(self) -> None:
        for server in (self.primary, self.standby):
            server.kill()

    def _server(self, name: str, port: int, *settings: str) -> Program:
        settings = (
            "listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={self.folder}",
            "max_connections=100", "shared_buffers=64MB", *settings,
        )
        options = [part for setting in settings for part in ("-c", setting)]
        command = [self.bin / "postgres", "-D", self.folder / name, *options]
        log = self.folder / f"{name}.log"
        return Program(command, log, cwd=self.folder, **self.as_user)

    def _is_ready(self, server: int) -> bool:
        where = [f"--host={self.folder}", f"--port={self.ports[server]}", "--quiet"]
        return subprocess.run([self.bin / "pg_isready", *where], check=False).returncode == 0

    def _ask(self, server: int, question: str) -> str:
        where = [f"--host={self.folder}", f"--port={self.ports[server]}", "--username=nightbell"]
        return self._run("psql", *where, "-At", "--command", question, "postgres").strip()

    def _run(self, program: str, *arguments: str) -> str:
        # Clients may be anybody, and what runs as another user is forked, which gRPC's threads
        # do not survive.
        as_user = {} if program in ("psql", "postgres") else self.as_user
        done = subprocess.run(
            [self.bin / program, *arguments], cwd=self.folder, capture_output=True, text=True,
            check=False, timeout=120, **as_user,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} ended with {done.returncode}: {done.stderr}")
        return done.stdout


def program_folder() -> Path:
    """Where the newest PostgreSQL of Debian's packages is, or whichever is on the path."""
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    folders.sort(key=lambda folder: float(Path(folder).parent.name))
    found = folders[-1] if folders else shutil.which("initdb") and Path(shutil.which("initdb")).parent
    if not found:
        raise RuntimeError("PostgreSQL's initdb is missing: install the package postgresql")
    return Path(found)
