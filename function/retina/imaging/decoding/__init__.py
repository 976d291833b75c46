"""Decode untrusted image files: headers, pixels, and the process in which both are read.

A file may be crafted to attack the decoder. So the service decodes none in its own process: `decoder` passes each one
to a process that has seen no other file, has no credentials, and is killed if it uses too much memory or time.
"""
