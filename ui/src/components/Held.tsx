import { Fragment, type ReactNode, useState, useSyncExternalStore } from "react";
import { changes } from "../api/changes";
import { t } from "../texts";
import { Button } from "./Button";

interface Props<T> {
  /** What holds now. */
  value: T;
  /** What of it the form is about. */
  by?: (value: T) => string;
  /** The form; it begins anew when it is about something else. */
  children: (value: T) => ReactNode;
}

/**
 * A form for what holds now.
 *
 * While somebody is at it, it stays with what held when he began, even if others change that meanwhile: what he typed
 * isn't taken away, and he is told.
 */
export function Held<T>({ value, by = JSON.stringify, children }: Props<T>) {
  const made = useSyncExternalStore(changes.subscribe, changes.count);
  const [held, setHeld] = useState({ value, made, number: 0 });
  const [isTouched, setTouched] = useState(false);
  const isOther = by(value) !== by(held.value);
  const isOurs = made !== held.made;
  const take = () => {
    setTouched(false);
    setHeld({ value, made, number: held.number + 1 });
  };
  if (isOther && (!isTouched || isOurs)) take();
  else if (isOurs) {
    // What was typed is saved, and what holds then is still to be told.
    setTouched(false);
    setHeld({ ...held, made });
  }
  const touch = () => setTouched(true);
  return (
    // Not at the beginning of an event that changes a field: drawn anew in the midst of it, the field would lose the change.
    <div className="held" onInput={touch} onPointerDownCapture={touch} onKeyDownCapture={({ key }) => key !== "Tab" && touch()}>
      {isOther && (
        <div role="status" className="notice notice-warn">
          <div>
            <p>{t("common.overtaken")}</p>
            <Button onPress={take}>{t("common.take_saved")}</Button>
          </div>
        </div>
      )}
      <Fragment key={held.number}>{children(held.value)}</Fragment>
    </div>
  );
}
