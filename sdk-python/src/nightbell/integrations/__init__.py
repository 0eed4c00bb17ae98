"""Schedulers and frameworks whose jobs are watched without a change to the jobs.

Each module needs what it is named after, and nothing else.
"""
