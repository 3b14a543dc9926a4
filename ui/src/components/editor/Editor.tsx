import { autocompletion, completionKeymap, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput, StreamLanguage, type StreamParser } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { CodeProps } from "./props";
import { look } from "./look";

const HCL: StreamParser<null> = {
  token(stream) {
    if (stream.match(/#.*|\/\/.*/)) return "comment";
    if (stream.match(/"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/\b(?:true|false|null)\b/)) return "atom";
    if (stream.match(/[\w-]+/)) return "keyword";
    stream.next();
    return null;
  },
};

function languageOf(language: CodeProps["language"]): Extension {
  return language === "json" ? json() : language === "hcl" ? StreamLanguage.define(HCL) : [];
}

/**
 * What is typed over a selection is put in its place here: a browser would give it the look of what was there by a style
 * of its own, which the content security policy forbids.
 */
const TYPED_OVER = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    if (event.inputType !== "insertText" || event.data === null || state.selection.main.empty || view.composing || state.readOnly) return false;
    event.preventDefault();
    view.dispatch(state.update(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true }));
    return true;
  },
});

/**
 * CodeMirror in a shadow root.
 *
 * There it keeps its styles in sheets of the root.  In the page itself it would add `style` elements, which the content
 * security policy forbids.
 */
export default function Editor({ label, value, onChange, language = "text", faults = [], complete }: CodeProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const callbacks = useRef({ onChange, complete });
  // What was typed comes back as the value later, when more may have been typed already: it must not take that away.
  const echoes = useRef<string[]>([]);
  const isGiven = useRef(false);
  callbacks.current = { onChange, complete };
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const propose = (context: CompletionContext) => {
      const line = context.state.doc.lineAt(context.pos);
      const names = callbacks.current.complete?.(line.text.slice(0, context.pos - line.from)) ?? [];
      const word = context.matchBefore(/[\w./+*-]*/);
      return names.length ? { from: word?.from ?? context.pos, options: names.map((name) => ({ label: name })) } : null;
    };
    const made = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: value,
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          indentOnInput(),
          search({ top: true }),
          autocompletion({ override: [propose] }),
          lintGutter(),
          // Tab leaves the editor, as it leaves every field: a keyboard must not be caught in it.
          keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...completionKeymap]),
          languageOf(language),
          look,
          TYPED_OVER,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorState.readOnly.of(callbacks.current.onChange === undefined),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || isGiven.current) return;
            const typed = update.state.doc.toString();
            echoes.current.push(typed);
            callbacks.current.onChange?.(typed);
          }),
        ],
      }),
    });
    made.scrollDOM.tabIndex = 0; // a long text can be scrolled by keys, also where it can't be changed
    view.current = made;
    return () => made.destroy();
  }, [label, language]);
  useEffect(() => {
    const echo = echoes.current.indexOf(value);
    if (echo >= 0) {
      echoes.current.splice(0, echo + 1);
      return;
    }
    const shown = view.current;
    if (!shown || shown.state.doc.toString() === value) return;
    echoes.current = [];
    isGiven.current = true;
    shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } });
    isGiven.current = false;
  }, [value]);
  useEffect(() => {
    const shown = view.current;
    if (!shown) return;
    const found = faults.map(({ line, text, severity }) => {
      const { from, to } = shown.state.doc.line(Math.min(Math.max(line, 1), shown.state.doc.lines));
      return { from, to, severity, message: text };
    });
    shown.dispatch(setDiagnostics(shown.state, found));
  }, [faults]);
  return <div ref={host} className="editor" />;
}
