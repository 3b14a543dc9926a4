import { useState } from "react";
import { useMay } from "../../api/capabilities";
import type { Fields } from "../../api/client";
import { useRead } from "../../api/hooks";
import { nameOf } from "../../api/paths";
import { useParam } from "../../app/location";
import { Failure } from "../../components/Failure";
import { Loaded, Loading } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { type Basis, basisOfError, basisOfRead, NOTHING, type VersionedRead } from "./basis";
import { crumbsOf } from "./crumbs";
import { EditForm } from "./EditForm";
import type { SecretMetadata } from "./secret_metadata";
import { dataPath, metadataPath, needs, type Store, useStore } from "./store";

/** The page on which a secret is written. */
export default function Edit() {
  const store = useStore();
  const path = useParam("path");
  const folder = useParam("folder");
  return (
    <Loaded of={store}>
      {(found) => (
        <>
          <PageHead title={path ? t("kv.edit_title", { name: nameOf(path) }) : t("kv.create_title")} crumbs={crumbsOf(found, path || folder)} />
          {path ? <Existing key={`${found.mount} ${path}`} store={found} path={path} /> : <EditForm key={`${found.mount} new ${folder}`} store={found} path="" folder={folder} basis={NOTHING} />}
        </>
      )}
    </Loaded>
  );
}

/** The form, based on what is there when the page is opened: answers that come later don't touch what was typed. */
function Existing({ store, path }: { store: Store; path: string }) {
  const [basis, setBasis] = useState<Basis | null>(null);
  const found = useRead<VersionedRead | Fields>(dataPath(store, path), { enabled: basis === null, exact: true });
  const isDenied = found.error?.kind === "denied";
  const mayKnow = useMay(needs(store, path).metadata);
  const metadata = useRead<SecretMetadata>(metadataPath(store, path), { enabled: basis === null && isDenied && store.versioned && mayKnow === true });
  if (basis) return <EditForm store={store} path={path} folder="" basis={basis} />;
  if (found.isFetching || metadata.isFetching || (isDenied && mayKnow === undefined)) return <Loading />;
  const begun = found.error ? basisOfError(store.versioned, found.error) : found.data !== undefined ? basisOfRead(store.versioned, found.data) : null;
  if (begun) setBasis(metadata.data ? { ...begun, version: metadata.data.current_version, exists: true } : begun);
  else if (found.error) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  return <Loading />;
}
