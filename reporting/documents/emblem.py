"""The emblem of the European Union, drawn from its geometry: blue field 3:2, twelve gold stars on a circle."""

import math

BLUE, GOLD = "#003399", "#ffcc00"
WIDTH, HEIGHT = 810, 540
CIRCLE, STAR = HEIGHT / 3, HEIGHT / 18  # Radius of the circle of stars, and of the circle around one star.
INNER = STAR * math.sin(math.radians(18)) / math.sin(math.radians(126))


def eu_emblem() -> str:
    stars = "".join(_star(math.radians(30 * hour)) for hour in range(12))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{BLUE}"/><path d="{stars}" fill="{GOLD}"/></svg>'
    )


def _star(angle: float) -> str:
    """A five-pointed star, one point upwards, at this angle from the top."""
    x, y = WIDTH / 2 + CIRCLE * math.sin(angle), HEIGHT / 2 - CIRCLE * math.cos(angle)
    corners = []
    for corner in range(10):
        radius, turn = (INNER if corner % 2 else STAR), math.radians(36 * corner)
        corners.append(f"{x + radius * math.sin(turn):.2f} {y - radius * math.cos(turn):.2f}")
    return "M" + "L".join(corners) + "Z"
