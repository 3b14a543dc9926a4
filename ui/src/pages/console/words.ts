import { Refused } from "./refused";

/** A word of a line, and where it stands in it. */
export interface Word {
  text: string;
  start: number;
  /** The quote that is still open at its end; empty for none. */
  open: string;
}

const SPACE = /\s/;
/** What a shell would do something with.  There is none here, and a word that looks like it must not be sent as data. */
const SHELL = /[|<>;&`]|\$\(/;

/**
 * The words of a line, as a shell reads quotes and backslashes (pure).  Variables and patterns mean nothing here.
 *
 * @returns words without a quote that is left open; the last may have one.
 */
export function wordsIn(line: string): Word[] {
  const words: Word[] = [];
  const now: { word: Word | null } = { word: null };
  const begin = (at: number) => (now.word ??= { text: "", start: at, open: "" });
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    const open = now.word?.open ?? "";
    if (open === "'") {
      if (letter === "'") begin(at).open = "";
      else begin(at).text += letter;
    } else if (letter === "\\" && at + 1 < line.length) {
      const next = line.charAt(++at);
      // Between double quotes a backslash stays in front of what needs none.
      begin(at - 1).text += open === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next;
    } else if (open === '"') {
      if (letter === '"') begin(at).open = "";
      else begin(at).text += letter;
    } else if (letter === "'" || letter === '"') begin(at).open = letter;
    else if (SPACE.test(letter)) {
      if (now.word) words.push(now.word);
      now.word = null;
    } else begin(at).text += letter;
  }
  if (now.word) words.push(now.word);
  return words;
}

/** The texts of a whole line's words (pure).  Throws `Refused` for an open quote, and for what only a shell could do. */
export function split(line: string): string[] {
  const words = wordsIn(line);
  const last = words.at(-1);
  if (last?.open) throw new Refused("console.open_quote", { quote: last.open });
  const found = SHELL.exec(unquoted(line));
  if (found) throw new Refused("console.no_shell", { what: found[0] });
  return words.map(({ text }) => text);
}

/** A line without what is quoted in it. */
function unquoted(line: string): string {
  return line.replace(/\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"/g, "_");
}

/** A path as one word of a line (pure).  One that begins as an option does would be taken for one, such as for another address. */
export function pathWord(path: string): string {
  return quoted(path.startsWith("-") ? `/${path}` : path);
}

/** A text as one word of a line, quoted if it has to be (pure). */
export function quoted(text: string): string {
  // Braces around one name stay as they are; a shell makes several words of others.
  return /^(?:[\w@%+=:,./-]|\{\w+\})+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
