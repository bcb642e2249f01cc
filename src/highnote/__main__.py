"""The command `highnote`, also as `python -m highnote`."""

from __future__ import annotations

import gc
import sys

GARBAGE = (50_000, 20, 100)
"""When Python looks for garbage: seldom, for a short run makes many objects that stay, and looks at each again and again."""


def main() -> None:
    """The console script. A hook that mail waits for takes the short way, past everything that it does not need."""
    if sys.argv[1:3] == ["hook", "sendmail"]:
        from highnote.hooks.sendmail import main as sendmail

        sys.exit(sendmail(sys.argv[3:]))
    gc.set_threshold(*GARBAGE)
    from highnote.cli import main as cli

    cli()


if __name__ == "__main__":
    main()
