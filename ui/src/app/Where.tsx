import { useState } from "react";
import { data, type Listing } from "../api/client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ApiError } from "../api/errors";
import { useSession } from "../api/hooks";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { Suggested } from "../components/Field";
import { SubmitForm } from "../components/SubmitForm";
import { t } from "../texts";
import { useNavigate } from "./location";
import { enterNamespace } from "./unsaved";

/** The namespace that pages work in, and the way to another one. */
export function Where() {
  const { namespace } = useSession();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="quiet" onPress={() => setOpen(true)}>
        <span className="visually-hidden">{t("app.namespace")}: </span>
        {namespace || t("app.root_namespace")}
      </Button>
      {open && <Picker onClose={() => setOpen(false)} />}
    </>
  );
}

/** Whether there is no namespace of this name; each of its pages would say that there is nothing here. */
async function isMissing(namespace: string): Promise<boolean> {
  try {
    await data("POST", "sys/capabilities-self", { data: { paths: ["sys/mounts"] }, namespace });
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.kind === "left") throw error;
    return error instanceof ApiError && error.kind === "missing";
  }
}

function Picker({ onClose }: { onClose: () => void }) {
  const { namespace, user } = useSession();
  const [wanted, setWanted] = useState(namespace);
  const navigate = useNavigate();
  const below = useQuery({
    queryKey: ["namespaces", user],
    queryFn: ({ signal }) => data<Partial<Listing<unknown>> | undefined>("GET", "sys/internal/ui/namespaces", { namespace: "", signal }),
  });
  const choices = (below.data?.keys ?? []).map((name) => ({ id: name.replace(/\/$/, ""), label: name.replace(/\/$/, "") }));
  const enter = useMutation({
    mutationFn: isMissing,
    onSuccess: (missing, asked) => {
      if (missing) return;
      enterNamespace(asked, () => navigate("/"));
      onClose();
    },
  });
  return (
    <Dialog title={t("app.namespace")} isOpen onClose={onClose}>
      <SubmitForm className="stack" onSubmit={() => enter.mutate(wanted)}>
        <Suggested label={t("app.namespace")} description={t("app.namespace_hint")} value={wanted} onChange={setWanted} choices={choices} error={enter.data && enter.variables === wanted ? t("app.no_namespace") : null} autoFocus />
        <footer className="row">
          <Button type="submit" look="primary" isPending={enter.isPending}>
            {t("app.enter")}
          </Button>
        </footer>
      </SubmitForm>
    </Dialog>
  );
}
