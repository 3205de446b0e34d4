"""Where everything is: read once by a composition root, from the environment and from the stack that runs in the home."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from activities.audit import key
from activities.policy_given import PolicyGiven
from jiaoqi.errors import NoStackIsRunning, SettingIsWrong
from jiaoqi.home import Home
from jiaoqi.passwords import with_password

DEFAULT_HOME = "~/.jiaoqi"
DEFAULT_SENDER = "Jiaoqi <jiaoqi@localhost>"
LONGEST_RETENTION = 3650


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one process; what is None is known to nobody, and asking for it raises NoStackIsRunning."""

    home: Path
    database_url: str = field(repr=False)
    temporal: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The TEMPORAL_* variables, as the SDK's environment configuration reads them."""
    temporal_ui_url: str | None = None
    smtp: str | None = field(default=None, repr=False)
    mail_from: str = DEFAULT_SENDER
    public_url: str = "http://127.0.0.1:8000"
    api_host: str = "127.0.0.1"
    api_port: int = 8000
    policy_file: Path | None = None
    """What governs new orders until a policy is applied; None is the built-in default."""
    pulse_file: Path | None = None
    """What a worker touches while it polls, for whoever watches over it; None where nobody does."""
    retention: timedelta = timedelta(days=90)
    """How long Temporal keeps the history of a closed order, at least."""
    documents_folder: Path | None = None
    """Where documents and their archive are kept; None: `documents` in the home."""
    audit_key_file: Path | None = None
    """The key of the audit chain, where it is a deployment's secret; None: `audit.key` in the home, made when it is needed."""
    audit_heads_file: Path | None = None
    """Where the chain's heads are exported; None: `audit-heads.jsonl` in the home."""
    audit_mail: str | None = None
    """Whom the chain's head is mailed to once a day."""

    @classmethod
    def load(cls, home: Path | None = None, environment: Mapping[str, str] | None = None) -> "Settings":
        """The environment first, then the stack that runs in the home, then the defaults."""
        given = {name: value for name, value in (os.environ if environment is None else environment).items() if value}
        place = Home(home or Path(given.get("JIAOQI_HOME", DEFAULT_HOME)))
        stack = place.running_stack()
        known = {**(stack.environment if stack else {}), **given}
        # Half a connection from each side is none: who names an address means its own credentials with it.
        temporal_from = given if "TEMPORAL_ADDRESS" in given or not stack else stack.environment
        return cls(
            home=place.path,
            database_url=with_password("JIAOQI_DATABASE", known.get("JIAOQI_DATABASE_URL", place.store_url), given),
            temporal={name: value for name, value in temporal_from.items() if name.startswith("TEMPORAL_")},
            temporal_ui_url=known.get("JIAOQI_TEMPORAL_UI_URL"),
            smtp=with_password("JIAOQI_SMTP", known["JIAOQI_SMTP_URL"], given) if "JIAOQI_SMTP_URL" in known else None,
            mail_from=known.get("JIAOQI_MAIL_FROM", DEFAULT_SENDER),
            public_url=known.get("JIAOQI_PUBLIC_URL", cls.public_url).rstrip("/"),
            api_host=known.get("JIAOQI_API_HOST", cls.api_host),
            api_port=_port("JIAOQI_API_PORT", known.get("JIAOQI_API_PORT", str(cls.api_port))),
            policy_file=Path(known["JIAOQI_POLICY_FILE"]).absolute() if "JIAOQI_POLICY_FILE" in known else None,
            pulse_file=Path(known["JIAOQI_PULSE_FILE"]).absolute() if "JIAOQI_PULSE_FILE" in known else None,
            documents_folder=_file("JIAOQI_DOCUMENTS", known),
            audit_key_file=_file("JIAOQI_AUDIT_KEY_FILE", known),
            audit_heads_file=_file("JIAOQI_AUDIT_HEADS_FILE", known),
            audit_mail=known.get("JIAOQI_AUDIT_MAIL"),
            retention=_days("JIAOQI_RETENTION_DAYS", known.get("JIAOQI_RETENTION_DAYS", str(cls.retention.days))),
        )

    @property
    def temporal_address(self) -> str:
        return self._known("TEMPORAL_ADDRESS", self.temporal.get("TEMPORAL_ADDRESS"))

    @property
    def temporal_namespace(self) -> str:
        return self.temporal.get("TEMPORAL_NAMESPACE", "default")

    @property
    def smtp_url(self) -> str:
        return self._known("JIAOQI_SMTP_URL", self.smtp)

    def audit_keys(self, *, may_make: bool = False) -> tuple[bytes, ...]:
        """The keys of the audit chain, the newest last; a file that a deployment names is never made. Raises KeyIsUnusable."""
        if self.audit_key_file is None and may_make:
            key.read_or_make(self.audit_keys_file)
        return key.read_all(self.audit_keys_file)

    @property
    def audit_keys_file(self) -> Path:
        return self.audit_key_file or Home(self.home).audit_key_file

    @property
    def documents(self) -> Path:
        return self.documents_folder or Home(self.home).documents

    @property
    def audit_heads(self) -> Path:
        return self.audit_heads_file or Home(self.home).audit_heads_file

    def policy_text(self) -> PolicyGiven | None:
        """The text of the policy file, since it was written; None means the built-in default. Raises SettingIsWrong."""
        if self.policy_file is None:
            return None
        try:
            # Never later than now: a file from the future would outrank whatever is applied.
            written = min(datetime.fromtimestamp(self.policy_file.stat().st_mtime, UTC), datetime.now(UTC))
            return PolicyGiven(self.policy_file.read_text(encoding="utf-8"), written)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingIsWrong(f"JIAOQI_POLICY_FILE cannot be read: {error}") from error

    def environment(self) -> dict[str, str]:
        """The variables from which another process loads the same settings."""
        variables = {
            "JIAOQI_HOME": str(self.home),
            "JIAOQI_DATABASE_URL": self.database_url,
            "JIAOQI_TEMPORAL_UI_URL": self.temporal_ui_url,
            "JIAOQI_SMTP_URL": self.smtp,
            "JIAOQI_MAIL_FROM": self.mail_from,
            "JIAOQI_PUBLIC_URL": self.public_url,
            "JIAOQI_API_HOST": self.api_host,
            "JIAOQI_API_PORT": str(self.api_port),
            "JIAOQI_POLICY_FILE": str(self.policy_file or ""),
            "JIAOQI_PULSE_FILE": str(self.pulse_file or ""),
            "JIAOQI_RETENTION_DAYS": str(self.retention.days),
            "JIAOQI_DOCUMENTS": str(self.documents_folder or ""),
            "JIAOQI_AUDIT_KEY_FILE": str(self.audit_key_file or ""),
            "JIAOQI_AUDIT_HEADS_FILE": str(self.audit_heads_file or ""),
            "JIAOQI_AUDIT_MAIL": self.audit_mail,
            **self.temporal,
        }
        return {name: value for name, value in variables.items() if value}

    def _known(self, variable: str, value: str | None) -> str:
        if value is None:
            raise NoStackIsRunning(self.home, variable)
        return value


def _file(variable: str, known: Mapping[str, str]) -> Path | None:
    return Path(known[variable]).absolute() if variable in known else None


def _port(variable: str, text: str) -> int:
    if text.isdecimal() and int(text) < 65536:
        return int(text)
    raise SettingIsWrong(f"{variable} must be a port number, not {text!r}")


def _days(variable: str, text: str) -> timedelta:
    if text.isdecimal() and 1 <= int(text) <= LONGEST_RETENTION:
        return timedelta(days=int(text))
    raise SettingIsWrong(f"{variable} must be a number of days from 1 to {LONGEST_RETENTION}, not {text!r}")
