"""What the build does besides packing.

It reads the dependencies from requirements/base.in, so that they are written once, and compiles the fast lane's
receiver, without which that runs in Python.
"""

import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

SOURCE = Path("src", "vayro", "redirect", "_fastlane.c")


class CustomMetadataHook(MetadataHookInterface):
    """Fill `project.dependencies`; hatchling looks for this class in the file that pyproject.toml names."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add one entry a requirement, and the extra `tracing`; comments and blank lines are skipped."""
        metadata["dependencies"] = self._read("base.in")
        metadata["optional-dependencies"] = {"tracing": self._read("tracing.in")}

    def _read(self, name: str) -> list[str]:
        lines = (Path(self.root) / "requirements" / name).read_text(encoding="utf-8").splitlines()
        requirements = (line.partition("#")[0].strip() for line in lines)
        return [requirement for requirement in requirements if requirement]


class CustomBuildHook(BuildHookInterface[Any]):
    """Compile the C source beside itself, for wheels and editable installations alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # the hook's signature
        """Compile; a machine without a compiler gets a package that is all Python."""
        source = Path(self.root) / SOURCE
        target = source.with_name(source.stem + str(sysconfig.get_config_var("EXT_SUFFIX")))
        made = target.with_suffix(".new")
        linking = ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared"]
        compiler = shlex.split(os.environ.get("CC", "cc"))
        include = sysconfig.get_paths()["include"]
        command = [*compiler, "-O2", "-fPIC", *linking, f"-I{include}", str(source), "-o", str(made)]
        try:
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # the user's own compiler
        except (OSError, subprocess.CalledProcessError) as error:
            self.app.display_warning(f"The fast lane will run in Python, at twice the cost: {error}")
            return
        made.replace(target)  # a running engine keeps the file that it has mapped
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
