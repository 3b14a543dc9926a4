import { Printer } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/Button";
import { Checkbox } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { t } from "../../texts";
import { usePrinting } from "../start/Sheet";
import "../start/Sheet.css";
import type { Made, Rekeying } from "./ceremony";

/** The new shares, which nobody sees again once they have their place. */
export function NewShares({ made, wanted, onDone }: { made: Made; wanted: Rekeying; onDone: () => void }) {
  const [kept, setKept] = useState(false);
  const printing = usePrinting();
  const n = made.keys_base64.length;
  const name = (index: number) => t("start.share_number", { i: index + 1, n });
  return (
    <section className="stack" aria-live="polite">
      <h2>{t("seal.made")}</h2>
      <p className="no-print">{t(made.verification_required ? "seal.made_unverified" : "seal.made_in_force", { t: wanted.t, n })}</p>
      <ol className="shares">
        {made.keys_base64.map((share, index) => (
          <li key={share} className="card">
            <h3>{name(index)}</h3>
            {made.pgp_fingerprints?.[index] && <p className="code">{t("seal.for_key", { fingerprint: made.pgp_fingerprints[index] })}</p>}
            <Secret value={share} name={name(index)} />
            {printing && <p className="printed code">{share}</p>}
            {printing && <p className="printed">{t("start.share_printed", { t: wanted.t, n, place: window.location.host })}</p>}
          </li>
        ))}
      </ol>
      <div className="stack no-print">
        <div className="row">
          <Button icon={<Printer aria-hidden size={16} />} onPress={() => window.print()}>
            {t("start.print")}
          </Button>
        </div>
        <Checkbox label={t("seal.kept")} value={kept} onChange={setKept} />
        <div className="row">
          <Button look="primary" isDisabled={!kept} onPress={onDone}>
            {t(made.verification_required ? "seal.go_verify" : "seal.done")}
          </Button>
        </div>
      </div>
    </section>
  );
}
