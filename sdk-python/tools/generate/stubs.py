"""Writes the gRPC code: ``src/nightbell/v1``.

grpcio-tools 1.71.2 is old on purpose: what it writes runs with protobuf 5.29 to 7,
what newer ones write only with the newest. mypy-protobuf needs a newer protobuf than
that generator, so it lives in a virtualenv of its own (see the Makefile).

Options are taken out first: without ``google/api/annotations.proto`` the package
needs no googleapis-common-protos.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = "nightbell/v1"
HEAD = "# Made from proto/nightbell/v1 by `make generate`; not to be edited.\n"
LEFT_OUT = (f"{FOLDER}/options.proto", "google/api/annotations.proto", "google/api/http.proto")


def texts(sdk: Path) -> dict[Path, str]:
    plugins = sdk / ".venv-stubs/bin"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        stripped = out / "contract.bin"
        names = _strip(sdk.parent / "proto/src/generated/descriptor.bin", stripped)
        command = [sys.executable, "-m", "grpc_tools.protoc", f"--descriptor_set_in={stripped}"]
        command += [
            f"--plugin={plugins / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")
        ]
        command += [
            f"--{kind}_out={out}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")
        ]
        subprocess.run([*command, *names], check=True, stdout=subprocess.DEVNULL)
        made = {"__init__.py": '"""The messages and stubs that protoc makes."""\n'}
        for path in sorted((out / FOLDER).iterdir()):
            text = path.read_text(encoding="utf-8")
            # A file without services would only import grpc.
            if "_pb2_grpc" not in path.name or "Stub" in text:
                made[path.name] = HEAD + text
    return {sdk / "src" / FOLDER / name: text for name, text in made.items()}


def _strip(source: Path, target: Path) -> list[str]:
    # Where it is installed: the rest of this tool needs the standard library only.
    from google.protobuf import descriptor_pb2

    files = descriptor_pb2.FileDescriptorSet.FromString(source.read_bytes())
    kept = descriptor_pb2.FileDescriptorSet()
    names = []
    for file in files.file:
        if file.name in LEFT_OUT or file.name == "google/protobuf/descriptor.proto":
            continue
        dependencies = [it for it in file.dependency if it not in LEFT_OUT]
        del file.dependency[:]
        file.dependency.extend(dependencies)
        if file.name.startswith(FOLDER):
            names.append(file.name)
            for message in file.message_type:
                for it in message.field:
                    it.ClearField("options")
            for service in file.service:
                for it in service.method:
                    it.ClearField("options")
        kept.file.append(file)
    target.write_bytes(kept.SerializeToString())
    return sorted(names)
