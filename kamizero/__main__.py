"""`python -m kamizero` is the same as `kamizero`."""

from kamizero.cli import main

main()
