"""Fixtures for every test.

script/test starts the servers; pytest-django makes one test database per xdist worker.
"""
