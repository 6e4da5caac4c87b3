"""The two drawings of the page, as SVG text: an interval on the axis of ratios, and the times of a
benchmark over the reports."""
import html
import math

WIDTH, HEIGHT = 220, 22
SPARK_WIDTH, SPARK_HEIGHT = 170, 34
EDGE = 6


class RatioAxis:
    """A logarithmic axis with 1 in the middle, as wide as nine of ten ratios need, within bounds: one
    that is far away shall not make the others a line of dots."""

    def __init__(self, ratios, narrowest=0.05, widest=0.5):
        reaches = sorted(abs(math.log(ratio)) for ratio in ratios)
        reach = reaches[int(len(reaches) * 0.9)] if reaches else 0
        self.reach = min(max(reach * 1.2, math.log1p(narrowest)), math.log1p(widest))

    def x(self, ratio):
        share = max(-1.0, min(1.0, math.log(ratio) / self.reach))
        return EDGE + (WIDTH - 2 * EDGE) * (1 + share) / 2

    def beyond(self, ratio):
        return abs(math.log(ratio)) > self.reach

    def ticks(self):
        """Whole steps on both sides of 1, at most three of them."""
        for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5):
            steps = int(math.expm1(self.reach) / step + 1e-9)
            if steps <= 3:
                return [1 / (1 + step * n) for n in range(steps, 0, -1)] + [
                    1 + step * n for n in range(steps + 1)]
        return [0.5, 1, 2]


def svg(width, height, parts, label):
    return (f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
            f"<title>{html.escape(label)}</title>{''.join(parts)}</svg>")


def axis(scale):
    """The head of the column: where the ratios are."""
    parts = []
    for ratio in scale.ticks():
        x = scale.x(ratio)
        parts.append(f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="17" y2="22"/>'
                     f'<text x="{x:.1f}" y="13" text-anchor="middle">{ratio:.2f}</text>')
    return svg(WIDTH, HEIGHT, parts, "ratio of times, head / base")


def interval(scale, each):
    """The 95 % interval and the ratio; an arrow where they leave the axis."""
    middle, half = scale.x(1), HEIGHT / 2
    low, high, x = (scale.x(each[name]) for name in ("low", "high", "ratio"))
    kind = {"slower": "slower", "faster": "faster"}.get(each["verdict"], "same")
    parts = [f'<line class="one" x1="{middle:.1f}" x2="{middle:.1f}" y1="0" y2="{HEIGHT}"/>',
             f'<line class="bar {kind}" x1="{low:.1f}" x2="{high:.1f}" y1="{half}" y2="{half}"/>']
    if scale.beyond(each["ratio"]):
        side = 1 if each["ratio"] > 1 else -1
        parts.append(f'<path class="dot {kind}" d="M{x + 5 * side:.1f} {half} l{-9 * side} -5 v10 z"/>')
    else:
        parts.append(f'<circle class="dot {kind}" cx="{x:.1f}" cy="{half}" r="3"/>')
    return svg(WIDTH, HEIGHT, parts, f"{each['ratio']:.3f} [{each['low']:.3f}, {each['high']:.3f}]")


def over_history(points, told):
    """points: [(commit, base_ns, head_ns)], oldest first; `told` puts nanoseconds into words. The line
    is head; a hollow dot is what base took in the same report."""
    if not points:
        return ""
    values = [value for _, base, head in points for value in (base, head)]
    bottom, top = min(values), max(values)
    if top < bottom * 1.1:  # a tenth fills the height, at least: noise shall not look like news
        spread = (bottom * 1.1 - top) / 2
        bottom, top = bottom - spread, top + spread

    def at(index, value):
        step = (SPARK_WIDTH - 2 * EDGE) / max(1, len(points) - 1)
        x = EDGE + (index if len(points) > 1 else 0.5) * step
        return x, SPARK_HEIGHT - 5 - (SPARK_HEIGHT - 10) * (value - bottom) / (top - bottom)

    line = " ".join("{:.1f},{:.1f}".format(*at(index, head))
                    for index, (_, _, head) in enumerate(points))
    parts = [f'<polyline class="spark" points="{line}"/>']
    for index, (commit, base, head) in enumerate(points):
        for kind, value, name in (("before", base, "base"), ("after", head, "head")):
            x, y = at(index, value)
            label = html.escape(f"{commit[:12]}: {name} {told(value)}")
            parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.6">'
                         f"<title>{label}</title></circle>")
    return svg(SPARK_WIDTH, SPARK_HEIGHT, parts,
               f"{len(points)} reports, {told(min(values))} to {told(max(values))}")
