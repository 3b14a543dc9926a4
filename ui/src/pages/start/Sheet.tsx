import { Printer } from "lucide-react";
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { Button } from "../../components/Button";
import { Checkbox } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { Title } from "../../components/Title";
import { t } from "../../texts";
import type { Initialised } from "./made";
import "./Sheet.css";

/** The shares, one printed page each, and the root token.  Shown once: the server keeps neither. */
export function Sheet({ made, threshold, encrypted, onDone }: { made: Initialised; threshold: number; encrypted: boolean; onDone: () => void }) {
  const [kept, setKept] = useState(false);
  const printing = usePrinting();
  const recovery = !!made.recovery_keys?.length;
  const shares = (recovery ? made.recovery_keys_base64 : made.keys_base64) ?? [];
  return (
    <div className="stack sheet">
      <Title>{t(recovery ? "start.recovery_made" : "start.made")}</Title>
      <p className="no-print">{t(encrypted ? "start.made_encrypted" : "start.made_intro", { t: threshold, n: shares.length })}</p>
      <ol className="shares">
        {shares.map((share, index) => (
          <li key={share} className="card">
            <h2>{t("start.share_number", { i: index + 1, n: shares.length })}</h2>
            <Secret value={share} name={t("start.share_number", { i: index + 1, n: shares.length })} />
            {printing && <p className="printed code">{share}</p>}
            {printing && <p className="printed">{t("start.share_printed", { t: threshold, n: shares.length, place: window.location.host })}</p>}
          </li>
        ))}
      </ol>
      <section className="card no-print">
        <h2>{t("start.root_token")}</h2>
        <Secret value={made.root_token} name={t("start.root_token")} />
        <p className="description">{t("start.root_token_hint")}</p>
      </section>
      <div className="stack no-print">
        <Button icon={<Printer aria-hidden size={16} />} onPress={() => window.print()}>
          {t("start.print")}
        </Button>
        <Checkbox label={t("start.kept")} value={kept} onChange={setKept} />
        <Button look="primary" isDisabled={!kept} onPress={onDone}>
          {t("start.go_on")}
        </Button>
      </div>
    </div>
  );
}

/** Whether the page is being printed: only then are all shares readable in it. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const begins = () => flushSync(() => setPrinting(true));
    const ends = () => setPrinting(false);
    window.addEventListener("beforeprint", begins);
    window.addEventListener("afterprint", ends);
    return () => {
      window.removeEventListener("beforeprint", begins);
      window.removeEventListener("afterprint", ends);
    };
  }, []);
  return printing;
}
