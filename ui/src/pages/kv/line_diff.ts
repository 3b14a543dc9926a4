/** A line of one of two texts, or of both. */
export interface Line {
  kind: "same" | "removed" | "added";
  text: string;
}

/** More lines than this, where the texts differ, aren't compared one by one: it would take too long. */
const MOST = 2000;

/** What differs between two texts, line by line (pure); null if they are too long to compare. */
export function linesOf(before: string, after: string): Line[] | null {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const [gone, come] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)];
  if (gone.length > MOST || come.length > MOST) return null;
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ kind: "same", text }));
  return [...same(old.slice(0, head)), ...middle(gone, come), ...same(old.slice(old.length - tail))];
}

/** The lines between those that are the same at both ends, by their longest common sequence. */
function middle(gone: readonly string[], come: readonly string[]): Line[] {
  const width = come.length + 1;
  const common = new Uint16Array((gone.length + 1) * width);
  const at = (row: number, column: number) => common[row * width + column] ?? 0;
  for (let row = gone.length - 1; row >= 0; row--)
    for (let column = come.length - 1; column >= 0; column--) common[row * width + column] = gone[row] === come[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
  const found: Line[] = [];
  let [row, column] = [0, 0];
  while (row < gone.length || column < come.length) {
    const [left, right] = [gone[row], come[column]];
    if (left !== undefined && left === right) {
      found.push({ kind: "same", text: left });
      row++;
      column++;
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      found.push({ kind: "removed", text: left });
      row++;
    } else {
      found.push({ kind: "added", text: right ?? "" });
      column++;
    }
  }
  return found;
}
