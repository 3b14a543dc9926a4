import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { send } from "../../api/client";
import { useSession } from "../../api/hooks";
import type { Document } from "../../api/openapi";
import { Button } from "../../components/Button";
import { TextArea } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { completed, taken, type Wanted, wantedIn } from "./complete";
import { wantsInput } from "./data";
import { namesFor } from "./names";
import { wordsIn } from "./words";

interface Proposals {
  wanted: Wanted;
  names: string[];
  /** Which of them the keyboard is at. */
  at: number;
}

/** What becomes of a line, so that it stays until then. */
export interface Told {
  /** It is in the log, and was begun if it can be. */
  begun: () => void;
  /** It was done: no text of it has to stay. */
  done: () => void;
}

interface Props {
  lines: readonly string[];
  /** Runs a line. */
  onSubmit: (line: string, input: string, told: Told) => void;
}

/** The line that is being typed, with completion and earlier lines. */
export function Prompt({ lines, onSubmit }: Props) {
  const [line, setLine] = useState("");
  const [input, setInput] = useState("");
  const { earlier, later, forget } = useEarlier(lines, setLine);
  const { proposals, complete, move, take, close } = useCompletion(line, setLine);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const type = (text: string) => {
    setLine(text);
    close();
    forget();
  };
  const submit = () => {
    if (line.trim() === "") return;
    const sent = input;
    onSubmit(line, input, { begun: () => type(""), done: () => setInput((now) => (now === sent ? "" : now)) });
    field.current?.focus();
  };
  const pressed = onKeys(
    proposals
      ? { ArrowDown: () => move(1), ArrowUp: () => move(-1), Tab: () => move(1), BackTab: () => move(-1), Enter: () => take(proposals.at), Escape: close }
      : { ArrowUp: () => earlier(line), ArrowDown: later, Escape: line ? () => type("") : undefined, Tab: line.trim() ? () => void complete() : undefined },
  );
  return (
    <SubmitForm className="console-prompt stack" onSubmit={() => submit()}>
      {wantsInput(wordsIn(line).map(({ text }) => text)) && <TextArea label={t("console.input")} description={t("console.input_hint")} value={input} onChange={setInput} rows={4} code />}
      <div className="field">
        <label htmlFor={`${id}-line`}>{t("console.line")}</label>
        <div className="console-typed">
          <input
            ref={field}
            id={`${id}-line`}
            className="input code"
            role="combobox"
            aria-expanded={proposals !== null}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={proposals ? `${id}-${proposals.at}` : undefined}
            aria-describedby={`${id}-hint`}
            value={line}
            onChange={(event) => type(event.target.value)}
            onKeyDown={pressed}
            onBlur={close}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            data-1p-ignore
          />
          <Button type="submit" look="primary">
            {t("console.run")}
          </Button>
        </div>
        <Proposed id={id} proposals={proposals} onTake={take} />
        <span id={`${id}-hint`} className="description">
          {t("console.line_hint")}
        </span>
      </div>
    </SubmitForm>
  );
}

/** Does what belongs to a key; those without anything keep their meaning: Tab in an empty line leaves it. */
function onKeys(keys: Record<string, (() => void) | undefined>) {
  return (event: KeyboardEvent) => {
    const act = keys[event.key === "Tab" && event.shiftKey ? "BackTab" : event.key];
    if (!act || event.nativeEvent.isComposing) return;
    event.preventDefault();
    act();
  };
}

/** What the last word may become; the line keeps the focus. */
function Proposed({ id, proposals, onTake }: { id: string; proposals: Proposals | null; onTake: (index: number) => void }) {
  return (
    <ul id={`${id}-list`} role="listbox" aria-label={t("console.proposals")} className="console-proposals" hidden={!proposals}>
      {proposals?.names.map((name, index) => {
        const isAt = index === proposals.at;
        return (
          <li
            key={name}
            ref={(item) => {
              if (isAt) item?.scrollIntoView({ block: "nearest" });
            }}
            id={`${id}-${index}`}
            role="option"
            aria-selected={isAt}
            className="option code"
            data-selected={isAt || undefined}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onTake(index)}
          >
            {name}
          </li>
        );
      })}
    </ul>
  );
}

/** Goes through earlier lines; the one that was being typed comes last. */
function useEarlier(lines: readonly string[], show: (line: string) => void) {
  const [at, setAt] = useState<number | null>(null);
  const [typed, setTyped] = useState("");
  const go = (place: number | null) => {
    setAt(place);
    show(place === null ? typed : (lines[place] ?? ""));
  };
  const earlier = (line: string) => {
    if (lines.length === 0) return;
    if (at === null) setTyped(line);
    go(Math.max(0, (at ?? lines.length) - 1));
  };
  const later = () => {
    if (at !== null) go(at + 1 < lines.length ? at + 1 : null);
  };
  return { earlier, later, forget: () => setAt(null) };
}

const MOST_PROPOSALS = 100;

/** Completes the last word of the line; where that isn't clear, it proposes. */
function useCompletion(line: string, setLine: (line: string) => void) {
  const [proposals, setProposals] = useState<Proposals | null>(null);
  const { token, namespace } = useSession();
  const client = useQueryClient();
  const newest = useRef("");
  newest.current = line;
  const document = () => client.fetchQuery<Document>({ queryKey: ["openapi", token, namespace], queryFn: ({ signal }) => send<Document>("GET", "sys/internal/specs/openapi", { signal }), staleTime: 300_000 });
  const complete = async () => {
    const wanted = wantedIn(line);
    const names = await namesFor(wanted, document);
    if (newest.current !== line) return; // more was typed meanwhile
    const found = completed(line, wanted, names);
    setLine(found.line);
    setProposals(found.proposals.length > 1 ? { wanted, names: found.proposals.slice(0, MOST_PROPOSALS), at: 0 } : null);
  };
  const move = (by: number) => proposals && setProposals({ ...proposals, at: (proposals.at + by + proposals.names.length) % proposals.names.length });
  const take = (index: number) => {
    const name = proposals?.names[index];
    if (proposals && name !== undefined) setLine(taken(line, proposals.wanted, name));
    setProposals(null);
  };
  return { proposals, complete, move, take, close: () => setProposals(null) };
}
