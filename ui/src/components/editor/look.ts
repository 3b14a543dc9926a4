import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** What a fault looks like by letters and lines: CodeMirror's own pictures are data, which the policy of the page forbids. */
const underlined = (colour: string) => ({ backgroundImage: "none", textDecoration: `underline wavy ${colour}`, textDecorationSkipInk: "none" });
const marked = (letter: string, colour: string) => ({ content: `"${letter}"`, color: colour, fontWeight: "bold", display: "block", textAlign: "center" });

/** The colours of the page, whose custom properties reach into a shadow root. */
const theme = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius)", fontSize: "0.875rem" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
  ".cm-content": { fontFamily: "var(--mono)", minHeight: "8rem", caretColor: "var(--text)" },
  ".cm-scroller": { maxHeight: "60vh", overflow: "auto" },
  ".cm-gutters": { backgroundColor: "var(--surface-2)", color: "var(--text-2)", border: "none" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-lintRange-error": underlined("var(--danger)"),
  ".cm-lintRange-warning": underlined("var(--warn)"),
  ".cm-lint-marker-error, .cm-lint-marker-warning": { content: "normal" },
  ".cm-lint-marker-error::before": marked("✕", "var(--danger)"),
  ".cm-lint-marker-warning::before": marked("!", "var(--warn)"),
  ".cm-panels": { backgroundColor: "var(--surface-2)", color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selection)" },
});

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--text-2)", fontStyle: "italic" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.keyword, tags.propertyName], color: "var(--code-name)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-value)" },
]);

export const look = [theme, syntaxHighlighting(colours)];
