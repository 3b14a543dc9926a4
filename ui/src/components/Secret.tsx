import { Check, Copy, Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { t } from "../texts";
import { IconButton } from "./Button";
import { useRevealed } from "./revealed";
import { toast } from "./toasts";
import "./Secret.css";

/** Copies a text; says so, or why not. */
export function CopyButton({ text, label = t("common.copy") }: { text: string | (() => string); label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setCopied(true);
      window.setTimeout(() => setCopied(false), 2000);
    } catch {
      toast(t("common.copy_failed"), "danger");
    }
  };
  return (
    <IconButton label={copied ? t("common.copied") : label} onPress={() => void copy()}>
      {copied ? <Check aria-hidden size={16} /> : <Copy aria-hidden size={16} />}
    </IconButton>
  );
}

/** A value that isn't in the page before the user asks to see it, nor any more once the session is locked. */
export function Secret({ value, name }: { value: string; name: string }) {
  const [shown, setShown] = useRevealed();
  return (
    <div className="secret">
      {shown ? (
        // A long one scrolls, by keys too.
        <pre className="code" data-revealed tabIndex={0}>
          {value}
        </pre>
      ) : (
        <span className="masked">
          <span aria-hidden>••••••••</span>
          <span className="visually-hidden">{t("common.hidden")}</span>
        </span>
      )}
      <IconButton label={`${t(shown ? "common.hide" : "common.reveal")} ${name}`} onPress={() => setShown(!shown)}>
        {shown ? <EyeOff aria-hidden size={16} /> : <Eye aria-hidden size={16} />}
      </IconButton>
      <CopyButton text={value} label={`${t("common.copy")} ${name}`} />
    </div>
  );
}
