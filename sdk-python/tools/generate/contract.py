"""Reads the contract: just as much of the language of .proto files as it uses.

The standard library is enough, so that ``make generate`` needs nothing installed.
What is read wrongly here is found by ``tests/test_contract.py``, which compares the
result with the descriptor set that the Rust side compiled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

# In the order in which the modules may import each other.
FILES = (
    "run",
    "report",
    "replay",
    "scheduler",
    "incident",
    "channel",
    "route",
    "silence",
    "audit",
    "key",
)


@dataclass
class Field:
    name: str
    type: str
    label: str  # "", "optional", "repeated" or "oneof"
    doc: str

    @property
    def is_required(self) -> bool:
        return re.search(r"\bRequired(?! at)", self.doc) is not None


@dataclass
class Message:
    name: str
    doc: str
    fields: list[Field] = field(default_factory=list)


@dataclass
class Enum:
    name: str
    doc: str
    values: list[tuple[str, str]] = field(default_factory=list)

    def word(self, value: str) -> str:
        """Return a value as JSON writes it. Zero has no word."""
        prefix = re.sub(r"(?<!^)([A-Z])", r"_\1", self.name).upper() + "_"
        short = value.removeprefix(prefix)
        return "" if short == "UNSPECIFIED" else short.lower()


@dataclass
class Method:
    service: str
    name: str
    doc: str
    request: str
    response: str
    takes_stream: bool
    gives_stream: bool
    verb: str = ""
    path: str = ""
    body: str = ""


@dataclass
class File:
    name: str
    messages: list[Message] = field(default_factory=list)
    enums: list[Enum] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)


class Contract:
    def __init__(self, folder: Path) -> None:
        self.files = [_Reader(folder / f"{name}.proto").read() for name in FILES]
        self.messages = {it.name: it for file in self.files for it in file.messages}
        self.enums = {it.name: it for file in self.files for it in file.enums}
        self.methods = [it for file in self.files for it in file.methods]
        self.home = {
            it.name: file.name for file in self.files for it in (*file.messages, *file.enums)
        }


_RPC = re.compile(r"rpc (\w+)\((stream )?(\w+)\) returns \((stream )?(\w+)\)")
_FIELD = re.compile(r"(optional |repeated )?(map<\w+, \w+>|[\w.]+) (\w+) = \d+")
_ROUTE = re.compile(r"\b(get|put|post|patch|delete): \"([^\"]+)\"")


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = File(path.stem)
        self.comment: list[str] = []
        self.outer: Message | Enum | str | None = None
        self.depth = 0
        self.is_oneof = False

    def read(self) -> File:
        for line in self.path.read_text(encoding="utf-8").splitlines():
            text = line.strip()
            if text.startswith("//"):
                self.comment.append(text[2:].strip())
                continue
            if text:
                self.line(text)
            self.comment = []
        assert self.depth == 0, f"{self.path} does not end where it should"
        return self.file

    def line(self, text: str) -> None:
        if self.depth == 0:
            self.open(text)
        elif text in ("}", "};"):
            self.is_oneof = False
        elif isinstance(self.outer, Message):
            self.field(self.outer, text)
        elif isinstance(self.outer, Enum):
            value = text.split(" = ")[0]
            self.outer.values.append((value, " ".join(self.comment)))
        elif isinstance(self.outer, str):
            self.rpc(self.outer, text)
        self.depth += text.count("{") - text.count("}") if '"' not in text else _braces(text)

    def open(self, text: str) -> None:
        match = re.match(r"(message|enum|service) (\w+) \{", text)
        self.outer = None
        if match is None:
            return
        kind, name = match.groups()
        doc = _prose(name, self.comment)
        if kind == "message":
            self.outer = Message(name, doc)
            self.file.messages.append(self.outer)
        elif kind == "enum":
            self.outer = Enum(name, doc)
            self.file.enums.append(self.outer)
        else:
            self.outer = name

    def field(self, message: Message, text: str) -> None:
        if text.startswith("oneof "):
            self.is_oneof = True
            return
        match = _FIELD.match(text)
        if match is None:
            assert text.startswith("reserved"), f"{self.path}: cannot read {text!r}"
            return
        label = "oneof" if self.is_oneof else (match[1] or "").strip()
        message.fields.append(Field(match[3], match[2], label, " ".join(self.comment)))

    def rpc(self, service: str, text: str) -> None:
        if match := _RPC.match(text):
            name, takes, request, gives, response = match.groups()
            doc = _prose(name, self.comment)
            method = Method(service, name, doc, request, response, bool(takes), bool(gives))
            self.file.methods.append(method)
        elif match := _ROUTE.search(text):
            method = self.file.methods[-1]
            method.verb, method.path = match[1].upper(), match[2]
        elif match := re.search(r"body: \"([^\"]+)\"", text):
            self.file.methods[-1].body = match[1]


def _braces(text: str) -> int:
    bare = re.sub(r"\"[^\"]*\"", "", text)
    return bare.count("{") - bare.count("}")


def _prose(name: str, comment: list[str]) -> str:
    """Return a comment without the name that it begins with, paragraphs kept."""
    text = "\n".join(comment)
    text = re.sub(rf"^{name} (?:is (?=an? |one ))?(\w)", lambda it: it[1].upper(), text)
    return text.split("\n\nErrors:")[0].strip()
