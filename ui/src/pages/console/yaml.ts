import type { Json } from "../../api/client";
import { isFields } from "../../api/json";

const PLAIN = /^[A-Za-z_/][\w ./@+-]*$/;
const OTHER_TYPE = /^(true|false|null|yes|no|on|off|y|n|~|\.inf|\.nan)$/i;

/** A value as YAML (pure), without a newline at its end.  Texts that could be read as something else are quoted. */
export function yamlOf(value: Json): string {
  return lines(value, "").join("\n").trimStart();
}

function scalar(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return PLAIN.test(value) && !OTHER_TYPE.test(value) && !value.endsWith(" ") ? value : JSON.stringify(value);
}

function isBlock(value: Json): boolean {
  return (Array.isArray(value) || isFields(value)) && Object.keys(value).length > 0;
}

function lines(value: Json, indent: string): string[] {
  if (Array.isArray(value) && value.length > 0)
    return value.flatMap((each) => {
      if (!isBlock(each)) return [`${indent}- ${scalar(each)}`];
      const [first = "", ...rest] = lines(each, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  if (isFields(value) && isBlock(value))
    return Object.keys(value)
      .sort()
      .flatMap((name) => {
        const each = value[name] ?? null;
        return isBlock(each) ? [`${indent}${scalar(name)}:`, ...lines(each, Array.isArray(each) ? indent : `${indent}  `)] : [`${indent}${scalar(name)}: ${scalar(each)}`];
      });
  return [`${indent}${scalar(value)}`];
}
