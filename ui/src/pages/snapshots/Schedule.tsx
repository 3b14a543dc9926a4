import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Fields, remove, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { bodyOf, useDescription } from "../../api/openapi";
import { useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Choices, TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Course, TakeNow } from "./Course";
import { may, schedulePath, scheduleLink, statusPath, takenPath } from "./snapshot";
import { TakenOnes } from "./TakenOnes";

const crumbs = () => [{ text: t("snapshots.title"), to: "/snapshots" }];

/** A schedule: what is taken when and kept where, how it goes, and what it has taken. */
export default function Schedule() {
  const name = useParam("name");
  return (
    <RootOnly title={t("snapshots.schedule")}>
      {name ? (
        <Existing key={name} name={name} />
      ) : (
        <>
          <PageHead title={t("snapshots.new_schedule")} crumbs={crumbs()} />
          <Form name="" values={{}} />
        </>
      )}
    </RootOnly>
  );
}

function Existing({ name }: { name: string }) {
  const settings = useMay(...may("read", schedulePath(name)));
  const found = useRead<Fields>(schedulePath(name), { enabled: settings === true });
  if (found.error?.kind === "missing")
    return (
      <>
        <PageHead title={name} crumbs={crumbs()} />
        <Empty title={t("snapshots.no_schedule", { name })} />
      </>
    );
  return (
    <>
      <PageHead title={name} crumbs={crumbs()}>
        <Remove name={name} />
      </PageHead>
      <TakeNow name={name} />
      <May needs={[`read ${statusPath(name)}`]}>
        <Course name={name} />
      </May>
      <May needs={may("list", takenPath(name))}>
        <TakenOnes name={name} />
      </May>
      {settings && <Loaded of={found}>{(values) => <Form name={name} values={values} />}</Loaded>}
    </>
  );
}

type Storage = "local" | "aws-s3";

/** The fields of a place that isn't chosen. */
function leftOut(names: readonly string[], storage: Storage): string[] {
  const others = names.filter((each) => (storage === "local" ? each.startsWith("aws_") : each.startsWith("local_")));
  return ["name", "storage_type", ...others];
}

function Form({ name, values }: { name: string; values: Fields }) {
  const document = useDescription();
  const [typed, setTyped] = useState("");
  const [storage, setStorage] = useState<Storage>(values["storage_type"] === "aws-s3" ? "aws-s3" : "local");
  const [saved, setSaved] = useState(0);
  const navigate = useNavigate();
  const wanted = name || typed.trim();
  const save = useChange(
    (body: Fields) => write(schedulePath(wanted), { ...body, storage_type: storage }),
    () => {
      setSaved(saved + 1); // and what was typed is forgotten, such as keys of S3
      toast(t("snapshots.saved", { name: wanted }));
      navigate(scheduleLink(wanted), { replace: true });
    },
  );
  return (
    <May needs={may("update", schedulePath(name || "new"))}>
      <section className="card stack">
        <h2>{t("snapshots.settings")}</h2>
        <Loaded of={document}>
          {(description) => {
            const post = description.paths["/sys/snapshots/schedule/{name}"]?.post;
            const schema = post ? bodyOf(description, post) : {};
            return (
              <SchemaForm
                key={`${storage} ${saved}`}
                schema={{ ...schema, required: name ? [] : ["interval", ...(storage === "local" ? ["path_prefix"] : ["aws_s3_bucket"])] }}
                values={values}
                leftOut={leftOut(Object.keys(schema.properties ?? {}), storage)}
                submit={t("common.save")}
                needs={may("update", schedulePath(wanted || "new"))}
                onSubmit={(body) => save.mutate(body)}
                isPending={save.isPending}
                error={save.error}
              >
                {name === "" && <TextField label={t("snapshots.name")} value={typed} onChange={setTyped} isRequired code />}
                <Choices
                  label={t("snapshots.where")}
                  value={storage}
                  onChange={(next) => setStorage(next === "aws-s3" ? "aws-s3" : "local")}
                  choices={[
                    { id: "local", label: t("snapshots.local"), description: t("snapshots.local_hint") },
                    { id: "aws-s3", label: t("snapshots.s3"), description: t("snapshots.s3_hint") },
                  ]}
                />
              </SchemaForm>
            );
          }}
        </Loaded>
      </section>
    </May>
  );
}

function Remove({ name }: { name: string }) {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const act = useChange(
    () => remove(schedulePath(name)),
    () => {
      setOpen(false);
      toast(t("snapshots.removed", { name }));
      navigate("/snapshots");
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={may("delete", schedulePath(name))}>
        {t("common.delete")}
      </Button>
      {open && (
        <Confirm title={t("snapshots.remove_title", { name })} isOpen onClose={() => setOpen(false)} action={t("common.delete")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>{t("snapshots.remove_text")}</p>
        </Confirm>
      )}
    </>
  );
}
