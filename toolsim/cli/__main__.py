"""`python -m toolsim.cli`: the command line without its entry point."""

from toolsim.cli.main import main

main()
