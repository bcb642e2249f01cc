"""`python -m highnote` is the command `highnote`."""

from highnote.cli import main

main()
