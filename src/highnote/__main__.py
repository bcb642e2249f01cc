"""The command `highnote`, also as `python -m highnote`."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script. A hook that mail waits for takes the short way, past everything that it does not need."""
    if sys.argv[1:3] == ["hook", "sendmail"]:
        from highnote.hooks.sendmail import main as sendmail

        sys.exit(sendmail(sys.argv[3:]))
    from highnote.cli import main as cli

    cli()


if __name__ == "__main__":
    main()
