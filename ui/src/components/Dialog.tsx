import { type ReactNode, useState } from "react";
import { Button as AriaButton, Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { X } from "lucide-react";
import type { ApiError } from "../api/errors";
import { useSession } from "../api/hooks";
import { t } from "../texts";
import { Away } from "./Away";
import { Button } from "./Button";
import { Failure } from "./Failure";
import { TextField } from "./Field";
import "./Dialog.css";

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  /** A dialog that must be answered isn't closed by Esc or a click beside it. */
  mustAnswer?: boolean;
  wide?: boolean;
  /** Whether it is the login that locks the others. */
  isLock?: boolean;
}

export function Dialog({ title, isOpen, onClose, children, mustAnswer = false, wide = false, isLock = false }: DialogProps) {
  // What is in one isn't for who comes by while its user is away; it is there again after the login.
  const isLocked = useSession().interrupted !== null && !isLock;
  return (
    <ModalOverlay className={isLocked ? "overlay locked" : "overlay"} isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable={!mustAnswer} isKeyboardDismissDisabled={mustAnswer}>
      <Modal className={wide ? "modal wide" : "modal"}>
        <AriaDialog className="dialog-frame">
          <Away isAway={isLocked} className="dialog">
            <header>
              <Heading slot="title">{title}</Heading>
              {!mustAnswer && (
                // Without a tip: Esc would close that first.
                <AriaButton className="button button-icon" aria-label={t("common.close")} onPress={onClose}>
                  <X aria-hidden size={18} />
                </AriaButton>
              )}
            </header>
            {children}
          </Away>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** What will happen, and what can't be undone. */
  children: ReactNode;
  action: string;
  onConfirm: () => void;
  isPending?: boolean;
  error?: ApiError | null;
  /** What has to be typed before anything happens, for what destroys much. */
  typed?: string;
}

export function Confirm({ children, action, onConfirm, isPending = false, error, typed, ...dialog }: ConfirmProps) {
  const [text, setText] = useState("");
  return (
    <Dialog {...dialog}>
      <div className="body">
        {children}
        {typed !== undefined && <TextField label={t("common.type_to_confirm", { name: typed })} value={text} onChange={setText} autoFocus code />}
        {error && <Failure error={error} />}
      </div>
      <footer>
        <Button onPress={dialog.onClose} autoFocus={typed === undefined}>
          {t("common.cancel")}
        </Button>
        <Button look="danger" onPress={onConfirm} isPending={isPending} isDisabled={typed !== undefined && text !== typed}>
          {action}
        </Button>
      </footer>
    </Dialog>
  );
}
