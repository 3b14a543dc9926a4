import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { read, remove, write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useChange, useRead } from "../../api/hooks";
import { Kept, useKept } from "../../app/kept";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { Backup } from "./Backup";
import { isMade, type Made, REKEY, type Rekeying, stageOf, type Verification } from "./ceremony";
import { NewShares } from "./NewShares";
import { RekeyForm } from "./RekeyForm";
import { Shares } from "./Shares";

const EVERY_MS = 2_000;
/** The new shares are in one answer alone. */
const MADE = new Kept<{ made: Made; wanted: Rekeying }>();

/** New key shares, by those who hold the present ones.  The server knows how far it is, so others may go on elsewhere. */
export default function Rekey() {
  return (
    <RootOnly title={t("seal.rekey")}>
      <Ceremony />
    </RootOnly>
  );
}

function Ceremony() {
  const found = useRead<Rekeying>(`${REKEY}/init`, { every: EVERY_MS });
  const made = useKept(MADE);
  const [done, setDone] = useState(false);
  return (
    <>
      <PageHead title={t("seal.rekey")} crumbs={[{ text: t("seal.title"), to: "/seal" }]} intro={t("seal.rekey_intro")} />
      {made ? (
        <NewShares made={made.made} wanted={made.wanted} onDone={() => MADE.set(null)} />
      ) : (
        <Loaded of={found}>
          {(rekeying) => {
            switch (stageOf(rekeying)) {
              case "absent":
                return (
                  <>
                    {done && <p className="notice notice-good">{t("seal.in_force")}</p>}
                    <May needs={[`update ${REKEY}/init`]} otherwise={<p>{t("seal.no_rekey")}</p>}>
                      <RekeyForm onBegin={() => setDone(false)} />
                    </May>
                  </>
                );
              case "collecting":
                return <Collecting rekeying={rekeying} onMade={(answer) => { MADE.set({ made: answer, wanted: rekeying }); setDone(!answer.verification_required); }} />;
              case "verifying":
                return <Verifying rekeying={rekeying} onDone={() => setDone(true)} />;
            }
          }}
        </Loaded>
      )}
      <Backup />
    </>
  );
}

function Collecting({ rekeying, onMade }: { rekeying: Rekeying; onMade: (made: Made) => void }) {
  return (
    <section className="card stack">
      <h2>{t("seal.collecting")}</h2>
      <Wanted rekeying={rekeying} />
      <Shares
        label={t("seal.present_share")}
        progress={rekeying.progress ?? 0}
        required={rekeying.required}
        needs={`update ${REKEY}/update`}
        give={(key) => write<Rekeying | Made>(`${REKEY}/update`, { key, nonce: rekeying.nonce })}
        onAnswer={(answer) => isMade(answer) && onMade(answer)}
      >
        <Cancel text={t("seal.cancel_collecting")} />
      </Shares>
    </section>
  );
}

function Verifying({ rekeying, onDone }: { rekeying: Rekeying; onDone: () => void }) {
  const found = useQuery<Verification | null, ApiError>({ queryKey: keyOf("GET", `${REKEY}/verify`), queryFn: ({ signal }) => readVerification(signal), refetchInterval: EVERY_MS });
  const anew = useChange(
    () => remove(`${REKEY}/verify`),
    () => toast(t("seal.verify_anew_done")),
  );
  return (
    <section className="card stack">
      <h2>{t("seal.verifying")}</h2>
      <p>{t("seal.verifying_intro", { t: rekeying.t, n: rekeying.n })}</p>
      <Loaded of={found}>
        {(verification) => (
          <Shares
            label={t("seal.new_share")}
            progress={verification?.progress ?? 0}
            required={rekeying.t}
            needs={`update ${REKEY}/verify`}
            give={(key) => write<Verification | { complete: true }>(`${REKEY}/verify`, { key, nonce: verification?.nonce ?? rekeying.verification_nonce })}
            onAnswer={(answer) => "complete" in answer && onDone()}
          >
            {verification !== null && verification.progress > 0 && (
              <Button onPress={() => anew.mutate(undefined)} isPending={anew.isPending} needs={`delete ${REKEY}/verify`}>
                {t("seal.verify_anew")}
              </Button>
            )}
            <Cancel text={t("seal.cancel_verifying")} />
          </Shares>
        )}
      </Loaded>
      {anew.error && <Failure error={anew.error} />}
    </section>
  );
}

/** How far the verification is; null if there is none any more, of which the server would say that it is an error. */
async function readVerification(signal: AbortSignal): Promise<Verification | null> {
  const rekeying = await read<Rekeying>(`${REKEY}/init`, { signal });
  return stageOf(rekeying) === "verifying" ? read<Verification>(`${REKEY}/verify`, { signal }) : null;
}

function Wanted({ rekeying }: { rekeying: Rekeying }) {
  return (
    <Facts
      rows={[
        [t("seal.new_shares"), t("seal.shares_of", { t: rekeying.t, n: rekeying.n })],
        [t("seal.verification"), t(rekeying.verification_required ? "seal.verified_first" : "seal.unverified")],
        [t("seal.encrypted_for"), rekeying.pgp_fingerprints?.length ? <span className="code">{rekeying.pgp_fingerprints.join(", ")}</span> : null],
        [t("seal.backup"), rekeying.backup ? t("common.yes") : null],
      ]}
    />
  );
}

function Cancel({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const act = useChange(
    () => remove(`${REKEY}/init`),
    () => {
      setOpen(false);
      toast(t("seal.cancelled"));
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={`delete ${REKEY}/init`}>
        {t("seal.cancel")}
      </Button>
      {open && (
        <Confirm title={t("seal.cancel_title")} isOpen onClose={() => setOpen(false)} action={t("seal.cancel")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>{text}</p>
        </Confirm>
      )}
    </>
  );
}
