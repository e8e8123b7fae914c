"""Asks the web process here for a path; exit 0 when it answers 200. For container health checks."""

import http.client
import os
import sys


def main(path: str) -> int:
    # The first allowed host, because Django answers 400 to a name it does not know.
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        print(answer.status, answer.read().decode(errors="replace"))
    except OSError as error:
        print(f"no answer: {error}")
        return 1
    return 0 if answer.status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "/readyz"))
