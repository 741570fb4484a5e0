"""Reading addresses: what is called is what was given, and what could be read in two ways is refused."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fuzz import FUZZ
from tideline.platform.outgoing import UrlNotValid, read_url

TARGETS = ["/", "/a%2fb/%7e?x=1+2&y=%2B&z=a/b?c", "/a/../b//c?x=;'\"<>^`{|}", "/?", "/x?", "/%zz?%", "/a?b=[1]&&=;"]


@pytest.mark.parametrize("target", TARGETS)
def test_path_and_query_stay_byte_for_byte(target: str) -> None:
    url = read_url(f"https://hooks.example{target}")
    assert url.target == target
    assert url.asked().raw_path_qs == target


READ = {
    "no path": ("http://h.example", "http://h.example/"),
    "only a query": ("http://h.example?a=b", "http://h.example/?a=b"),
    "capitals": ("HTTP://H.Example/Path", "http://h.example/Path"),
    "its own port": ("https://h.example:443/", "https://h.example/"),
    "another port": ("https://h.example:8443/", "https://h.example:8443/"),
    "a colon and no port": ("http://h.example:/x", "http://h.example/x"),
    "a fragment is not sent": ("http://h.example/a?b#c?d", "http://h.example/a?b"),
    "a dot at the end": ("http://h.example./", "http://h.example./"),
    "other scripts": ("http://bücher.example/ü?ñ=ü%20", "http://xn--bcher-kva.example/%C3%BC?%C3%B1=%C3%BC%20"),
    "spaces": ("http://h.example/price list.pdf", "http://h.example/price%20list.pdf"),
    "an underscore": ("http://my_host.example/", "http://my_host.example/"),
    "v6": ("http://[2606:4700::1111]:8080/x", "http://[2606:4700::1111]:8080/x"),
    "v6, the long form": ("http://[2606:4700:0:0:0:0:0:1111]/", "http://[2606:4700::1111]/"),
    "wide digits are digits": ("http://９.９.９.９/", "http://9.9.9.9/"),
}


@pytest.mark.parametrize(("given", "read"), READ.values(), ids=READ)
def test_addresses_are_read(given: str, read: str) -> None:
    assert str(read_url(given)) == read
    assert str(read_url(given).asked()) == read


REFUSED = {
    "nothing": "",
    "no scheme": "//h.example/",
    "another scheme": "ftp://h.example/",
    "a file": "file:///etc/passwd",
    "gopher": "gopher://h.example:6379/_x",
    "no host": "http:///path",
    "only credentials": "http://user@/",
    "two at signs": "http://a@127.0.0.1@h.example/",
    "a backslash before the at": "http://127.0.0.1\\@h.example/",
    "a backslash for a slash": "http://h.example\\path",
    "a space in the host": "http://h.example /",
    "a new line": "http://h.example/\r\nHost: other",
    "a tab in the scheme": "ht\ttp://h.example/",
    "NUL": "http://h.example/\0",
    "an encoded host": "http://127%2e0%2e0%2e1/",
    "an empty label": "http://h..example/",
    "only dots": "http://./",
    "one number": "http://2130706433/",
    "hexadecimal": "http://0x7f000001/",
    "hexadecimal in parts": "http://0x7f.0.0.1/",
    "octal": "http://0177.0.0.1/",
    "octal with a leading zero": "http://127.0.0.01/",
    "two parts": "http://127.1/",
    "a dot behind an address": "http://127.0.0.1./",
    "too large a part": "http://127.0.0.256/",
    "five parts": "http://1.2.3.4.5/",
    "a name that ends in a number": "http://h.example.0x1/",
    "circled digits in one number": "http://②①③⓪⑦⓪⑥④③③/",
    "v6 without brackets": "http://::1/",
    "v6 with a zone": "http://[fe80::1%25eth0]/",
    "v6 broken": "http://[::1/",
    "v4 in brackets": "http://[127.0.0.1]/",
    "port nought": "http://h.example:0/",
    "a port too far": "http://h.example:65536/",
    "a port that is no number": "http://h.example:8o/",
    "two ports": "http://h.example:80:81/",
    "the port of mail": "http://h.example:25/",
    "the port of a store": "http://h.example:6379/",
    "a book": f"http://h.example/{'a' * 9000}",
    "a host too long": f"http://{'a' * 64}.example/",
    "half a surrogate in the host": "http://\ud800.example/",
    "half a surrogate in the path": "http://h.example/\ud800",
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(UrlNotValid):
        read_url(given)


def test_credentials_are_taken_off_and_decoded() -> None:
    url = read_url("http://us%40er:p%3Aä@h.example/")
    assert url.credentials == "us@er:p:ä".encode()
    assert str(url) == "http://h.example/"
    assert read_url("http://@h.example/").credentials == b":"
    assert read_url("http://\udcff@h.example/").credentials == b"\xff:"
    assert read_url("http://h.example/").credentials is None


def test_redirects_are_read_like_addresses() -> None:
    url = read_url("https://user:secret@h.example:8443/a/b?c")
    assert str(url.join("../d?e")) == "https://h.example:8443/d?e"
    assert str(url.join("//other.example")) == "https://other.example/"
    assert url.join("https://other.example/").credentials is None
    bads = ("file:///etc/passwd", "http://127.1/", "javascript:alert(1)", "http://[", "//x]/", "//\u2100/")
    for bad in bads:
        with pytest.raises(UrlNotValid):
            url.join(bad)


PARTS = st.sampled_from(
    ["http", "https", "://", "/", "//", "?", "#", "@", ":", ".", "..", "%", "%2e", "\\", "[", "]", "127", "0x7f", "017",
     "1", "::", "a", "ü", "。", "１", "h.example", "localhost", "\t", "\0", " ", "\ud800", "-", "_", "65536", "80"]
)  # fmt: skip


@settings(max_examples=1000 * FUZZ)
@given(st.lists(PARTS, max_size=12).map("".join) | st.text(max_size=60).map("http://{}".format))
def test_whatever_is_read_is_called_as_it_was_read(text: str) -> None:
    try:
        url = read_url(text)
    except UrlNotValid:
        return
    asked = url.asked()
    assert (asked.scheme, asked.raw_host, asked.port) == (url.scheme, url.host, url.port)
    assert asked.raw_path_qs == url.target
    assert url.target.isascii()
    assert not re.search(r"[\s\x00-\x1f]", f"{url.target}{url.host}")
    assert read_url(str(url)) == replace(url, user=None)
