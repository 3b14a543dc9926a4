import type { Choice } from "./Field";

const MOST = 100;

/** The choices that may still be taken, and have the typed text in them: as many as a list shows (pure). */
export function taken(choices: readonly Choice[], chosen: readonly string[], text: string): Choice[] {
  const wanted = text.trim().toLowerCase();
  const used = new Set(chosen);
  const found: Choice[] = [];
  for (const choice of choices) {
    if (used.has(choice.id) || (wanted && !choice.label.toLowerCase().includes(wanted))) continue;
    found.push(choice);
    if (found.length === MOST) break;
  }
  return found;
}

/** What a typed text stands for: the choice of that name or id, else itself (pure). */
export function typedChoice(choices: readonly Choice[], text: string): string {
  const wanted = text.trim();
  return choices.find(({ id, label }) => id === wanted || label === wanted)?.id ?? wanted;
}
