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

/**
 * What a typed text stands for (pure): the choice of that name or id; else each of its parts between commas, as the command line
 * takes them, by the same.  A part that is no choice stands for itself.
 */
export function typedChoices(choices: readonly Choice[], text: string): string[] {
  const found = (typed: string) => choices.find(({ id, label }) => id === typed || label === typed)?.id;
  const whole = found(text.trim());
  if (whole !== undefined) return [whole];
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => found(part) ?? part);
}
