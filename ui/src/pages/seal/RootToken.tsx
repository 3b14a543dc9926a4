import { useState } from "react";
import { remove, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { Kept, useKept } from "../../app/kept";
import { Button } from "../../components/Button";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Choices, TextArea } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { keysIn } from "../start/Initialise";
import { type Generation, ROOT_TOKEN } from "./ceremony";
import { Encoded } from "./Encoded";
import { Shares } from "./Shares";

/** What decodes the token is in the answer that begins, and the encoded token in the one that ends it. */
const OTP = new Kept<{ otp: string; nonce: string }>();
const MADE = new Kept<Generation>();

/** A root token, by those who hold key shares.  What encrypts it is chosen first, so that nobody else can read it. */
export default function RootToken() {
  return (
    <RootOnly title={t("seal.root_token")}>
      <Ceremony />
    </RootOnly>
  );
}

function Ceremony() {
  const found = useRead<Generation>(`${ROOT_TOKEN}/attempt`, { every: 2_000 });
  const pad = useKept(OTP);
  const made = useKept(MADE);
  const forget = () => {
    OTP.set(null);
    MADE.set(null);
  };
  return (
    <>
      <PageHead title={t("seal.root_token")} crumbs={[{ text: t("seal.title"), to: "/seal" }]} intro={t("seal.root_intro")} />
      {made ? (
        <Encoded made={made} otp={padOf(made, pad)} onDone={forget} />
      ) : (
        <Loaded of={found}>
          {(generation) =>
            generation.started ? (
              <Collecting generation={generation} otp={padOf(generation, pad)} onMade={(answer) => MADE.set(answer)} onCancel={forget} />
            ) : (
              <May needs={[`update ${ROOT_TOKEN}/attempt`]} otherwise={<p>{t("seal.no_root")}</p>}>
                <Begin onBegin={({ otp = "", nonce = "" }) => OTP.set(otp ? { otp, nonce } : null)} />
              </May>
            )
          }
        </Loaded>
      )}
    </>
  );
}

/** The one-time password of this attempt; none of one that somebody else has begun (pure). */
function padOf({ nonce }: Generation, pad: { otp: string; nonce: string } | null): string {
  return pad && pad.nonce === nonce ? pad.otp : "";
}

function Begin({ onBegin }: { onBegin: (begun: Generation) => void }) {
  const [by, setBy] = useState("otp");
  const [key, setKey] = useState("");
  const found = keysIn(key);
  const begin = useChange(
    () => write<Generation>(`${ROOT_TOKEN}/attempt`, by === "pgp" ? { pgp_key: found[0] } : {}),
    onBegin,
  );
  return (
    <SubmitForm onSubmit={() => begin.mutate(undefined)}>
      <Choices
        label={t("seal.root_encrypt")}
        value={by}
        onChange={setBy}
        choices={[
          { id: "otp", label: t("seal.by_otp"), description: t("seal.by_otp_hint") },
          { id: "pgp", label: t("seal.by_pgp"), description: t("seal.by_pgp_hint") },
        ]}
      />
      {by === "pgp" && <TextArea label={t("seal.pgp_key")} value={key} onChange={setKey} rows={6} isRequired code error={key.trim() !== "" && found.length !== 1 ? t("seal.pgp_one") : null} />}
      {begin.error && <Failure error={begin.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={begin.isPending} isDisabled={by === "pgp" && found.length !== 1} needs={`update ${ROOT_TOKEN}/attempt`}>
          {t("seal.root_begin")}
        </Button>
      </div>
    </SubmitForm>
  );
}

function Collecting({ generation, otp, onMade, onCancel }: { generation: Generation; otp: string; onMade: (made: Generation) => void; onCancel: () => void }) {
  const cancel = useChange(
    () => remove(`${ROOT_TOKEN}/attempt`),
    () => {
      onCancel();
      toast(t("seal.root_cancelled"));
    },
  );
  return (
    <section className="card stack">
      <h2>{t("seal.root_collecting")}</h2>
      {otp !== "" && <Pad otp={otp} />}
      {otp === "" && !generation.pgp_fingerprint && <p className="notice notice-plain">{t("seal.otp_elsewhere")}</p>}
      <Facts rows={[[t("seal.encrypted_for"), generation.pgp_fingerprint && <span className="code">{generation.pgp_fingerprint}</span>]]} />
      <Shares
        label={t("seal.present_share")}
        progress={generation.progress}
        required={generation.required}
        needs={`update ${ROOT_TOKEN}/update`}
        give={(key) => write<Generation>(`${ROOT_TOKEN}/update`, { key, nonce: generation.nonce })}
        onAnswer={(answer) => answer.complete && onMade(answer)}
      >
        <Button onPress={() => cancel.mutate(undefined)} isPending={cancel.isPending} needs={`delete ${ROOT_TOKEN}/attempt`}>
          {t("seal.root_cancel")}
        </Button>
      </Shares>
      {cancel.error && <Failure error={cancel.error} />}
    </section>
  );
}

/** The one-time password, which only the answer to the beginning has. */
function Pad({ otp }: { otp: string }) {
  return (
    <div className="notice notice-warn">
      <div>
        <p>{t("seal.otp_hint")}</p>
        <Secret value={otp} name={t("seal.otp")} />
      </div>
    </div>
  );
}
