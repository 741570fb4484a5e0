"""The program of a worker: opens files of strangers, with little memory, no rights and nothing to steal.

Only this package imports the libraries that decode media, and only worker processes import this package.
"""
