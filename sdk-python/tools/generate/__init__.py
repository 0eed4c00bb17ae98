"""Writes what the Python SDK takes from ``proto/nightbell/v1``."""
