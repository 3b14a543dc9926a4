import qrcode from "qrcode-generator";
import { useMemo } from "react";
import { t } from "../texts";
import { Secret } from "./Secret";
import "./QrCode.css";

const QUIET = 4;

/** A text as a picture for a phone, and as text for who has none. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => {
    const code = qrcode(0, "M");
    code.addData(text);
    code.make();
    const count = code.getModuleCount();
    let drawn = "";
    for (let row = 0; row < count; row++) for (let column = 0; column < count; column++) if (code.isDark(row, column)) drawn += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
    return { path: drawn, size: count + 2 * QUIET };
  }, [text]);
  return (
    <figure className="qr">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      <figcaption>
        {label}
        <Secret value={text} name={t("common.code_text")} />
      </figcaption>
    </figure>
  );
}
