"""The benchmark behind ``make bench``: what the importer costs, beside what its job costs others at the same moment.

It runs on Linux and is no test: no figure of it decides whether anything passes. The modules that measure start every
contestant as a process of its own and read what the kernel says of it, so nothing here may grow large: the kernel
counts the memory of a parent for its children until they have begun.
"""
