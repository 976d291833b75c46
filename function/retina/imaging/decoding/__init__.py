"""Files of strangers to pixels: what a file says of itself, its pixels, and the process in which both are read.

A file may be made to harm whoever reads it. So the service reads none itself: `decoder` hands each to a process that
was never given another file, has no credentials, and is ended when it takes too much memory or time.
"""
