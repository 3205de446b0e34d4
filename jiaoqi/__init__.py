"""The front door: the command line, the settings, and the stack that `jiaoqi up` runs."""
