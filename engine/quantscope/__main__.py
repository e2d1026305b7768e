"""`python -m quantscope`: the command line."""

import sys

from quantscope.cli.main import main

sys.exit(main())
