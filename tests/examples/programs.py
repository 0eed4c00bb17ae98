"""The guide's programs, with nothing but address and key put in."""

import sys
from pathlib import Path

from guide import LOCAL_ADDRESS, replace
from repository import ROOT, run
from server import Server

EXAMPLES = ROOT / "examples"
TSX = ROOT / "node_modules/.bin/tsx"


def guide_client_ts(server: Server, folder: Path, job: str = "") -> str:
    """Runs the complete TypeScript client; `job` goes where the guide says that logic goes."""
    code = (EXAMPLES / "typescript/guide-client.ts").read_text()
    place = "  // Your actual business logic here\n"
    return typescript(replace(code, place, place + job), server, folder)


def guide_quick_start_ts(server: Server, folder: Path) -> str:
    code = (EXAMPLES / "typescript/guide-quick-start.ts").read_text()
    return typescript(replace(code, "your-service-api-key", server.admin_key), server, folder)


def typescript(code: str, server: Server, folder: Path, key: str | None = None) -> str:
    """Runs TypeScript that may import what the examples may."""
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(ROOT / "node_modules")
    program = folder / "program.ts"
    program.write_text(replace(code, LOCAL_ADDRESS, server.url))
    return run(TSX, program, MONITORING_API_KEY=key or server.admin_key)


def guide_client_py(server: Server, folder: Path, job: str = "") -> str:
    """Runs the Python client; `job` goes where the guide says that logic goes."""
    code = (EXAMPLES / "python/guide_client.py").read_text()
    code = replace(replace(code, LOCAL_ADDRESS, server.url), "your-api-key", server.admin_key)
    place = "        # ... your logic here ...\n"
    program = folder / "program.py"
    program.write_text(replace(code, place, place + job))
    return run(sys.executable, program)


def guide_sh(server: Server) -> str:
    return _with_url_and_key(server, EXAMPLES / "curl/guide.sh")


def grpc_python(server: Server) -> str:
    return _with_url_and_key(server, sys.executable, EXAMPLES / "grpc-python/client.py")


def grpc_web(server: Server) -> str:
    return _with_url_and_key(server, "node", EXAMPLES / "grpc-web/client.mjs")


def _with_url_and_key(server: Server, *command: str | Path) -> str:
    return run(*command, NIGHTBELL_URL=server.url, NIGHTBELL_API_KEY=server.admin_key)
