import type { Frame } from "./layout";

/** Room between an arrow and a box that it passes. */
const clearance = 9;

/**
 * The path of an arrow from one box to another: straight down where the way is free, else past the
 * boxes between, else to the side or up.
 */
export function way(source: Frame, target: Frame, boxes: readonly Frame[]): string {
  const [start, end] = [centre(source), centre(target)];
  const [top, bottom] = [source.y + source.height, target.y - 2];
  if (top < target.y) {
    const between = boxes.filter(
      (box) =>
        box.y > top &&
        box.y + box.height < target.y &&
        box.x < Math.max(start, end) + clearance &&
        box.x + box.width > Math.min(start, end) - clearance,
    );
    return between.length === 0
      ? `M${start} ${top}${swing(start, top, end, bottom)}`
      : past(between, start, top, end, bottom);
  }
  if (target.y + target.height < source.y)
    return `M${start} ${source.y}${swing(start, source.y, end, target.y + target.height + 2)}`;
  const rightward = start < end;
  return `M${rightward ? source.x + source.width : source.x} ${source.y + source.height / 2}L${rightward ? target.x - 2 : target.x + target.width + 2} ${target.y + target.height / 2}`;
}

/**
 * Down beside the boxes in between, on the side that is nearer, and in at the target's own side of
 * its middle.
 */
function past(
  between: readonly Frame[],
  start: number,
  top: number,
  end: number,
  bottom: number,
): string {
  const left = Math.min(...between.map((box) => box.x)) - clearance;
  const right = Math.max(...between.map((box) => box.x + box.width)) + clearance;
  const channel = Math.abs(start - left) <= Math.abs(start - right) ? left : right;
  const [first, last] = [
    Math.min(...between.map((box) => box.y)),
    Math.max(...between.map((box) => box.y + box.height)),
  ];
  const entry = end + (channel < end ? -26 : 26);
  return `M${start} ${top}${swing(start, top, channel, first)}V${last}${swing(channel, last, entry, bottom)}`;
}

/** A curve that leaves and arrives vertically. */
function swing(x1: number, y1: number, x2: number, y2: number): string {
  const bend = Math.sign(y2 - y1) * Math.min(44, Math.abs(y2 - y1) / 2);
  return `C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}

function centre(frame: Frame): number {
  return frame.x + frame.width / 2;
}
