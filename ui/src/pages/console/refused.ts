import { type TextKey, t } from "../../texts";

/** A line that can't be run, and why. */
export class Refused extends Error {
  constructor(key: TextKey, values: Record<string, string | number> = {}) {
    super(t(key, values));
  }
}
