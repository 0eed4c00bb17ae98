import pytest

from server import Server


@pytest.fixture
def server(tmp_path):
    it = Server(tmp_path)
    try:
        it.start()
        yield it
        assert it.stop() == 0, "the server did not end well"
    finally:
        if it.process:
            it.process.kill()
        if it.log.exists():
            # Shown only beside a failed test.
            print(it.log.read_text())
