"""What a gateway counts for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Figures:
    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self.numbers = Gauge("tideline_gateway_numbers", "Numbers that this gateway holds.", registry=registry)
        self.events = Counter("tideline_gateway_events", "Events of numbers that were stored.", registry=registry)
        self.stale = Counter(
            "tideline_gateway_stale_events",
            "Events refused because another gateway owns the number.",
            registry=registry,
        )
        self.set_aside = Counter(
            "tideline_gateway_events_set_aside",
            "Events that could not be stored and were kept as they came.",
            registry=registry,
        )
        self.linked = Counter("tideline_gateway_linked", "Phones that were linked.", registry=registry)
        self.media = Counter("tideline_gateway_media", "Files that came in.", ["outcome"], registry=registry)
