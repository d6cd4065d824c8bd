"""The build reads the dependencies from requirements/base.in, so that they are written once."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class CustomMetadataHook(MetadataHookInterface):
    """Fill `project.dependencies`; hatchling looks for this class in the file that pyproject.toml names."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add one entry a requirement; comments and blank lines are skipped."""
        lines = (Path(self.root) / "requirements" / "base.in").read_text(encoding="utf-8").splitlines()
        requirements = (line.partition("#")[0].strip() for line in lines)
        metadata["dependencies"] = [requirement for requirement in requirements if requirement]
