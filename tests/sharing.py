"""How several test processes share the tests: a file is one process's, with what its tests stand
on together; so are the files of the browser, for there is one demo site."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

BROWSER = "tests/browser/"


class FileByFile(LoadScopeScheduling):
    """Files with many tests first, so that no long one is left for the end."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]
