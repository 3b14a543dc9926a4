/** The line that a message is about: it says so, or names a rule that is there (pure). */
export function lineOf(policy: string, message: string): number {
  const said = /\bAt (\d+):\d+/.exec(message) ?? /\bon line (\d+)/.exec(message);
  if (said) return Number(said[1]);
  const named = /"([^"]+)"/.exec(message)?.[1];
  const at = named ? policy.indexOf(`"${named}"`) : -1;
  return at < 0 ? 1 : policy.slice(0, at).split("\n").length;
}
