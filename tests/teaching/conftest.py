"""What the tests of docstrings share with those of the library: the mark of what is optional."""


def pytest_configure(config):
    config.addinivalue_line("markers", "planner: needs minigrad.planner, which is optional")
