import { useEffect, useState } from "react";
import { type Need, useMay } from "../../api/capabilities";
import type { Basis } from "./basis";
import type { How } from "./saving";
import { needs, type Store } from "./store";

const PAUSE_MS = 300;

const CREATE: readonly How[] = ["create"];
const CHANGE: readonly How[] = ["replace", "patch"];
// A secret that can't be read had better keep the fields that aren't named.
const CHANGE_UNSEEN: readonly How[] = ["patch", "replace", "create"];

interface Found {
  /** All that the user may do here, the best first. */
  choices: readonly How[];
  chosen: How;
  choose: (how: string) => void;
  need: Need;
  isForbidden: boolean;
}

/** How a secret can be written, by what the user may do and what is there. */
export function useHow(store: Store, path: string, { exists, isRead }: Basis): Found {
  const [wanted, setWanted] = useState<string | null>(null);
  const settled = useSettled(path);
  const need = needs(store, settled === "" || settled.endsWith("/") ? `${settled}new` : settled);
  const may = { create: useMay(need.create), replace: useMay(need.write), patch: useMay(need.patch) };
  const sensible = (exists === false ? CREATE : isRead ? CHANGE : CHANGE_UNSEEN).filter((how) => store.versioned || how !== "patch");
  const allowed = sensible.filter((how) => may[how]);
  const isKnown = sensible.every((how) => may[how] !== undefined);
  const choices = isRead ? allowed.slice(0, 1) : allowed.filter((how) => how !== "create" || !may.replace);
  const chosen = choices.find((how) => how === wanted) ?? choices[0] ?? sensible[0] ?? "create";
  const needed = { create: need.create, replace: need.write, patch: need.patch }[chosen];
  const [last, setLast] = useState(needed);
  // The button stays as it is until more is known: it must not come and go with each letter.
  if (isKnown && last !== needed) setLast(needed);
  return { choices, chosen, choose: setWanted, need: isKnown ? needed : last, isForbidden: isKnown && allowed.length === 0 };
}

/** A text as it was when nobody had typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}
