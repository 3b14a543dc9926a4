import { type ReactNode, useState } from "react";
import type { Need } from "../api/capabilities";
import { useChange } from "../api/hooks";
import { t } from "../texts";
import { Button } from "./Button";
import { Confirm } from "./Dialog";

interface Props {
  /** What the button and the last step say. */
  action?: string;
  title: string;
  /** What will happen, and what can't be undone. */
  children: ReactNode;
  needs: Need | readonly Need[];
  act: () => Promise<unknown>;
  done: () => void;
  /** What has to be typed first, for what destroys much. */
  typed?: string;
  look?: "plain" | "danger" | "quiet";
}

/** A button for what destroys something, with the question before it. */
export function Removal({ action = t("common.delete"), title, children, needs, act, done, typed, look = "plain" }: Props) {
  const [open, setOpen] = useState(false);
  const change = useChange(act, () => {
    setOpen(false);
    done();
  });
  const ask = () => {
    change.reset();
    setOpen(true);
  };
  return (
    <>
      <Button look={look} onPress={ask} needs={needs}>
        {action}
      </Button>
      {open && (
        <Confirm title={title} isOpen onClose={() => setOpen(false)} action={action} onConfirm={() => change.mutate(undefined)} isPending={change.isPending} error={change.error} {...(typed !== undefined && { typed })}>
          {children}
        </Confirm>
      )}
    </>
  );
}
