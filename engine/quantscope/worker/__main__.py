"""`python -m quantscope.worker`: the engine process."""

from quantscope.worker.engine import main

main()
