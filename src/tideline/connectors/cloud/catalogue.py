"""Profiles, templates and figures as the platform lists them. No I/O."""

from collections.abc import Mapping
from typing import Any, Final

from tideline.features.numbers.port import AnalyticsQuestion, BusinessProfile, BusinessTemplate

TEMPLATES_AT_ONCE: Final = 200
TEMPLATE_FIELDS: Final = "id,name,language,status,category,parameter_format,components,rejected_reason,quality_score"
MOST_PAGES: Final = 100


def profile(said: Mapping[str, Any], phone: str) -> BusinessProfile:
    display = _text(said.get("display_phone_number"))
    digits = "".join(sign for sign in display if sign.isascii() and sign.isdigit())
    return BusinessProfile(digits or phone, display or f"+{phone}", _text(said.get("verified_name")))


def templates(said: Mapping[str, Any]) -> list[BusinessTemplate]:
    given = said.get("data")
    found = [_template(one) for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    return [one for one in found if one.external_id and one.name and one.language]


def _template(given: Mapping[str, Any]) -> BusinessTemplate:
    components = given.get("components")
    return BusinessTemplate(
        external_id=_text(given.get("id")),
        name=_text(given.get("name")),
        language=_text(given.get("language")),
        status=_text(given.get("status")),
        category=_text(given.get("category")),
        parameter_format=_text(given.get("parameter_format")) or "POSITIONAL",
        components=[one for one in components if isinstance(one, Mapping)] if isinstance(components, list) else [],
        rejected_reason=_reason(given.get("rejected_reason")),
        quality=_quality(given.get("quality_score")),
    )


def _reason(given: Any) -> str:
    """`NONE` stands there for templates that were not rejected."""
    reason = _text(given)
    return "" if reason == "NONE" else reason


def _quality(given: Any) -> str:
    score = _text(given.get("score")) if isinstance(given, Mapping) else _text(given)
    return "" if score == "UNKNOWN" else score


def next_page(said: Mapping[str, Any]) -> str | None:
    """The cursor of the page behind this one; the address that the platform gives for it is not followed."""
    paging = said.get("paging")
    if not isinstance(paging, Mapping) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    return _text(cursors.get("after")) or None if isinstance(cursors, Mapping) else None


def analytics_fields(question: AnalyticsQuestion) -> str:
    start, end = int(question.start.timestamp()), int(question.end.timestamp())
    between = f".start({start}).end({end})"
    dimensions = f".dimensions([{','.join(_word(one) for one in question.dimensions)}])" if question.dimensions else ""
    granularity = "HALF_HOUR" if end - start <= 24 * 3600 else "DAY"
    return f"analytics{between}.granularity({granularity}),pricing_analytics{between}.granularity(DAILY){dimensions}"


def _word(dimension: str) -> str:
    return "".join(sign for sign in dimension if sign.isascii() and (sign.isalnum() or sign == "_")).upper()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
