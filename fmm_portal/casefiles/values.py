"""Values of records as documents hold them."""

from datetime import time
from typing import Any

from fmm_portal.core.activity import plain


def told(**values: Any) -> dict[str, Any]:
    """What there is to say, as JSON has it: empty values and "no" are left out, zero is kept."""
    as_json = {name: _plain(value) for name, value in values.items()}
    return {
        name: value
        for name, value in as_json.items()
        if value is not None and value is not False and value not in ("", [], {})
    }


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return value.isoformat("auto" if value.second or value.microsecond else "minutes")
    return plain(value)
