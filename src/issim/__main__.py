"""`python -m issim` is the command `issim`."""

from issim.cli import main

raise SystemExit(main())
