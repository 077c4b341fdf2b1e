// How the blocks of a slide are divided into screens: `height(first, last)` is how high one would be.
const SET_SMALLER = 0.85, SET_SMALL = 0.7;  // the latter rather than half a screen
function screens(blocks, {height, leads, isSmall, window}) {  // as few as can be, of heights as even as can be
  const units = together(blocks, height, leads, window / SET_SMALLER);
  let parts = filled(units, height, window / SET_SMALLER);
  for (let limit = window / SET_SMALLER; ; limit *= 0.98) {
    const lower = filled(units, height, limit);
    if (lower.length > parts.length || limit < 1) break;
    parts = lower;
  }
  return joined(parts.map(part => part.flat()), height, isSmall, window);
}
function together(blocks, height, leads, limit) {  // what leads to the next is with it if both fit
  const units = [];
  for (const block of blocks) {
    const unit = units.at(-1);
    if (unit && leads(unit.at(-1), block) && height(unit[0], block) <= limit) unit.push(block);
    else units.push([block]);
  }
  return units;
}
function filled(units, height, limit) {  // screens, each with as many units as have room
  const parts = [];
  for (const unit of units) {
    const part = parts.at(-1);
    if (part && height(part[0][0], unit.at(-1)) <= limit) part.push(unit);
    else parts.push([unit]);
  }
  return parts;
}
function joined(parts, height, isSmall, window) {  // what is hardly a screen with what is beside it
  const isAlone = part => height(part[0], part.at(-1)) < 0.5 * window;
  const least = blocks => blocks.some(isSmall) ? SET_SMALLER : SET_SMALL;  // not small twice over
  const fit = blocks => height(blocks[0], blocks.at(-1)) <= window / least(blocks);
  const found = [];
  for (const part of parts) {
    const before = found.at(-1);
    if (before && (isAlone(before) || isAlone(part)) && fit([...before, ...part])) {
      before.push(...part);
    } else {
      found.push([...part]);
    }
  }
  return found.length ? found : [[]];
}
