import type { CodeProps } from "./editor/props";
import { later } from "./later";

/** An editor for longer texts, loaded where one is shown first. */
export const CodeEditor = later<CodeProps>(() => import("./editor/Editor"));
