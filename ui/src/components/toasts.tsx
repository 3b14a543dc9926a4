import { X } from "lucide-react";
import { Text, UNSTABLE_Toast as Toast, UNSTABLE_ToastContent as ToastContent, UNSTABLE_ToastQueue as ToastQueue, UNSTABLE_ToastRegion as ToastRegion } from "react-aria-components";
import { session } from "../api/session";
import { t } from "../texts";
import { IconButton } from "./Button";

interface Message {
  text: string;
  look: "plain" | "danger";
}

const queue = new ToastQueue<Message>({ maxVisibleToasts: 4 });
// Names that somebody has worked with aren't for who comes next.
session.subscribe(() => !session.current().token && queue.clear());

/** Tells of something that was done, beside the page. */
export function toast(text: string, look: Message["look"] = "plain"): void {
  queue.add({ text, look }, { timeout: look === "plain" ? 5000 : 12_000 });
}

export function Toasts() {
  return (
    <ToastRegion queue={queue} className="toasts">
      {({ toast: each }) => (
        <Toast toast={each} className={`toast toast-${each.content.look}`}>
          <ToastContent>
            <Text slot="title">{each.content.text}</Text>
          </ToastContent>
          <IconButton label={t("common.close")} slot="close">
            <X aria-hidden size={16} />
          </IconButton>
        </Toast>
      )}
    </ToastRegion>
  );
}
