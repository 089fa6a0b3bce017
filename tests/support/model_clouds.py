"""Anthropic Messages as clouds serve them: what differs is where the model is named, and how an answer is framed."""

import base64
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

BEDROCK_STREAM, BEDROCK = "/invoke-with-response-stream", "/invoke"
VERTEX_STREAM, VERTEX = ":streamRawPredict", ":rawPredict"
FRAMED = "application/vnd.amazon.eventstream"
_HEADERS = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}


def is_cloud(rest: str) -> bool:
    """Whether a path is one of a cloud."""
    return rest.endswith((BEDROCK_STREAM, BEDROCK, VERTEX_STREAM, VERTEX))


def as_messages(rest: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request as it is put to Anthropic itself, where the body names model and streaming."""
    if not is_cloud(rest):
        return body
    model = rest.rpartition("models/")[2].partition(":")[0] if ":" in rest else rest.split("/")[-2]
    return {**body, "model": unquote(model), "stream": rest.endswith((BEDROCK_STREAM, VERTEX_STREAM))}


def framed(event: Mapping[str, Any]) -> bytes:
    """One event as Bedrock sends it: a prelude, headers and a payload, each part with its checksum."""
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    headers = b"".join(
        struct.pack(f">B{len(name)}sBH{len(value)}s", len(name), name.encode(), 7, len(value), value.encode())
        for name, value in _HEADERS.items()
    )
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))
