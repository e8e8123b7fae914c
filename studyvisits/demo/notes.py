"""var/demo.json: what a person or a script needs to use the demo."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class DemoNotes:
    """Passwords and key outlive a restart."""

    base_url: str = ""
    accounts: list[dict[str, str]] = field(default_factory=list)
    api_key: str = ""
    officer_api_key: str = ""
    debrief_pdf: str = ""
    study_visit_reference: str = ""

    @classmethod
    def read(cls, path: Path) -> "DemoNotes":
        try:
            known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return cls()
        return cls(**{name: known[name] for name in asdict(cls()) if name in known})

    def write(self, path: Path) -> None:
        """Readable by its owner only: it holds passwords, if only of a demo."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def password_of(self, username: str) -> str:
        """The password of an earlier run, or a fresh random one."""
        known = {account["username"]: account["password"] for account in self.accounts}
        return known.get(username) or secrets.token_urlsafe(12)
