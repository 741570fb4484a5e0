"""As much of curl as the README uses, for machines without it: `-s`, `-H`, `-d` and one address."""

import argparse
import sys
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-H", action="append", default=[], dest="headers")
    parser.add_argument("-d", dest="data")
    parser.add_argument("url")
    given = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in given.headers)
    if given.data is not None:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    request = Request(given.url, given.data.encode() if given.data is not None else None, headers)
    try:
        answer = build_opener(ProxyHandler({})).open(request, timeout=30)
    except HTTPError as error:
        answer = error
    sys.stdout.write(answer.read().decode())


if __name__ == "__main__":
    main()
