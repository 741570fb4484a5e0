"""As much of curl as the samples of the documentation use, for machines without it."""

import argparse
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

FAILED = 22
"""What curl exits with when it was told to fail on answers from 400."""


def main() -> int:
    parser = argparse.ArgumentParser()
    for flag in ("-s", "-S", "-i", "-G", "--fail-with-body"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-X", dest="method")
    for flag, name in (("-H", "headers"), ("-F", "form"), ("--data-urlencode", "encoded")):
        parser.add_argument(flag, action="append", default=[], dest=name)
    parser.add_argument("-d", dest="data")
    parser.add_argument("url")
    given = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in given.headers)
    body = _body(given, headers)
    address = given.url
    if given.encoded:
        address += "?" + "&".join(
            f"{name}={quote(value)}" for name, _, value in (one.partition("=") for one in given.encoded)
        )
    try:
        answer = build_opener(ProxyHandler({})).open(Request(address, body, headers, method=given.method), timeout=30)
    except HTTPError as error:
        answer = error
    if given.i:
        sys.stdout.write(f"HTTP/1.1 {answer.status}\n{answer.headers}")
    sys.stdout.write(answer.read().decode())
    return FAILED if given.fail_with_body and answer.status >= 400 else 0


def _body(given: argparse.Namespace, headers: dict[str, str]) -> bytes | None:
    if given.form:
        limit = uuid4().hex
        headers["Content-Type"] = f"multipart/form-data; boundary={limit}"
        parts = b"".join(b"--%s\r\n%s\r\n" % (limit.encode(), _part(one)) for one in given.form)
        return parts + f"--{limit}--\r\n".encode()
    if given.data is None:
        return None
    headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    return str(given.data).encode()


def _part(field: str) -> bytes:
    name, _, value = field.partition("=")
    if not value.startswith("@"):
        return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
    path = Path(value.removeprefix("@"))
    head = f'Content-Disposition: form-data; name="{name}"; filename="{path.name}"\r\n\r\n'
    return head.encode() + path.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
