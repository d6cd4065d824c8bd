"""How results of steps are kept."""

import json
from typing import Any

from dbos import Serializer


class JsonSerializer(Serializer):
    """Keeps results as JSON. The library's own is pickle: whoever may write to the table could then run code here."""

    def serialize(self, data: Any) -> str:
        """Return the text; of an error, what it says."""
        return json.dumps(data, default=str)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805  # as the library names it
        """Return what was serialized."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Return the name that stands beside each value."""
        return "vayro_json"
