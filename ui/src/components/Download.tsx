import { Download as DownloadIcon } from "lucide-react";
import { Button } from "./Button";

interface Props {
  /** Of the file. */
  name: string;
  content: string | Uint8Array<ArrayBuffer> | (() => string | Uint8Array<ArrayBuffer>);
  label: string;
}

const FREED_AFTER_MS = 60_000;

/** Offers something that the page has as a file; nothing of it goes over the network. */
export function Download({ name, content, label }: Props) {
  const save = () => {
    const made = typeof content === "function" ? content() : content;
    const url = URL.createObjectURL(new Blob([made], { type: "application/octet-stream" }));
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = name;
    anchor.click();
    // A browser that asks where to put it reads it later.
    window.setTimeout(() => URL.revokeObjectURL(url), FREED_AFTER_MS);
  };
  return (
    <Button icon={<DownloadIcon aria-hidden size={16} />} onPress={save}>
      {label}
    </Button>
  );
}
