import { useState } from "react";
import { data, type Listing } from "../api/client";
import { useQuery } from "@tanstack/react-query";
import { useSession } from "../api/hooks";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { Suggested } from "../components/Field";
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

function Picker({ onClose }: { onClose: () => void }) {
  const { namespace, user } = useSession();
  const [wanted, setWanted] = useState(namespace);
  const navigate = useNavigate();
  const below = useQuery({
    queryKey: ["namespaces", user],
    queryFn: ({ signal }) => data<Partial<Listing<unknown>> | undefined>("GET", "sys/internal/ui/namespaces", { namespace: "", signal }),
  });
  const choices = (below.data?.keys ?? []).map((name) => ({ id: name.replace(/\/$/, ""), label: name.replace(/\/$/, "") }));
  const enter = () => {
    enterNamespace(wanted, () => navigate("/"));
    onClose();
  };
  return (
    <Dialog title={t("app.namespace")} isOpen onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          enter();
        }}
      >
        <Suggested label={t("app.namespace")} description={t("app.namespace_hint")} value={wanted} onChange={setWanted} choices={choices} autoFocus />
        <footer className="row">
          <Button type="submit" look="primary">
            {t("app.enter")}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
