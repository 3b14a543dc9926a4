import english from "./en.json";

type Texts = typeof english;
/** The name of a text: its section and its key in `en.json`. */
export type TextKey = { [S in keyof Texts & string]: `${S}.${keyof Texts[S] & string}` }[keyof Texts & string];
type Values = Record<string, string | number>;

/**
 * A text of the interface.
 *
 * `{name}` in it is replaced by a value.  A text with two forms, parted by ` | `, takes the first where `n` is 1.
 */
export function t(key: TextKey, values: Values = {}): string {
  const dot = key.indexOf(".");
  const section = (english as Record<string, Record<string, string>>)[key.slice(0, dot)];
  const text = section?.[key.slice(dot + 1)] ?? key;
  const [one, many] = text.split(" | ");
  const form = many !== undefined && values["n"] !== 1 ? many : (one ?? text);
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A text whose name is made at run time; `otherwise` where there is none. */
export function textOr(key: string, otherwise: string): string {
  const dot = key.indexOf(".");
  return (english as Record<string, Record<string, string>>)[key.slice(0, dot)]?.[key.slice(dot + 1)] ?? otherwise;
}
