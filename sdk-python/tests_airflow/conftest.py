from tests.conftest import server as server
