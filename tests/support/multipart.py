"""Multipart forms byte by byte, so that a test can send what no library would."""

from collections.abc import Mapping

BOUNDARY = "a-boundary-of-tests"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def text_part(name: str, text: str | bytes) -> bytes:
    raw = text if isinstance(text, bytes) else text.encode()
    return _part(f'Content-Disposition: form-data; name="{name}"\r\n'.encode(), raw)


def file_part(
    content: bytes, filename: str | bytes = "price-list.pdf", content_type: str = "application/pdf", name: str = "file"
) -> bytes:
    raw = filename if isinstance(filename, bytes) else filename.encode()
    head = f'Content-Disposition: form-data; name="{name}"; filename="'.encode() + raw + b'"\r\n'
    if content_type:
        head += f"Content-Type: {content_type}\r\n".encode()
    return _part(head, content)


def form(*parts: bytes) -> bytes:
    """A whole body of these parts."""
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def file_form(content: bytes, texts: Mapping[str, str] | None = None, **named: str) -> bytes:
    """A file, with texts before it."""
    return form(*(text_part(name, text) for name, text in (texts or {}).items()), file_part(content, **named))


def _part(head: bytes, content: bytes) -> bytes:
    return f"--{BOUNDARY}\r\n".encode() + head + b"\r\n" + content + b"\r\n"
