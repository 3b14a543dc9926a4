import { CopyButton } from "../../components/Secret";
import { Download } from "../../components/Download";
import { t } from "../../texts";
import "./PemText.css";

/** A text in PEM that is no secret: to look at, to copy and as a file. */
export function PemText({ title, text, file, isFolded = false }: { title: string; text: string; file: string; isFolded?: boolean }) {
  const shown = (
    <pre tabIndex={0} aria-label={title}>
      {text}
    </pre>
  );
  return (
    <section className="stack pem">
      <div className="row">
        <h3>{title}</h3>
        <CopyButton text={text} label={t("pki.copy", { name: title })} />
        <Download name={file} content={text} label={t("pki.save", { name: file })} />
      </div>
      {isFolded ? (
        <details>
          <summary>{t("pki.show_text", { name: title })}</summary>
          {shown}
        </details>
      ) : (
        shown
      )}
    </section>
  );
}

/** A name that a file may have everywhere (pure). */
export function fileName(name: string): string {
  return name.replace(/^\*\./, "wildcard.").replace(/[^\w.-]+/g, "_").replace(/^\.+/, "") || "certificate";
}
