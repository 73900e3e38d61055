"""The page in the browser: the same stages and the same record of runs as the command line, for people without one.

``server`` starts it, ``guard`` says who may ask, ``app`` lists the addresses; each step of the way is a module.
"""
