"""Draws the map of West Africa once, from Natural Earth 1:50m (public domain), as the npm package world-atlas has it.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python scripts/draw_west_africa.py package/countries-50m.json

Writes fmm_portal/institutions/west_africa.json. Borders are shared lines in the source and are simplified as such, so
that neighbours still fit each other. Not run by anything: the result is committed, the source is not.
"""

import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "fmm_portal" / "institutions" / "west_africa.json"
# ISO 3166-1 numeric, as the source has them, by the codes that the portal uses.
COUNTRIES = {
    "204": "BJ", "854": "BF", "132": "CV", "384": "CI", "270": "GM", "288": "GH", "324": "GN", "624": "GW",
    "430": "LR", "466": "ML", "478": "MR", "562": "NE", "566": "NG", "686": "SN", "694": "SL", "768": "TG",
}  # fmt: skip
# Drawn grey, for orientation; Western Sahara apart from all others.
AROUND = ("504", "012", "434", "148", "120", "788", "140", "226", "266", "178")
WESTERN_SAHARA = "732"
# Longitudes and latitudes of the frame.
WEST, EAST, SOUTH, NORTH = -25.9, 16.6, 3.6, 27.8
WIDTH = 1000
# In units of the drawing: what lies nearer to a straight line is left out; smaller islands are.
TOLERANCE, LEAST_AREA = 1.1, 6.0
# Where a country's number stands, in degrees: within it, or beside it where it is small.
PLACES = {
    "BJ": (2.3, 10.3), "BF": (-1.7, 12.4), "CV": (-21.3, 15.9), "CI": (-5.6, 7.6), "GM": (-18.2, 13.4),
    "GH": (-1.2, 7.9), "GN": (-11.0, 10.9), "GW": (-17.2, 11.6), "LR": (-9.4, 6.5), "ML": (-2.6, 17.6),
    "MR": (-10.6, 19.6), "NE": (9.4, 17.3), "NG": (8.0, 9.6), "SN": (-14.6, 15.1), "SL": (-11.9, 8.5),
    "TG": (1.0, 5.3),
}  # fmt: skip

Point = tuple[float, float]


def projected(longitude: float, latitude: float) -> Point:
    """Equirectangular, true at 15° north: the region lies near enough to the equator."""
    scale = WIDTH / (EAST - WEST)
    return (longitude - WEST) * scale, (NORTH - latitude) * scale / math.cos(math.radians(15))


def simplified(line: list[Point]) -> list[Point]:
    """Douglas and Peucker; the ends stay, so that lines still meet."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = math.hypot(bx - ax, by - ay)

    def distance(point: Point) -> float:
        if length == 0:
            return math.hypot(point[0] - ax, point[1] - ay)
        return abs((bx - ax) * (ay - point[1]) - (ax - point[0]) * (by - ay)) / length

    farthest = max(range(1, len(line) - 1), key=lambda index: distance(line[index]))
    if distance(line[farthest]) <= TOLERANCE:
        return [line[0], line[-1]]
    return [*simplified(line[: farthest + 1])[:-1], *simplified(line[farthest:])]


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """The lines of the source: differences of integers, scaled, projected and simplified."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append(projected(x * sx + tx, y * sy + ty))
        lines.append(simplified(line))
    return lines


def ring_of(numbers: list[int], lines: list[list[Point]]) -> list[Point]:
    ring: list[Point] = []
    for number in numbers:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        ring += line[1:] if ring else line
    return ring


def clipped(ring: list[Point], height: float) -> list[Point]:
    """Sutherland and Hodgman: what of a ring lies in the frame."""
    for axis, limit, keeps_above in ((0, 0, True), (0, WIDTH, False), (1, 0, True), (1, height, False)):
        found: list[Point] = []
        for index, point in enumerate(ring):
            before = ring[index - 1]
            is_in = (point[axis] >= limit) == keeps_above or point[axis] == limit
            was_in = (before[axis] >= limit) == keeps_above or before[axis] == limit
            if is_in != was_in:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                found.append(
                    (before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1]))
                )
            if is_in:
                found.append(point)
        ring = found
    return ring


def area(ring: list[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def path_of(geometry: dict[str, Any], lines: list[list[Point]], height: float, least: float) -> str:
    """SVG path data in whole units, each step relative to the last. Holes are none in these shapes."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    parts = []
    for polygon in polygons:
        ring = clipped(ring_of(polygon[0], lines), height)
        if len(ring) < 3 or area(ring) < least:
            continue
        whole = [(round(x), round(y)) for x, y in ring]
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(whole) if a != b]
        parts.append(f"M{whole[0][0]} {whole[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps) + "z")
    return "".join(parts).replace(" -", "-")


def main(source: Path) -> None:
    topology = json.loads(source.read_text(encoding="utf-8"))
    lines = arcs_of(topology)
    height = round(projected(EAST, SOUTH)[1])
    shapes = {geometry.get("id"): geometry for geometry in topology["objects"]["countries"]["geometries"]}
    countries = {}
    for number, code in sorted(COUNTRIES.items(), key=lambda pair: pair[1]):
        # The islands of Cabo Verde are small, and all that there is of it.
        least = 0.3 if code == "CV" else LEAST_AREA
        x, y = projected(*PLACES[code])
        countries[code] = {
            "path": path_of(shapes[number], lines, height, least),
            "x": round(x),
            "y": round(y),
        }
    drawing = {
        "source": "Natural Earth 1:50m, public domain",
        "width": WIDTH,
        "height": height,
        "countries": countries,
        "around": "".join(
            path_of(shapes[number], lines, height, LEAST_AREA) for number in AROUND if number in shapes
        ),
        "western_sahara": path_of(shapes[WESTERN_SAHARA], lines, height, LEAST_AREA),
    }
    TARGET.write_text(json.dumps(drawing, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
