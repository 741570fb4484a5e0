"""Links that drives make for people: they lead to a page about a file, and a program that follows them gets HTML. No
I/O."""

import re
from dataclasses import dataclass

from tideline.features.files.errors import ShareLink
from tideline.features.files.sniffing import is_web_page
from tideline.platform.outgoing import Url

UPLOAD_INSTEAD = "Upload the file itself with POST /files_upload, or give an address that answers with the file."


@dataclass(frozen=True, slots=True)
class Drive:
    """`direct` is what the addresses look like under which this drive gives out files."""

    name: str
    hosts: re.Pattern[str]
    direct: re.Pattern[str]


def _drive(name: str, hosts: str, direct: str = "(?!)") -> Drive:
    return Drive(name, re.compile(rf"(?:{hosts})\.?"), re.compile(direct))


DRIVES = (
    _drive("Google Drive", r"drive\.google\.com", r"/(?:u/\d+/)?uc\?.*\bexport=download\b"),
    _drive("Google Docs", r"docs\.google\.com", r".*(?:/export\b|/pub\?.*\boutput=|\bexport=download\b)"),
    _drive("Google Photos", r"photos\.google\.com|photos\.app\.goo\.gl"),
    _drive("OneDrive", r"onedrive\.live\.com|1drv\.ms", r"/download\b|.*[?&]download=1\b"),
    _drive("SharePoint", r".+\.sharepoint\.com", r".*(?:[?&]download=1\b|/_layouts/15/download\.aspx\b|/_api/)"),
    _drive("Dropbox", r"(?:www\.)?dropbox\.com", r".*[?&](?:dl|raw)=1\b"),
    _drive("iCloud", r"(?:www|share)\.icloud\.com"),
    _drive("Box", r"(?:.+\.)?box\.com", r"/shared/static/|/index\.php\?.*\brm=box_download_shared_file\b"),
    _drive("WeTransfer", r"(?:www\.)?wetransfer\.com|we\.tl"),
    _drive("MEGA", r"mega\.nz|mega\.co\.nz"),
)


def ensure_direct(url: Url) -> None:
    """Raises ShareLink for what is known to be a page by its address alone."""
    drive = drive_of(url)
    if drive and not drive.direct.match(url.target):
        raise ShareLink(f"This is a share link of {drive.name}: it leads to a page, not to the file. {UPLOAD_INSTEAD}")


def ensure_file(asked: Url, answered: Url, mimetype: str, *, wants_page: bool) -> None:
    """Raises ShareLink for a page where a file was asked for: a drive's, or one that wants somebody to sign in."""
    if not is_web_page(mimetype) or wants_page:
        return
    if drive := drive_of(asked) or drive_of(answered):
        raise ShareLink(
            f"{drive.name} answers with a page instead of the file: is it open to everybody who has the link? "
            f"{UPLOAD_INSTEAD}"
        )
    raise ShareLink(
        f"This address leads to a web page, not to a file. {UPLOAD_INSTEAD} If it is the page that is wanted, say so "
        "with content_type text/html."
    )


def drive_of(url: Url) -> Drive | None:
    return next((drive for drive in DRIVES if drive.hosts.fullmatch(url.host)), None)
