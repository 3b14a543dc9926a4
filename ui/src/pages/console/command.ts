import type { Envelope, Fields, Method } from "../../api/client";
import type { TextKey } from "../../texts";
import type { FlagName, Given } from "./flags";

export interface Question {
  data?: unknown;
  query?: Record<string, string>;
}

/** The server, as commands ask it. */
export interface Api {
  /** In the namespace and with the wrapping that the line names. */
  ask: (method: Method, path: string, question?: Question) => Promise<Envelope<Fields> | undefined>;
  /** The same, never wrapped: what a command has to know before it does what it is there for. */
  look: (method: Method, path: string, question?: Question) => Promise<Envelope<Fields> | undefined>;
}

/** A command with all that was given to it. */
export interface Call {
  args: readonly string[];
  flags: Given;
  /** What stands in the field for longer texts; the line means it by `-`. */
  input: string;
  api: Api;
}

/** A command. */
export interface Command {
  /** With its options and arguments, as the command line writes it. */
  usage: string;
  summary: TextKey;
  flags: readonly FlagName[];
  /** How many arguments it takes. */
  least: number;
  most: number;
  /** Whether it may end or destroy something, so that the user is asked once more. */
  ends?: boolean;
  run: (call: Call) => Promise<string>;
}

/** A path of the API as it is typed: slashes at its ends and `v1/` go (pure). */
export function clean(path: string): string {
  return path.trim().replace(/^\/+/, "").replace(/^v1\//, "").replace(/\/+$/, "");
}
