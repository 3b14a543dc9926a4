import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { send, write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useChange, useRead, useSession } from "../../api/hooks";
import { session } from "../../api/session";
import type { Self } from "../../app/UserMenu";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { duration } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";

/** The user's own token, and what may be done with it. */
export default function Me() {
  const self = useRead<Self>("auth/token/lookup-self", { namespace: "" });
  return (
    <>
      <PageHead title={t("me.title")} />
      <Loaded of={self}>{(found) => <Token self={found} />}</Loaded>
      <Capabilities />
      <MyMounts />
    </>
  );
}

function Token({ self }: { self: Self }) {
  const [asked, setAsked] = useState(false);
  const renew = useChange(
    () => send("POST", "auth/token/renew-self", { data: {}, namespace: "" }),
    () => toast(t("me.renewed")),
  );
  const revoke = useChange(
    () => send("POST", "auth/token/revoke-self", { data: {}, namespace: "" }),
    () => session.end(),
  );
  const policies = [...self.policies, ...(self.identity_policies ?? [])];
  return (
    <section className="card stack">
      <h2>{t("me.token")}</h2>
      <dl className="facts">
        <dt>{t("me.name")}</dt>
        <dd>{self.display_name}</dd>
        <dt>{t("me.policies")}</dt>
        <dd>{policies.join(", ")}</dd>
        <dt>{t("me.ends")}</dt>
        <dd>{self.ttl > 0 ? t("common.in", { time: duration(self.ttl) }) : t("me.never")}</dd>
        <dt>{t("me.login")}</dt>
        <dd className="code">{self.path}</dd>
      </dl>
      {renew.error && <Failure error={renew.error} />}
      <div className="row">
        {self.renewable && (
          <Button onPress={() => renew.mutate(undefined)} isPending={renew.isPending} needs="update auth/token/renew-self">
            {t("me.renew")}
          </Button>
        )}
        <Button look="danger" onPress={() => setAsked(true)} needs="update auth/token/revoke-self">
          {t("me.revoke")}
        </Button>
      </div>
      {asked && (
        <Confirm title={t("me.revoke")} isOpen onClose={() => setAsked(false)} action={t("me.revoke")} onConfirm={() => revoke.mutate(undefined)} isPending={revoke.isPending} error={revoke.error}>
          <p>{t("me.revoke_text")}</p>
        </Confirm>
      )}
    </section>
  );
}

/** What the user may do with a path. */
function Capabilities() {
  const [path, setPath] = useState("");
  const [asked, setAsked] = useState("");
  const { user, namespace } = useSession();
  const found = useQuery<Record<string, string[]>, ApiError>({
    queryKey: ["capabilities", user, namespace, asked],
    queryFn: () => write("sys/capabilities-self", { paths: [asked] }),
    enabled: asked !== "",
  });
  return (
    <section className="card stack">
      <h2>{t("me.capabilities")}</h2>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(path.trim());
        }}
      >
        <TextField label={t("me.path")} value={path} onChange={setPath} placeholder="secret/data/app" code />
        <Button type="submit" isDisabled={path.trim() === ""}>
          {t("me.ask")}
        </Button>
      </form>
      {asked && (
        <Loaded of={found}>
          {(answer) => (
            <p role="status">
              <span className="code">{asked}</span>: {(answer[asked] ?? []).map((each) => <span key={each} className={each === "deny" ? "badge badge-danger" : "badge"}>{each}</span>)}
            </p>
          )}
        </Loaded>
      )}
    </section>
  );
}

interface MyMount {
  type: string;
  capabilities: string[];
}

function MyMounts() {
  const found = useRead<{ key_info: Record<string, MyMount> }>("sys/my/mounts");
  return (
    <section className="stack">
      <h2>{t("me.mounts")}</h2>
      <Loaded of={found}>
        {({ key_info }) => (
          <DataTable
            label={t("me.mounts")}
            rows={Object.entries(key_info).map(([path, mount]) => ({ path, ...mount }))}
            idOf={({ path }) => path}
            columns={[
              { id: "path", title: t("secrets.path"), order: ({ path }) => path, cell: ({ path }) => path },
              { id: "type", title: t("secrets.type"), cell: ({ type }) => <span className="badge">{type}</span> },
              { id: "may", title: t("me.may"), cell: ({ capabilities }) => capabilities.join(", ") },
            ]}
            empty={<Empty title={t("secrets.empty")} />}
          />
        )}
      </Loaded>
    </section>
  );
}
