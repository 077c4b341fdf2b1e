"""Share the mark of what is optional with the tests of the library."""


def pytest_configure(config):
    config.addinivalue_line("markers", "planner: needs minigrad.planner, which is optional")
