"""What a browser calls itself, in a few words that its owner recognises."""

BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox")),
    *(("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")),
)
"""The first that fits: most of them also call themselves by a later one's name."""
SYSTEMS = (
    *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux")),
)
LONGEST = 60


def named(agent: str) -> str:
    """`Firefox, Windows`; else its own words, cut; empty when it said nothing."""
    known = [next((name for part, name in parts if part in agent), "") for parts in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, known)) or agent[:LONGEST]
