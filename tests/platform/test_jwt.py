"""JSON Web Tokens: one algorithm, read strictly, and the same bytes as everybody else's."""

import pytest

from tideline.platform import jwt

# the example that jwt.io has shown for years
HEADER = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
CLAIMS = "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ"
SIGNATURE, SECRET = "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c", "your-256-bit-secret"


def test_a_known_token_is_read_and_made() -> None:
    token = jwt.read(f"{HEADER}.{CLAIMS}.{SIGNATURE}")
    assert token.claims == {"sub": "1234567890", "name": "John Doe", "iat": 1516239022}
    assert token.is_signed_with(SECRET)
    assert not token.is_signed_with("your-256-bit-secreT")
    assert jwt.sign(token.claims, SECRET) == f"{HEADER}.{CLAIMS}.{SIGNATURE}"


TAMPERED = {
    "another claim": f"{HEADER}.eyJzdWIiOiIxIn0.{SIGNATURE}",
    "a shorter signature": f"{HEADER}.{CLAIMS}.{SIGNATURE[:-4]}",
    "another signature": f"{HEADER}.{CLAIMS}.{'A' * len(SIGNATURE)}",
}


@pytest.mark.parametrize("text", TAMPERED.values(), ids=TAMPERED)
def test_what_was_changed_is_not_genuine(text: str) -> None:
    assert not jwt.read(text).is_signed_with(SECRET)


UNREADABLE = {
    "nothing": "",
    "two parts": f"{HEADER}.{CLAIMS}",
    "four parts": f"{HEADER}.{CLAIMS}.{SIGNATURE}.x",
    "no signature": f"{HEADER}.{CLAIMS}.",
    "padding": f"{HEADER}.{CLAIMS}=.{SIGNATURE}",
    "a line break": f"{HEADER}.{CLAIMS}\n.{SIGNATURE}",
    "the other alphabet": f"{HEADER}.{CLAIMS}.{SIGNATURE.replace('_', '/')}",
    "alg none": f"eyJhbGciOiJub25lIn0.{CLAIMS}.{SIGNATURE}",
    "claims that are a list": f"{HEADER}.W10.{SIGNATURE}",
    "a length that no bytes have": f"{HEADER}.{CLAIMS}.AAAAA",
    "a book": f"{HEADER}.{'A' * 9000}.{SIGNATURE}",
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_token_is_not_read(text: str) -> None:
    with pytest.raises(jwt.NotReadable):
        jwt.read(text)
