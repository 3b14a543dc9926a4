/** One element of DER: what it is, what is in it, and the whole of it. */
export interface Element {
  tag: number;
  content: Uint8Array;
  whole: Uint8Array;
}

/** Bytes that are no DER, or not of the form that was expected. */
export class DerFault extends Error {}

/** Tags of the types that certificates are made of. */
export const TAG = { boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, enumerated: 0x0a, utcTime: 0x17, time: 0x18, sequence: 0x30, set: 0x31, universalString: 0x1c, bmp: 0x1e } as const;

/** The elements that follow each other in bytes (pure).  Throws `DerFault`. */
export function elementsOf(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at);
    found.push(element);
    at += element.whole.length;
  }
  return found;
}

/** The only element in bytes (pure).  Throws `DerFault`. */
export function elementOf(bytes: Uint8Array, tag?: number): Element {
  const element = elementAt(bytes, 0);
  if (tag !== undefined && element.tag !== tag) throw new DerFault("another type");
  return element;
}

function elementAt(bytes: Uint8Array, start: number): Element {
  const tag = byteAt(bytes, start);
  const first = byteAt(bytes, start + 1);
  let at = start + 2;
  let length = first;
  if (first & 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerFault("length");
    length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + byteAt(bytes, at++);
  }
  if (at + length > bytes.length) throw new DerFault("too short");
  return { tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(start, at + length) };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new DerFault("too short");
  return byte;
}

/** The child at a place.  Throws `DerFault` where there is none. */
export function child(elements: readonly Element[], at: number): Element {
  const found = elements[at];
  if (!found) throw new DerFault("too short");
  return found;
}

/** `1.2.840.10045.2.1` (pure). */
export function oidOf({ content }: Element): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(value);
    value = 0;
  }
  const [head = 0, ...rest] = numbers;
  const root = Math.min(2, Math.floor(head / 40));
  return [root, head - root * 40, ...rest].join(".");
}

/** A text of any of the types that names are written in (pure). */
export function textOf({ tag, content }: Element): string {
  if (tag === TAG.bmp) return new TextDecoder("utf-16be").decode(content);
  if (tag === TAG.universalString) return Array.from({ length: content.length / 4 }, (_, index) => String.fromCodePoint(new DataView(content.buffer, content.byteOffset + index * 4, 4).getUint32(0))).join("");
  return new TextDecoder().decode(content);
}

/** A moment (pure).  Two digits of a year mean 1950 to 2049.  Throws `DerFault`. */
export function timeOf({ tag, content }: Element): Date {
  const text = new TextDecoder().decode(content);
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.\d+)?Z$/.exec(text);
  if (!match || (tag !== TAG.utcTime && tag !== TAG.time)) throw new DerFault("time");
  const [, year = "", ...rest] = match;
  const full = year.length === 4 ? Number(year) : Number(year) + (Number(year) < 50 ? 2000 : 1900);
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = rest.map(Number);
  return new Date(Date.UTC(full, month - 1, day, hour, minute, second));
}

/** Bytes as `0a:ff` (pure). */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** A number as certificates' serial numbers are written: without the byte that only says that it isn't negative (pure). */
export function serialOf({ content }: Element): string {
  return hexOf(content.length > 1 && content[0] === 0 ? content.subarray(1) : content);
}

/** A small number (pure). */
export function numberOf({ content }: Element): number {
  return content.reduce((value, byte) => value * 256 + byte, 0);
}
