"""Frames around open groups. Knows no Qt."""

from dataclasses import replace
from typing import Final

import numpy as np

from quantscope_gui.graph.scene import Box, Flags, Floats, Frames, Ints, Scene, frames_of

TITLE_HEIGHT: Final = 15.0
TITLE_MARGIN: Final = 28.0
MARGIN: Final = 12.0
# Nested frames stand so far apart that the titles of every second one don't touch.
STEP: Final = 8.0
# What hangs above and below a node as a tag instead of a line.
TAG: Final = 18.0
# Of all nodes: a frame around more tells nothing.
MOST_OF_ALL: Final = 0.8
LEAST: Final = 3
MOST: Final = 6000


def framed(scene: Scene) -> Scene:
    """The scene with frames around its open groups. A frame that would enclose what is not in its group, or cut through
    another, is left out."""
    found = _frames(scene)
    if found.group.size == 0:
        return scene
    bounds = Box(
        min(scene.bounds.left, float(found.left.min())),
        min(scene.bounds.top, float(found.top.min()) - TITLE_HEIGHT / 2),
        max(scene.bounds.right, float(found.right.max())),
        max(scene.bounds.bottom, float(found.bottom.max())),
    )
    return replace(scene, frames=found, bounds=bounds)


def _frames(scene: Scene) -> Frames:
    contents = _contents(scene)
    # Of the frames made so far: low and high end of the nodes within, how many frames deep they are, and their sides.
    nodes = np.zeros((len(contents), 3), np.int64)
    sides = np.zeros((len(contents), 4))
    chosen: list[int] = []
    for group, (low, high) in reversed(contents.items()):
        made = len(chosen)
        inner = (nodes[:made, 0] >= low) & (nodes[:made, 1] <= high)
        height = 1 + int(nodes[:made, 2][inner].max(initial=0))
        box = _box(scene, np.arange(low, high)).grown(MARGIN + STEP * (height - 1))
        room = Box(box.left, box.top - TITLE_HEIGHT / 2, box.right, box.bottom).grown(4)
        if scene.visible_nodes(room).size == high - low and not np.any(_touching(sides[:made], room) & ~inner):
            nodes[made] = low, high, height
            sides[made] = box.left, box.top, box.right, box.bottom
            chosen.append(group)
    nodes, sides = nodes[: len(chosen)], sides[: len(chosen)]
    depth = [int(((nodes[:, 0] <= low) & (nodes[:, 1] >= high)).sum()) - 1 for low, high, _ in nodes.tolist()]
    return frames_of(sides, np.array(chosen, np.int64), np.array(depth, np.int64), _room(sides))


def _room(sides: Floats) -> Floats:
    """How wide each title may be: half the frame where another frame's title is at the same height."""
    left, top, right, _ = sides.T
    beside = [
        int(((np.abs(top - here) < TITLE_HEIGHT) & (left < high) & (right > low)).sum()) > 1
        for low, here, high, _ in sides.tolist()
    ]
    room: Floats = np.where(beside, (right - left) / 2, right - left) - TITLE_MARGIN
    return room


def _contents(scene: Scene) -> dict[int, tuple[int, int]]:
    """The nodes in each open group that is worth a frame, as a range; outer groups first, of equal ones the inner."""
    groups = scene.groups
    start, end, parent, opened = (
        column.values.tolist() for column in (groups.start, groups.end, groups.parent, groups.open)
    )
    inside = np.nonzero(scene.end > scene.first)[0]  # inputs and outputs stand for no operators
    first = scene.first[inside]
    lows = np.searchsorted(first, start) + (inside[0] if inside.size else 0)
    highs = np.searchsorted(first, end) + (inside[0] if inside.size else 0)
    shown = [False] * len(start)
    found: dict[tuple[int, int], int] = {}
    for group, outer in enumerate(parent):
        shown[group] = bool(opened[group]) and (outer < 0 or shown[outer])
        low, high = int(lows[group]), int(highs[group])
        if shown[group] and LEAST <= high - low <= MOST_OF_ALL * inside.size:
            found.pop((low, high), None)
            found[low, high] = group
    return {group: nodes for nodes, group in list(found.items())[:MOST]}


def _box(scene: Scene, nodes: Ints) -> Box:
    """The rectangle around nodes and the tags at them."""
    x, y, half_width, half_height = scene.x[nodes], scene.y[nodes], scene.width[nodes] / 2, scene.height[nodes] / 2
    return Box(
        float((x - half_width).min()),
        float((y - half_height - TAG * (scene.portal_in[nodes] > 0)).min()),
        float((x + half_width).max()),
        float((y + half_height + TAG * (scene.portal_out[nodes] > 0)).max()),
    )


def _touching(sides: Floats, box: Box) -> Flags:
    """Which of the rectangles (rectangles, 4: left, top, right, bottom) touch a box."""
    left, top, right, bottom = sides.T
    touching: Flags = (left < box.right) & (right > box.left) & (top < box.bottom) & (bottom > box.top)
    return touching
