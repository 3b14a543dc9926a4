import { useState } from "react";
import { Choices } from "../../components/Field";
import { CopyButton } from "../../components/Secret";
import { t } from "../../texts";
import { copyOf, type Language, masked } from "./copies";
import type { Request } from "./operations";

const LANGUAGES: readonly Language[] = ["curl", "hvac", "cli"];
const isLanguage = (text: string): text is Language => LANGUAGES.some((each) => each === text);

/** The request for programs, as it is typed now. */
export function Copies({ request, namespace, secret }: { request: Request; namespace: string; secret: ReadonlySet<string> }) {
  const [language, setLanguage] = useState<Language>("curl");
  return (
    <section className="card stack">
      <h2>{t("explorer.copies")}</h2>
      <p className="description">{t("explorer.copies_hint")}</p>
      <Choices label={t("explorer.language")} value={language} onChange={(next) => isLanguage(next) && setLanguage(next)} choices={LANGUAGES.map((id) => ({ id, label: t(`explorer.language_${id}`) }))} />
      <div className="explorer-copy">
        <pre className="code" tabIndex={0}>
          {copyOf(language, masked(request, secret), namespace)}
        </pre>
        <CopyButton text={() => copyOf(language, request, namespace)} label={t("explorer.copy", { language: t(`explorer.language_${language}`) })} />
      </div>
    </section>
  );
}
