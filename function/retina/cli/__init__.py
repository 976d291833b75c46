"""The commands, one per file. Each adds its own arguments; `run` takes them and the settings, and returns the exit
status.
"""
