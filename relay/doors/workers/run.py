"""The plain loop of the process that supervises: let the event loop run until a worker is wanted, and fork it.

While a fork is made no event loop runs and there is no thread, so the child begins with neither.
"""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable
from functools import partial

from relay.build import CustomRecognizers
from relay.config import Config
from relay.detect.ner.by_script import ByScript
from relay.doors.http import app
from relay.doors.http.listen import opened
from relay.doors.http.parser_names import forget_header_names
from relay.doors.serving import recording
from relay.doors.workers import decisions, worker
from relay.doors.workers.supervisor import Generation, Order, Supervisor, of_file
from relay.errors import ConfigFault
from relay.exchange import Core
from relay.observe.decision_log import DecisionLog
from relay.process.fork import fork
from relay.process.library_caches import LibraryCaches

__all__ = ["run"]


def run(
    core: Core,
    config: Config,
    *,
    added: CustomRecognizers,
    log: DecisionLog | None,
    reload: app.PolicyReload,
    on_ready: Callable[[str], None],
    hardened: bool,
) -> None:
    """Serve with several processes until SIGTERM or SIGINT. `config` states how many; `log` has no thread.

    Raises ConfigFault.
    """
    count = config.server.workers or 1
    listening = opened(config.server, count)
    forks = _Forks(config, added, hardened)
    with asyncio.Runner() as runner:
        supervisor = Supervisor(
            config=config,
            opened=listening,
            reload=reload,
            on_ready=on_ready,
            generation=Generation(core, of_file(config)),
            log=log,
        )
        try:
            runner.run(supervisor.begin())
            while (order := runner.run(supervisor.next_fork())) is not None:
                forks.make(supervisor, order)
        finally:
            runner.run(supervisor.end())


class _Forks:
    """Forks workers. What is loaded by then is shared; before a new core it is looked through once."""

    def __init__(self, config: Config, added: CustomRecognizers, hardened: bool) -> None:
        self._config = config
        self._added = added
        self._hardened = hardened
        self._models = recording.recorded_models(config)
        self._prepared: Core | None = None
        self._caches: LibraryCaches | None = None

    def make(self, supervisor: Supervisor, order: Order) -> None:
        """Fork the worker that is wanted, and tell the supervisor. Raises ConfigFault when the system refuses."""
        core = order.generation.core
        caches = self._prepare(core)
        ours, theirs = socket.socketpair()
        our_log, their_log = decisions.pair() if supervisor.log is not None else (None, None)
        post = worker.Post(
            config=self._config,
            core=core,
            added=self._added,
            sockets=supervisor.opened.slots[order.slot],
            end=theirs,
            decisions=their_log,
            models=self._models,
            clients=order.generation.clients,
            caches=caches,
            hardened=self._hardened,
        )
        try:
            pid = fork(partial(worker.main, post), post.descriptors)
        except OSError as error:
            raise ConfigFault(f"no process can be started ({error.strerror})") from None
        theirs.close()
        if their_log is not None:
            their_log.close()
        supervisor.forked(order, pid, ours, our_log)

    def _prepare(self, core: Core) -> LibraryCaches:
        if self._prepared is not core or self._caches is None:
            model = core.analyzer.model
            if isinstance(model, ByScript):
                model.load_all()
            gc.unfreeze()
            self._caches = LibraryCaches(forget_header_names)
            gc.collect()
            gc.freeze()  # a collection in a child would write to all that is shared
            self._prepared = core
        return self._caches
