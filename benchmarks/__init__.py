"""What Jiaoqi costs, measured on a stack of its own; `make bench` runs them all and writes docs/performance.md."""
