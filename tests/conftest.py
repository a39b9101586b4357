"""Fixtures for every test. The servers are started by script/test; a test database per xdist worker is pytest-django's."""
