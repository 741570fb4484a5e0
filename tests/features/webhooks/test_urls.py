"""Which addresses a webhook may have: structurally valid ones, byte for byte."""

import pytest

from tideline.features.webhooks import InvalidUrl
from tideline.features.webhooks.urls import LONGEST, check

FINE = {
    "plain": "https://crm.example.com/hooks/wa",
    "no path": "http://crm.example.com",
    "query with a secret": "https://crm.example.com/hooks?secret=d%2Bm=o&t=+1/2",
    "query without a path": "https://crm.example.com?token=1",
    "port": "http://127.0.0.1:9999/in",
    "IPv6": "http://[2001:db8::1]:8080/in",
    "user and password": "https://me:p%40ss@crm.example.com/in",
    "upper case": "HTTPS://CRM.Example.COM/In",
    "one label": "http://receiver/in",
    "underscore": "http://my_service.internal/in",
    "punycode": "https://xn--bcher-kva.example/in",
    "percent sign alone": "https://crm.example.com/100%",
    "fragment": "https://crm.example.com/in#part",
    "dots in the path": "https://crm.example.com/a/../b//c",
    "braces in the query": "https://crm.example.com/in?filter[]={x}",
    "as long as it may be": "https://crm.example.com/" + "x" * (LONGEST - 24),
}
WRONG = {
    "empty": "",
    "too long": "https://crm.example.com/" + "x" * (LONGEST - 23),
    "another scheme": "ftp://crm.example.com/in",
    "no scheme": "crm.example.com/in",
    "javascript": "javascript:alert(1)",
    "no host": "https:///in",
    "no host but a port": "https://:443/in",
    "one slash": "https:/crm.example.com",
    "raw plus in the user part": "https://a+b@crm.example.com/in",
    "raw equals in the password": "https://a:b=c@crm.example.com/in",
    "two at signs": "https://a@b@crm.example.com/in",
    "space": "https://crm.example.com/a b",
    "space in front": " https://crm.example.com/",
    "newline": "https://crm.example.com/\r\nHost: other",
    "newline at the end": "https://crm.example.com/\n",
    "not ASCII": "https://bücher.example/in",
    "label too long": f"https://{'x' * 64}.example/in",
    "host too long": f"https://{'x.' * 130}example/in",
    "hyphen in front": "https://-crm.example.com/in",
    "empty label": "https://crm..example.com/in",
    "port too large": "https://crm.example.com:65536/in",
    "port 0": "https://crm.example.com:0/in",
    "port that is none": "https://crm.example.com:https/in",
    "backslash in the host": "https://crm.example.com\\@evil.example/",
    "IPv6 that is none": "https://[::1::2]/in",
    "open bracket": "https://[::1/in",
    "an address in one number": "http://2130706433/in",
    "an address in octal numbers": "http://0177.0.0.1/in",
    "an address with parts left out": "http://127.1/in",
    "a port of something else": "http://crm.example.com:25/in",
    "markup": "https://crm.example.com/<script>",
}


@pytest.mark.parametrize("url", FINE.values(), ids=FINE)
def test_a_fine_address_stays_as_it_is(url: str) -> None:
    assert check(url) == url


@pytest.mark.parametrize("url", WRONG.values(), ids=WRONG)
def test_what_nobody_could_call_is_refused(url: str) -> None:
    with pytest.raises(InvalidUrl):
        check(url)
