import { useState } from "react";
import type { Fields, Json } from "../../api/client";
import { Button } from "../../components/Button";
import { Choices } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { t } from "../../texts";
import type { Basis } from "./basis";
import { mergedWith, type Overtaken, overtakenIn } from "./merging";
import { shown } from "./values";

interface Props {
  base: Basis;
  mine: Fields;
  /** null if the user may not read it. */
  theirs: Basis | null;
  /** Called with the fields that are right now; null for those that were typed. */
  onSolved: (fields: Fields | null, on: Basis) => void;
  /** Writes what was typed, whatever is there. */
  onForce: () => void;
}

/** Tells that somebody else has written the secret meanwhile, and brings both changes together. */
export function Conflict({ base, mine, theirs, onSolved, onForce }: Props) {
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  if (!theirs) return <Unseen onForce={onForce} />;
  const isGone = Object.keys(theirs.fields).length === 0;
  const changes = isGone ? [] : overtakenIn(base.fields, mine, theirs.fields);
  const choose = (name: string, isTheirs: boolean) => setTaken(new Set(isTheirs ? [...taken, name] : [...taken].filter((each) => each !== name)));
  return (
    <section className="notice notice-warn" role="alert">
      <div className="stack conflict">
        <p>{theirs.version === null ? t("kv.overtaken_plain") : t(base.exists === false ? "kv.overtaken_new" : "kv.overtaken", { n: theirs.version })}</p>
        {isGone && <p>{t("kv.overtaken_gone")}</p>}
        {!isGone && changes.length === 0 && <p>{t("kv.overtaken_same")}</p>}
        {changes.map((change) => (
          <Field key={change.name} change={change} isTaken={taken.has(change.name)} onChoose={(isTheirs) => choose(change.name, isTheirs)} />
        ))}
        <div className="row">
          <Button look="primary" onPress={() => onSolved(isGone ? null : mergedWith(base.fields, mine, theirs.fields, taken), theirs)}>
            {t("kv.overtaken_go_on")}
          </Button>
        </div>
      </div>
    </section>
  );
}

function Field({ change: { name, mine, theirs, isConflict }, isTaken, onChoose }: { change: Overtaken; isTaken: boolean; onChoose: (isTheirs: boolean) => void }) {
  return (
    <section className="card stack">
      <h3 className="code">{name}</h3>
      <Value label={t("kv.theirs_of", { name })} value={theirs} />
      {isConflict ? (
        <>
          <Value label={t("kv.mine_of", { name })} value={mine} />
          <Choices
            label={t("kv.which_of", { name })}
            value={isTaken ? "theirs" : "mine"}
            onChange={(which) => onChoose(which === "theirs")}
            choices={[
              { id: "mine", label: t("kv.take_mine") },
              { id: "theirs", label: t("kv.take_theirs") },
            ]}
          />
        </>
      ) : (
        <p className="description">{t("kv.taken_over")}</p>
      )}
    </section>
  );
}

function Value({ label, value }: { label: string; value: Json | undefined }) {
  return (
    <div>
      <p className="description">{label}</p>
      {value === undefined ? <p>{t("kv.not_there")}</p> : <Secret value={shown(value)} name={label} />}
    </div>
  );
}

function Unseen({ onForce }: { onForce: () => void }) {
  return (
    <div className="notice notice-warn" role="alert">
      <div>
        <p>{t("kv.overtaken_unseen")}</p>
        <Button look="danger" onPress={onForce}>
          {t("kv.overtaken_force")}
        </Button>
      </div>
    </div>
  );
}
