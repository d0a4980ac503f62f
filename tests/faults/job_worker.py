"""python -m tests.faults.job_worker URL: a worker that may call this machine, until it is killed.

A lease lasts one second beyond its attempt here: what a dead worker held comes back soon."""

from __future__ import annotations

import sys
from datetime import timedelta

from engine import connectors, queue, timers
from engine.database import Database
from tests.factories import use_keys

if __name__ == "__main__":
    use_keys()
    connectors.configure(connectors.Settings(allowed_hosts=frozenset({"127.0.0.1"})))
    queue.GRACE = timedelta(seconds=1)
    print("ready", flush=True)
    timers.Worker(Database(sys.argv[1]), pause=0.05).run()
