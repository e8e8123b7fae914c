"""Rows for tests, one module per app. Stories that need history go through the services instead."""
