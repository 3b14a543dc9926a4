/** Where things lie in a field of 100 by 100, with zero at its bottom. */
type Values = readonly (number | null)[];

/** The top of an axis: the next of 1, 2, 5, 10 … above all values (pure). */
export function ceilingOf(values: Values): number {
  const most = values.reduce<number>((highest, value) => (value !== null && value > highest ? value : highest), 0);
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  for (const step of [1, 2, 5]) if (step * power >= most) return step * power;
  return 10 * power;
}

/** The same for numbers of bytes: the next power of two (pure). */
export function ceilingOfBytes(values: Values): number {
  const most = values.reduce<number>((highest, value) => (value !== null && value > highest ? value : highest), 0);
  return most <= 0 ? 1 : 2 ** Math.ceil(Math.log2(most));
}

/** The points that are known, in pieces without a gap. */
function pieces(times: readonly number[], values: Values, ceiling: number): [number, number][][] {
  const first = times[0] ?? 0;
  const span = (times.at(-1) ?? 0) - first || 1;
  const found: [number, number][][] = [[]];
  times.forEach((time, index) => {
    const value = values[index];
    if (value === null || value === undefined) found.push([]);
    else found.at(-1)?.push([rounded(((time - first) / span) * 100), rounded(100 - (value / ceiling) * 99)]);
  });
  return found.filter((piece) => piece.length > 0);
}

/** The path of a line; a value that isn't known leaves a gap (pure). */
export function lineOf(times: readonly number[], values: Values, ceiling: number): string {
  return pieces(times, values, ceiling)
    .map((piece) => `M${piece.map(([x, y]) => `${x} ${y}`).join("L")}${piece.length === 1 ? "h0.5" : ""}`)
    .join("");
}

/** The path of what is below a line (pure). */
export function areaOf(times: readonly number[], values: Values, ceiling: number): string {
  return pieces(times, values, ceiling)
    .filter((piece) => piece.length > 1)
    .map((piece) => `M${piece[0]?.[0]} 100L${piece.map(([x, y]) => `${x} ${y}`).join("L")}V100Z`)
    .join("");
}

/** The index of the time that is nearest to a place between 0 (left) and 1 (right); null without times (pure). */
export function indexAt(place: number, times: readonly number[]): number | null {
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return null;
  const wanted = first + place * (last - first);
  let nearest = 0;
  times.forEach((time, index) => {
    if (Math.abs(time - wanted) < Math.abs((times[nearest] ?? 0) - wanted)) nearest = index;
  });
  return nearest;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
